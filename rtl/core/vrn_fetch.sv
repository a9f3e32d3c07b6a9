// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Reads the command stream ahead of dispatch, in 256-byte bursts at 256-byte boundaries, into a queue.
///
/// `restart_i` names the next command to deliver; it is given at ap_start and after a fence, when nothing is
/// outstanding, so that timing after it depends on nothing before it. `halt_i` stops asking and drops what arrives.
///
/// Latency     2 cycles from restart_i to the first address, 1 from a received word to cmd_valid_o
/// Throughput  1 command per cycle                  Handshake   valid/ready; halt_i and restart_i drop the queue
module vrn_fetch #(
  /// Commands of the queue, a multiple of 4, >= 8. 32 cover 256-cycle latencies at one command in eight cycles.
  parameter int unsigned Depth = 32
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         restart_i,
  input  logic         halt_i,
  /// Address of the command stream, a multiple of 64, and its length.
  input  logic [63:0]  base_i,
  input  logic [31:0]  count_i,
  /// Index of the command to restart at.
  input  logic [31:0]  index_i,

  output logic         cmd_valid_o,
  input  logic         cmd_ready_i,
  output logic [511:0] cmd_o,
  /// The word came with a bus error; its content means nothing.
  output logic         cmd_bad_o,
  output logic         cmd_bad_decode_o,
  /// Nothing is outstanding and nothing will be asked for.
  output logic         idle_o,
  /// Every command up to count_i has been delivered.
  output logic         exhausted_o,

  output logic         ar_valid_o,
  input  logic         ar_ready_i,
  output logic [63:0]  ar_addr_o,
  output logic [7:0]   ar_len_o,
  input  logic         r_valid_i,
  output logic         r_ready_o,
  input  logic [511:0] r_data_i,
  input  logic [1:0]   r_resp_i,

  output logic         ev_fetch_words_o
);
  if (Depth < 8 || Depth % 4 != 0) begin : gen_bad_depth
    $fatal(1, "vrn_fetch: Depth must be a multiple of 4 and >= 8");
  end
  localparam int unsigned CreditW = $clog2(Depth + 1) + 1;

  logic               asking_q, ar_valid_q, delivered;
  logic [57:0]        addr_q;         // word address of the next burst
  logic [31:0]        to_ask_q;       // commands not yet asked for
  logic [31:0]        to_deliver_q;   // commands not yet handed to dispatch
  logic [CreditW-1:0] reserved_q;     // commands asked for and not yet handed on
  logic [CreditW-1:0] flying_q;       // commands asked for and not yet received
  logic [57:0]        ar_addr_q;
  logic [1:0]         ar_len_q;
  logic               halted_q;

  logic [2:0] to_boundary, burst;
  logic       wants, ask, received;
  assign to_boundary = 3'd4 - {1'b0, addr_q[1:0]};
  assign burst       = to_ask_q < 32'(to_boundary) ? to_ask_q[2:0] : to_boundary;
  assign wants       = asking_q && !halt_i && to_ask_q != '0 && reserved_q + CreditW'(burst) <= CreditW'(Depth);
  assign ask         = wants && (!ar_valid_q || ar_ready_i);
  assign received    = r_valid_i;
  assign r_ready_o   = 1'b1;  // room is reserved before a burst is asked for
  assign delivered   = cmd_valid_o && cmd_ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      asking_q     <= 1'b0;
      halted_q     <= 1'b1;
      ar_valid_q   <= 1'b0;
      reserved_q   <= '0;
      flying_q     <= '0;
      to_ask_q     <= '0;
      to_deliver_q <= '0;
    end else if (restart_i) begin
      asking_q     <= 1'b1;
      halted_q     <= 1'b0;
      reserved_q   <= '0;
      to_ask_q     <= count_i - index_i;
      to_deliver_q <= count_i - index_i;
    end else begin
      if (halt_i) begin
        asking_q <= 1'b0;
        halted_q <= 1'b1;
      end
      if (ask) ar_valid_q <= 1'b1;
      else if (ar_ready_i) ar_valid_q <= 1'b0;
      if (ask) to_ask_q <= to_ask_q - 32'(burst);
      if (delivered) to_deliver_q <= to_deliver_q - 32'd1;
      if (ask || delivered) reserved_q <= reserved_q + (ask ? CreditW'(burst) : '0) - CreditW'(delivered);
      if (ask || received) flying_q <= flying_q + (ask ? CreditW'(burst) : '0) - CreditW'(received);
    end
  end
  always_ff @(posedge clk_i) begin
    if (restart_i) addr_q <= base_i[63:6] + 58'(index_i);
    else if (ask) addr_q <= addr_q + 58'(burst);
    if (ask) begin
      ar_addr_q <= addr_q;
      ar_len_q  <= 2'(burst - 3'd1);
    end
  end
  assign ar_valid_o  = ar_valid_q;
  assign ar_addr_o   = {ar_addr_q, 6'd0};
  assign ar_len_o    = {6'd0, ar_len_q};
  assign idle_o      = flying_q == '0 && !ar_valid_q && (!asking_q || to_ask_q == '0);
  assign exhausted_o = to_deliver_q == '0;

  logic                       room;   // reserved before asking, see WordFits
  logic [$clog2(Depth+2)-1:0] level;
  vrn_queue #(
    .Width(514),
    .Depth(Depth)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .flush_i(restart_i || halt_i || halted_q),
    .valid_i(r_valid_i),
    .ready_o(room),
    .data_i ({r_resp_i, r_data_i}),
    .valid_o(cmd_valid_o),
    .ready_i(cmd_ready_i),
    .data_o ({cmd_bad_o, cmd_bad_decode_o, cmd_o}),
    .level_o(level)
  );

  assign ev_fetch_words_o = received;

  `VRN_ASSERT(WordFits, !(r_valid_i && !halted_q) || room)
  `VRN_ASSERT_HELD(AddressHeld, ar_valid_o && !ar_ready_i, ar_valid_o, {ar_addr_o, ar_len_o})
  `VRN_ASSERT(RestartedQuiet, !restart_i || (flying_q == '0 && !ar_valid_q))
endmodule
