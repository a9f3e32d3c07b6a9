// SPDX-License-Identifier: Apache-2.0

/// AXI4-Lite registers of the vector addition: the ap_ctrl_hs map, three pointers and a count.
module vadd_control #(
  /// 0: ap_ctrl_hs, ap_done falls when it is read. 1: ap_ctrl_chain, ap_done falls with ap_continue.
  parameter bit Chain = 1'b0
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        aw_valid_i,
  output logic        aw_ready_o,
  input  logic [5:0]  aw_addr_i,
  input  logic        w_valid_i,
  output logic        w_ready_o,
  input  logic [31:0] w_data_i,
  output logic        b_valid_o,
  input  logic        b_ready_i,
  input  logic        ar_valid_i,
  output logic        ar_ready_o,
  input  logic [5:0]  ar_addr_i,
  output logic        r_valid_o,
  input  logic        r_ready_i,
  output logic [31:0] r_data_o,
  output logic        interrupt_o,
  output logic        start_o,
  input  logic        done_i,
  output logic [63:0] a_o,
  output logic [63:0] b_o,
  output logic [63:0] sum_o,
  output logic [31:0] count_o
);
  // word registers 0x00 to 0x3c, the control word apart
  logic [31:0] words_q [16];
  logic        running_q, done_q, isr_q;
  logic        write, read;
  assign write      = aw_valid_i && w_valid_i && !b_valid_o;
  assign aw_ready_o = write;
  assign w_ready_o  = write;
  assign read       = ar_valid_i && !r_valid_o;
  assign ar_ready_o = read;
  assign start_o    = write && aw_addr_i[5:2] == 4'd0 && w_data_i[0] && !running_q && !(Chain && done_q);
  assign a_o        = {words_q[5], words_q[4]};
  assign b_o        = {words_q[8], words_q[7]};
  assign sum_o      = {words_q[11], words_q[10]};
  assign count_o    = words_q[13];
  assign interrupt_o = words_q[1][0] && isr_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      running_q <= 1'b0;
      done_q    <= 1'b0;
      isr_q     <= 1'b0;
      b_valid_o <= 1'b0;
      r_valid_o <= 1'b0;
    end else begin
      if (b_ready_i) b_valid_o <= 1'b0;
      if (write) b_valid_o <= 1'b1;
      if (r_ready_i) r_valid_o <= 1'b0;
      if (read) begin
        r_valid_o <= 1'b1;
        if (ar_addr_i[5:2] == 4'd0 && !Chain) done_q <= 1'b0;
      end
      if (Chain && write && aw_addr_i[5:2] == 4'd0 && w_data_i[4]) done_q <= 1'b0;
      if (start_o) running_q <= 1'b1;
      if (done_i) begin
        running_q <= 1'b0;
        done_q    <= 1'b1;
        if (words_q[2][0]) isr_q <= 1'b1;
      end
      if (write && aw_addr_i[5:2] == 4'd3 && w_data_i[0]) isr_q <= !isr_q;
    end
  end
  always_ff @(posedge clk_i) begin
    if (write) words_q[aw_addr_i[5:2]] <= w_data_i;
    if (read) begin
      if (ar_addr_i[5:2] == 4'd0) r_data_o <= {28'd0, done_q, !running_q, done_q, running_q};
      else r_data_o <= words_q[ar_addr_i[5:2]];
    end
  end
endmodule
