// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Turns byte addresses into windows of Bytes bytes at any alignment, in order.
///
/// Latency     4 cycles from an accepted request to out_valid_o when the buffer grants at once
/// Throughput  1 window per cycle while each needs at most one word that is not at hand; one cycle
///             more for a second word
/// Handshake   valid/ready on both sides, held until taken; req_ready_o depends on req_addr_i and
///             on rd_gnt_i
/// Reset       clears the pipeline and forgets the lines
///
/// Two line registers hold the last word read at an even and at an odd word address; a window lies
/// in one of them or straddles both. Their tags are kept where requests enter, so they describe
/// what the registers will hold when the request gets there. Words are requested only while there
/// is room for the window behind them: data in flight always has a place.
///
/// cycle       0    1    2    3    4
/// request     A
/// rd_gnt_i    1
/// rd_data_i             A               (held until the next granted word)
/// line                       A
/// out_data_o                      A
module vrn_line_reader #(
  /// Bytes of a window, 1..64.
  parameter  int unsigned Bytes     = 16,
  /// Bits handed through with a request, >= 1.
  parameter  int unsigned UserW     = 1,
  /// 64-byte words of the activation buffer, a power of two in 8..65536; addresses wrap.
  parameter  int unsigned AbufWords = 32768,
  localparam int unsigned AddrW     = $clog2(AbufWords),
  localparam int unsigned Width     = 8 * Bytes
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  /// Forgets the lines: requests of this cycle and later ones see the buffer as it is now.
  input  logic             flush_i,
  input  logic             req_valid_i,
  output logic             req_ready_o,
  input  logic [21:0]      req_addr_i,
  /// Bytes at the end of the window that nobody looks at: words that hold only these are not read.
  /// 0..Bytes.
  input  logic [6:0]       req_spare_i,
  input  logic [UserW-1:0] req_user_i,
  output logic             rd_req_o,
  output logic [AddrW-1:0] rd_addr_o,
  input  logic             rd_gnt_i,
  input  logic [511:0]     rd_data_i,
  output logic             out_valid_o,
  input  logic             out_ready_i,
  output logic [Width-1:0] out_data_o,
  output logic [UserW-1:0] out_user_o
);
  localparam int unsigned Places = 8;  // windows in flight; five keep one window per cycle going
  localparam int unsigned TagW   = AddrW - 1;

  if (Bytes < 1 || Bytes > 64 || UserW < 1 || AbufWords < 8 || AbufWords > 65536 ||
      (AbufWords & (AbufWords - 1)) != 0) begin : gen_bad_size
    $fatal(1, "vrn_line_reader: Bytes in 1..64, UserW >= 1, AbufWords a power of two in 8..65536");
  end

  // --- entry: which words are missing, one request a cycle ---
  logic [5:0]       off;
  logic [AddrW-1:0] word, next_word;
  logic             straddle, first_needed, next_needed, first_missing, second_missing;
  logic             room, accept, fetch;
  logic [1:0]       tag_ok, tag_ok_q;
  logic [TagW-1:0]  even_tag_q, odd_tag_q, first_tag, next_tag;

  assign off            = req_addr_i[5:0];
  assign word           = req_addr_i[6 +: AddrW];
  assign next_word      = word + AddrW'(1);
  assign straddle       = {1'b0, off} + 7'(Bytes) > 7'd64;
  assign tag_ok         = flush_i ? 2'b00 : tag_ok_q;
  assign first_needed   = req_spare_i != 7'(Bytes);
  assign next_needed    = 8'(off) + 8'(Bytes) > 8'd64 + 8'(req_spare_i);
  assign first_tag      = word[0] ? odd_tag_q : even_tag_q;
  assign first_missing  = first_needed && (!tag_ok[word[0]] || first_tag != word[AddrW-1:1]);
  assign next_tag       = next_word[0] ? odd_tag_q : even_tag_q;
  assign second_missing = next_needed &&
                          (!tag_ok[next_word[0]] || next_tag != next_word[AddrW-1:1]);
  assign rd_req_o       = req_valid_i && room && (first_missing || second_missing);
  assign rd_addr_o      = first_missing ? word : next_word;
  assign fetch          = rd_req_o && rd_gnt_i;
  assign req_ready_o    = room && !(first_missing && second_missing) &&
                          (rd_gnt_i || !(first_missing || second_missing));
  assign accept         = req_valid_i && req_ready_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) tag_ok_q <= 2'b00;
    else if (fetch) tag_ok_q <= tag_ok | (rd_addr_o[0] ? 2'b10 : 2'b01);
    else tag_ok_q <= tag_ok;
  end
  always_ff @(posedge clk_i) begin
    if (fetch && rd_addr_o[0]) odd_tag_q <= rd_addr_o[AddrW-1:1];
    if (fetch && !rd_addr_o[0]) even_tag_q <= rd_addr_o[AddrW-1:1];
  end

  if (AddrW < 16) begin : gen_wrap
    logic unused_addr;
    assign unused_addr = ^req_addr_i[21:6+AddrW];
  end

  // --- pipeline beside the buffer's two cycles; it never stalls ---
  logic [3:1]       valid_q;              // a window
  logic [2:1]       fetch_q, fetch_odd_q; // a word for a line register
  logic [5:0]       off_q1, off_q2, off_q3;
  logic             odd_q1, odd_q2, odd_q3, straddle_q1, straddle_q2, straddle_q3;
  logic [UserW-1:0] user_q1, user_q2, user_q3;
  logic [511:0]     even_line_q, odd_line_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= '0;
      fetch_q <= '0;
    end else begin
      valid_q <= {valid_q[2:1], accept};
      fetch_q <= {fetch_q[1], fetch};
    end
  end
  always_ff @(posedge clk_i) begin
    fetch_odd_q <= {fetch_odd_q[1], rd_addr_o[0]};
    if (accept) {off_q1, odd_q1, straddle_q1, user_q1} <= {off, word[0], straddle, req_user_i};
    if (valid_q[1]) {off_q2, odd_q2, straddle_q2, user_q2} <= {off_q1, odd_q1, straddle_q1, user_q1};
    if (valid_q[2]) {off_q3, odd_q3, straddle_q3, user_q3} <= {off_q2, odd_q2, straddle_q2, user_q2};
    if (fetch_q[2] && fetch_odd_q[2]) odd_line_q <= rd_data_i;
    if (fetch_q[2] && !fetch_odd_q[2]) even_line_q <= rd_data_i;
  end

  // --- window: a part-select of one line, or the end of one and the beginning of the other ---
  logic [Width-1:0] window;
  if (Bytes == 1) begin : gen_byte
    logic unused_straddle;
    assign unused_straddle = straddle_q3;
    assign window = odd_q3 ? odd_line_q[{off_q3, 3'b000} +: Width]
                           : even_line_q[{off_q3, 3'b000} +: Width];
  end else begin : gen_window
    logic [5:0] down, up;  // bytes
    always_comb begin
      window = '0;
      down   = off_q3 - 6'(64 - Bytes);
      up     = 6'd0 - off_q3;
      if (valid_q[3]) begin
        if (!straddle_q3) begin
          if (odd_q3) window = odd_line_q[{off_q3, 3'b000} +: Width];
          else window = even_line_q[{off_q3, 3'b000} +: Width];
        end else if (odd_q3) begin
          window = (odd_line_q[511 -: Width] >> {down, 3'b000}) |
                   (even_line_q[Width-1:0] << {up, 3'b000});
        end else begin
          window = (even_line_q[511 -: Width] >> {down, 3'b000}) |
                   (odd_line_q[Width-1:0] << {up, 3'b000});
        end
      end
    end
  end

  // --- output queue; a place is taken when a request is accepted ---
  localparam int unsigned PlaceW = $clog2(Places) + 1;
  logic [PlaceW-1:0] taken_q, unused_count;
  logic              leave, unused_fifo_ready;

  assign room  = taken_q != PlaceW'(Places);
  assign leave = out_valid_o && out_ready_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) taken_q <= '0;
    else taken_q <= taken_q + PlaceW'(accept) - PlaceW'(leave);
  end
  vrn_fifo #(
    .Width (Width + UserW),
    .Depth (Places)
  ) u_out (
    .clk_i,
    .rst_ni,
    .valid_i (valid_q[3]),
    .ready_o (unused_fifo_ready),
    .data_i  ({user_q3, window}),
    .valid_o (out_valid_o),
    .ready_i (out_ready_i),
    .data_o  ({out_user_o, out_data_o}),
    .count_o (unused_count)
  );

  `VRN_ASSERT(WindowHasPlace, !valid_q[3] || unused_fifo_ready)
endmodule
