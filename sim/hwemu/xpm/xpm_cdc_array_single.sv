// SPDX-License-Identifier: Apache-2.0

/// Independent bits into another clock domain: DEST_SYNC_FF edges, one more with the source register.
module xpm_cdc_array_single #(
  parameter integer DEST_SYNC_FF = 4,
  parameter integer INIT_SYNC_FF = 0,
  parameter integer SIM_ASSERT_CHK = 0,
  parameter integer SRC_INPUT_REG = 1,
  parameter integer WIDTH = 2
) (
  input  logic             src_clk,
  input  logic [WIDTH-1:0] src_in,
  input  logic             dest_clk,
  output logic [WIDTH-1:0] dest_out
);
  logic [WIDTH-1:0] source_q = '0;
  logic [WIDTH-1:0] sync_q [DEST_SYNC_FF];
  always_ff @(posedge src_clk) source_q <= src_in;
  initial begin
    for (int i = 0; i < DEST_SYNC_FF; i++) sync_q[i] = '0;
  end
  always_ff @(posedge dest_clk) begin
    sync_q[0] <= SRC_INPUT_REG != 0 ? source_q : src_in;
    for (int i = 1; i < DEST_SYNC_FF; i++) sync_q[i] <= sync_q[i-1];
  end
  assign dest_out = sync_q[DEST_SYNC_FF-1];
endmodule
