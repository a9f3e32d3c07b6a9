// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// AXI4-Lite registers of a packed streaming design: the ap_ctrl_hs map, a pointer for every load and store, and how many
/// frames, where Vitis HLS would put them: pointers from 0x10 on, 12 bytes apart, the frames behind them.
///
/// Latency   2 cycles from a read address to its data, 1 from the later of write address and data to the response
/// Reset     no run, no interrupt; arguments are undefined until written
module vrn_stream_control #(
  /// 1 to 32.
  parameter int unsigned Pointers = 2
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   aw_valid_i,
  output logic                   aw_ready_o,
  input  logic [11:0]            aw_addr_i,
  input  logic                   w_valid_i,
  output logic                   w_ready_o,
  input  logic [31:0]            w_data_i,
  input  logic [3:0]             w_strb_i,
  output logic                   b_valid_o,
  input  logic                   b_ready_i,
  input  logic                   ar_valid_i,
  output logic                   ar_ready_o,
  input  logic [11:0]            ar_addr_i,
  output logic                   r_valid_o,
  input  logic                   r_ready_i,
  output logic [31:0]            r_data_o,
  output logic                   interrupt_o,
  /// One cycle.
  output logic                   start_o,
  /// No load or store is at work.
  input  logic                   idle_i,
  output logic [64*Pointers-1:0] pointers_o,
  output logic [31:0]            frames_o
);
  if (Pointers < 1 || Pointers > 32) begin : gen_bad_pointers
    $fatal(1, "vrn_stream_control: Pointers must be 1 to 32");
  end
  localparam int unsigned Words = 3 * Pointers + 1;  // a pointer has two and leaves one free
  localparam int unsigned ArgW  = $clog2(Words);
  localparam logic [9:0] Control = 10'd0, Gie = 10'd1, Ier = 10'd2, Isr = 10'd3, Arguments = 10'd4;

  // --- write channel: address and data come in any order ---
  logic        aw_held_q, w_held_q, write;
  logic [9:0]  aw_word_q, written;
  logic [31:0] w_data_q;
  logic [3:0]  w_strb_q;
  logic [3:0]  unused_addr;
  assign unused_addr = {aw_addr_i[1:0], ar_addr_i[1:0]};
  assign aw_ready_o  = !aw_held_q;
  assign w_ready_o   = !w_held_q;
  assign write       = aw_held_q && w_held_q && !b_valid_o;
  assign written     = aw_word_q - Arguments;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      aw_held_q <= 1'b0;
      w_held_q  <= 1'b0;
      b_valid_o <= 1'b0;
    end else begin
      aw_held_q <= aw_held_q ? !write : aw_valid_i;
      w_held_q  <= w_held_q ? !write : w_valid_i;
      b_valid_o <= b_valid_o ? !b_ready_i : write;
    end
  end
  logic [31:0] args_q [Words];
  always_ff @(posedge clk_i) begin
    if (aw_ready_o) aw_word_q <= aw_addr_i[11:2];
    if (w_ready_o) begin
      w_data_q <= w_data_i;
      w_strb_q <= w_strb_i;
    end
    if (write && aw_word_q >= Arguments && 32'(written) < Words) begin
      args_q[written[ArgW-1:0]] <= (args_q[written[ArgW-1:0]] & ~{{8{w_strb_q[3]}}, {8{w_strb_q[2]}}, {8{w_strb_q[1]}}, {8{w_strb_q[0]}}})
                       | (w_data_q & {{8{w_strb_q[3]}}, {8{w_strb_q[2]}}, {8{w_strb_q[1]}}, {8{w_strb_q[0]}}});
    end
  end
  for (genvar p = 0; p < Pointers; p++) begin : gen_pointer
    assign pointers_o[64*p +: 64] = {args_q[3*p+1], args_q[3*p]};
  end
  assign frames_o = args_q[Words-1];

  // --- run ---
  logic       start_q, running_q, done_q, gie_q, done, control_read, set_isr;
  logic [1:0] ier_q, isr_q;
  assign start_o     = start_q && !running_q;
  assign done        = running_q && idle_i;
  assign set_isr     = write && aw_word_q == Isr && w_strb_q[0];
  assign interrupt_o = gie_q && isr_q != '0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      start_q   <= 1'b0;
      running_q <= 1'b0;
      done_q    <= 1'b0;
      gie_q     <= 1'b0;
      ier_q     <= '0;
      isr_q     <= '0;
    end else begin
      if (write && aw_word_q == Control && w_strb_q[0] && w_data_q[0]) start_q <= 1'b1;
      else if (done) start_q <= 1'b0;
      running_q <= running_q ? !done : start_q;
      done_q    <= done || (done_q && !control_read);
      if (write && w_strb_q[0] && aw_word_q == Gie) gie_q <= w_data_q[0];
      if (write && w_strb_q[0] && aw_word_q == Ier) ier_q <= w_data_q[1:0];
      isr_q <= (isr_q ^ (set_isr ? w_data_q[1:0] : 2'b00)) | (done ? ier_q : 2'b00);
    end
  end

  // --- read channel ---
  logic       ar_held_q;
  logic [9:0] ar_word_q, asked;
  assign ar_ready_o   = !ar_held_q && !r_valid_o;
  assign asked        = ar_word_q - Arguments;
  assign control_read = ar_held_q && ar_word_q == Control;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ar_held_q <= 1'b0;
      r_valid_o <= 1'b0;
    end else begin
      ar_held_q <= ar_ready_o && ar_valid_i;
      r_valid_o <= r_valid_o ? !r_ready_i : ar_held_q;
    end
  end
  always_ff @(posedge clk_i) begin
    if (ar_ready_o) ar_word_q <= ar_addr_i[11:2];
    if (ar_held_q) begin
      unique case (ar_word_q)
        Control: r_data_o <= {28'd0, done_q, !running_q && !start_q, done_q, start_q};
        Gie:     r_data_o <= {31'd0, gie_q};
        Ier:     r_data_o <= {30'd0, ier_q};
        Isr:     r_data_o <= {30'd0, isr_q};
        default: r_data_o <= 32'(asked) < Words ? args_q[asked[ArgW-1:0]] : '0;
      endcase
    end
  end

  `VRN_ASSERT_NEXT(ResponseHeld, b_valid_o && !b_ready_i, b_valid_o)
  `VRN_ASSERT_HELD(DataHeld, r_valid_o && !r_ready_i, r_valid_o, r_data_o)
endmodule
