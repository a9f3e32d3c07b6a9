// SPDX-License-Identifier: Apache-2.0
/// AXI4-Lite registers of a packed streaming design: the ap_ctrl_hs map, a pointer for every load and store, and how many
/// frames, where Vitis HLS would put them: pointers from 0x10 on, 12 bytes apart, the frames behind them. 8 bytes further
/// stands the first error of the latest run: bits 7:0 as vrn_stream_burst has it, 15:8 the pointer's number.
///
/// Latency   as vrn_axil_port
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
  /// No load or store is at work, or none has anything outstanding where the run is to end.
  input  logic                   idle_i,
  /// By pointer, as vrn_stream_burst has them. The first one ends the run: from then on no load or store begins anything,
  /// and once they are idle the design is to be reset for a cycle.
  input  logic [3*Pointers-1:0]  errors_i,
  output logic                   halt_o,
  output logic                   clear_o,
  output logic [64*Pointers-1:0] pointers_o,
  output logic [31:0]            frames_o
);
  if (Pointers < 1 || Pointers > 32) begin : gen_bad_pointers
    $fatal(1, "vrn_stream_control: Pointers must be 1 to 32");
  end
  localparam int unsigned Words = 3 * Pointers + 1;  // a pointer has two and leaves one free
  localparam int unsigned ArgW  = $clog2(Words);
  localparam logic [9:0] Control = 10'd0, Gie = 10'd1, Ier = 10'd2, Isr = 10'd3, Arguments = 10'd4;
  localparam logic [9:0] Error = Arguments + 10'(Words) + 10'd1;

  logic        write, unused_lookup, capture;
  logic [11:0] write_addr, read_addr;
  logic [31:0] write_data, write_mask, found;
  vrn_axil_port u_port (
    .clk_i,
    .rst_ni,
    .aw_valid_i,
    .aw_ready_o,
    .aw_addr_i,
    .w_valid_i,
    .w_ready_o,
    .w_data_i,
    .w_strb_i,
    .b_valid_o,
    .b_ready_i,
    .ar_valid_i,
    .ar_ready_o,
    .ar_addr_i,
    .r_valid_o,
    .r_ready_i,
    .r_data_o,
    .write_o     (write),
    .write_addr_o(write_addr),
    .write_data_o(write_data),
    .write_mask_o(write_mask),
    .lookup_o    (unused_lookup),
    .capture_o   (capture),
    .read_addr_o (read_addr),
    .read_data_i (found)
  );
  logic [9:0] write_word, read_word, written, asked;
  logic [3:0] unused_addr;
  assign unused_addr = {write_addr[1:0], read_addr[1:0]};
  assign write_word  = write_addr[11:2];
  assign read_word   = read_addr[11:2];
  assign written     = write_word - Arguments;
  assign asked       = read_word - Arguments;

  logic [31:0] args_q [Words];
  always_ff @(posedge clk_i) begin
    if (write && write_word >= Arguments && 32'(written) < Words) begin
      args_q[written[ArgW-1:0]] <= (args_q[written[ArgW-1:0]] & ~write_mask) | (write_data & write_mask);
    end
  end
  for (genvar p = 0; p < Pointers; p++) begin : gen_pointer
    assign pointers_o[64*p +: 64] = {args_q[3*p+1], args_q[3*p]};
  end
  assign frames_o = args_q[Words-1];

  // --- first error of the run: its number, and of which pointer ---
  logic [15:0] error_d, error_q;
  always_comb begin
    error_d = '0;
    for (int unsigned p = Pointers; p >= 1; p--) begin
      if (errors_i[3*(p-1) +: 3] != '0) error_d = {8'(p - 1), 5'd0, errors_i[3*(p-1) +: 3]};
    end
  end

  // --- run ---
  logic       start_q, running_q, done_q, gie_q, done, control_read, set_isr;
  logic [1:0] ier_q, isr_q;
  assign start_o      = start_q && !running_q && !clear_o;
  assign done         = running_q && idle_i;
  assign control_read = capture && read_word == Control;
  assign set_isr      = write && write_word == Isr && write_mask[0];
  assign interrupt_o  = gie_q && isr_q != '0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      start_q   <= 1'b0;
      running_q <= 1'b0;
      done_q    <= 1'b0;
      gie_q     <= 1'b0;
      ier_q     <= '0;
      isr_q     <= '0;
      error_q   <= '0;
      halt_o    <= 1'b0;
      clear_o   <= 1'b0;
    end else begin
      if (write && write_word == Control && write_mask[0] && write_data[0]) start_q <= 1'b1;
      else if (done) start_q <= 1'b0;
      running_q <= running_q ? !done : start_o;
      done_q    <= done || (done_q && !control_read);
      if (start_o) error_q <= '0;
      else if (running_q && error_q == '0) error_q <= error_d;
      halt_o    <= running_q && !done && (halt_o || error_d != '0);
      clear_o   <= done && halt_o;
      if (write && write_mask[0] && write_word == Gie) gie_q <= write_data[0];
      if (write && write_mask[0] && write_word == Ier) ier_q <= write_data[1:0];
      isr_q <= (isr_q ^ (set_isr ? write_data[1:0] : 2'b00)) | (done ? ier_q : 2'b00);
    end
  end

  always_comb begin
    unique case (read_word)
      Control: found = {28'd0, done_q, !running_q && !start_q, done_q, start_q};
      Gie:     found = {31'd0, gie_q};
      Ier:     found = {30'd0, ier_q};
      Isr:     found = {30'd0, isr_q};
      Error:   found = {16'd0, error_q};
      default: found = 32'(asked) < Words ? args_q[asked[ArgW-1:0]] : '0;
    endcase
  end
endmodule
