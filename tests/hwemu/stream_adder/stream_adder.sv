// SPDX-License-Identifier: Apache-2.0

/// Adds one to every word of a stream; runs by itself (ap_ctrl_none) and has no registers. An xpm_fifo_axis stands
/// before the adder.
module stream_adder (
  input  logic        ap_clk,
  input  logic        ap_rst_n,
  input  logic        in_tvalid,
  output logic        in_tready,
  input  logic [31:0] in_tdata,
  input  logic        in_tlast,
  output logic        out_tvalid,
  input  logic        out_tready,
  output logic [31:0] out_tdata,
  output logic        out_tlast
);
  logic [31:0] word;
  xpm_fifo_axis #(.FIFO_DEPTH(16), .TDATA_WIDTH(32)) u_fifo (
    .s_aresetn(ap_rst_n), .s_aclk(ap_clk), .m_aclk(ap_clk), .s_axis_tvalid(in_tvalid), .s_axis_tready(in_tready), .s_axis_tdata(in_tdata),
    .s_axis_tstrb('1), .s_axis_tkeep('1), .s_axis_tlast(in_tlast), .s_axis_tid('0), .s_axis_tdest('0), .s_axis_tuser('0),
    .m_axis_tvalid(out_tvalid), .m_axis_tready(out_tready), .m_axis_tdata(word), .m_axis_tlast(out_tlast),
    .injectsbiterr_axis(1'b0), .injectdbiterr_axis(1'b0));
  assign out_tdata = word + 32'd1;
endmodule
