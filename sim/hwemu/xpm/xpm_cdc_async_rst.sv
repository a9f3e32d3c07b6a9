// SPDX-License-Identifier: Apache-2.0

/// An asynchronous reset into another clock domain: asserted at once, released DEST_SYNC_FF edges later.
module xpm_cdc_async_rst #(
  parameter integer DEST_SYNC_FF = 4,
  parameter integer INIT_SYNC_FF = 0,
  parameter integer RST_ACTIVE_HIGH = 0
) (
  input  logic src_arst,
  input  logic dest_clk,
  output logic dest_arst
);
  localparam bit Active = RST_ACTIVE_HIGH != 0;
  logic active;
  assign active = src_arst == Active;
  logic [DEST_SYNC_FF-1:0] sync_q = {DEST_SYNC_FF{!Active}};
  always_ff @(posedge dest_clk or posedge active) begin
    if (active) sync_q <= {DEST_SYNC_FF{Active}};
    else sync_q <= {sync_q[DEST_SYNC_FF-2:0], !Active};
  end
  assign dest_arst = sync_q[DEST_SYNC_FF-1];
endmodule
