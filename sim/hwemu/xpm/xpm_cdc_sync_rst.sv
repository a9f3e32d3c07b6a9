// SPDX-License-Identifier: Apache-2.0

/// A synchronous reset into another clock domain: DEST_SYNC_FF edges, both ways; INIT is its value before them.
module xpm_cdc_sync_rst #(
  parameter integer DEST_SYNC_FF = 4,
  parameter integer INIT = 1,
  parameter integer INIT_SYNC_FF = 0,
  parameter integer SIM_ASSERT_CHK = 0
) (
  input  logic src_rst,
  input  logic dest_clk,
  output logic dest_rst
);
  logic [DEST_SYNC_FF-1:0] sync_q = {DEST_SYNC_FF{INIT != 0}};
  always_ff @(posedge dest_clk) sync_q <= {sync_q[DEST_SYNC_FF-2:0], src_rst};
  assign dest_rst = sync_q[DEST_SYNC_FF-1];
endmodule
