// SPDX-License-Identifier: Apache-2.0

/// One bit into another clock domain: DEST_SYNC_FF edges, one more with the source register.
module xpm_cdc_single #(
  parameter integer DEST_SYNC_FF = 4,
  parameter integer INIT_SYNC_FF = 0,
  parameter integer SIM_ASSERT_CHK = 0,
  parameter integer SRC_INPUT_REG = 1
) (
  input  logic src_clk,
  input  logic src_in,
  input  logic dest_clk,
  output logic dest_out
);
  xpm_cdc_array_single #(.DEST_SYNC_FF(DEST_SYNC_FF), .SRC_INPUT_REG(SRC_INPUT_REG), .WIDTH(1)) u_bit (
    .src_clk(src_clk), .src_in(src_in), .dest_clk(dest_clk), .dest_out(dest_out));
endmodule
