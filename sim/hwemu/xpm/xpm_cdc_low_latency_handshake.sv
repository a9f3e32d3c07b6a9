// SPDX-License-Identifier: Apache-2.0

/// A word into another clock domain with valid and ready on both sides, one at a time.
module xpm_cdc_low_latency_handshake #(
  parameter integer DEST_SYNC_FF = 4,
  parameter integer INIT_SYNC_FF = 0,
  parameter integer SIM_ASSERT_CHK = 0,
  parameter integer SRC_SYNC_FF = 4,
  parameter integer WIDTH = 1
) (
  input  logic             src_clk,
  input  logic [WIDTH-1:0] src_in,
  input  logic             src_valid,
  output logic             src_ready,
  input  logic             dest_clk,
  output logic             dest_valid,
  input  logic             dest_ready,
  output logic [WIDTH-1:0] dest_out
);
  logic [WIDTH-1:0] word_q = '0;
  logic sent_q = 1'b0, taken_q = 1'b0, sent_seen, taken_seen;
  xpm_cdc_single #(.DEST_SYNC_FF(DEST_SYNC_FF), .SRC_INPUT_REG(0)) u_sent (
    .src_clk(src_clk), .src_in(sent_q), .dest_clk(dest_clk), .dest_out(sent_seen));
  xpm_cdc_single #(.DEST_SYNC_FF(SRC_SYNC_FF), .SRC_INPUT_REG(0)) u_taken (
    .src_clk(dest_clk), .src_in(taken_q), .dest_clk(src_clk), .dest_out(taken_seen));
  assign src_ready  = sent_q == taken_seen;
  assign dest_valid = sent_seen != taken_q;
  assign dest_out   = word_q;
  always_ff @(posedge src_clk) begin
    if (src_valid && src_ready) begin
      word_q <= src_in;
      sent_q <= !sent_q;
    end
  end
  always_ff @(posedge dest_clk) begin
    if (dest_valid && dest_ready) taken_q <= sent_seen;
  end
endmodule
