// SPDX-License-Identifier: Apache-2.0

/// A counter into another clock domain. The Gray code of the vendor's macro makes every sampled value a real one, which a
/// simulation's sampling does without it.
module xpm_cdc_gray #(
  parameter integer DEST_SYNC_FF = 4,
  parameter integer INIT_SYNC_FF = 0,
  parameter integer REG_OUTPUT = 0,
  parameter integer SIM_ASSERT_CHK = 0,
  parameter integer SIM_LOSSLESS_GRAY_CHK = 0,
  parameter integer WIDTH = 2
) (
  input  logic             src_clk,
  input  logic [WIDTH-1:0] src_in_bin,
  input  logic             dest_clk,
  output logic [WIDTH-1:0] dest_out_bin
);
  logic [WIDTH-1:0] synced, out_q = '0;
  xpm_cdc_array_single #(.DEST_SYNC_FF(DEST_SYNC_FF), .SRC_INPUT_REG(1), .WIDTH(WIDTH)) u_bits (
    .src_clk(src_clk), .src_in(src_in_bin), .dest_clk(dest_clk), .dest_out(synced));
  always_ff @(posedge dest_clk) out_q <= synced;
  assign dest_out_bin = REG_OUTPUT != 0 ? out_q : synced;
endmodule
