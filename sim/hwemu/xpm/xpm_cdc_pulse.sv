// SPDX-License-Identifier: Apache-2.0

/// A pulse into another clock domain, where it lasts one cycle: it travels as the change of a level.
module xpm_cdc_pulse #(
  parameter integer DEST_SYNC_FF = 4,
  parameter integer INIT_SYNC_FF = 0,
  parameter integer REG_OUTPUT = 0,
  parameter integer RST_USED = 1,
  parameter integer SIM_ASSERT_CHK = 0
) (
  input  logic src_clk,
  input  logic src_rst,
  input  logic src_pulse,
  input  logic dest_clk,
  input  logic dest_rst,
  output logic dest_pulse
);
  logic pulse_q = 1'b0, level_q = 1'b0, synced, before_q = 1'b0, out_q = 1'b0, pulse;
  always_ff @(posedge src_clk) begin
    if (RST_USED != 0 && src_rst) begin
      pulse_q <= 1'b0;
      level_q <= 1'b0;
    end else begin
      pulse_q <= src_pulse;
      if (src_pulse && !pulse_q) level_q <= !level_q;
    end
  end
  xpm_cdc_single #(.DEST_SYNC_FF(DEST_SYNC_FF), .SRC_INPUT_REG(0)) u_level (
    .src_clk(src_clk), .src_in(level_q), .dest_clk(dest_clk), .dest_out(synced));
  assign pulse = synced != before_q;
  always_ff @(posedge dest_clk) begin
    if (RST_USED != 0 && dest_rst) begin
      before_q <= 1'b0;
      out_q    <= 1'b0;
    end else begin
      before_q <= synced;
      out_q    <= pulse;
    end
  end
  assign dest_pulse = REG_OUTPUT != 0 ? out_q : pulse;
endmodule
