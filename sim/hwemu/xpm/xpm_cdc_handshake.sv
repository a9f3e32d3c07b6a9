// SPDX-License-Identifier: Apache-2.0

/// A word into another clock domain: src_send travels over, the answer back. With DEST_EXT_HSK 0 dest_req lasts one
/// cycle and the answer is given here, with 1 it lasts until src_send has fallen and dest_ack is the answer.
module xpm_cdc_handshake #(
  parameter integer DEST_EXT_HSK = 1,
  parameter integer DEST_SYNC_FF = 4,
  parameter integer INIT_SYNC_FF = 0,
  parameter integer SIM_ASSERT_CHK = 0,
  parameter integer SRC_SYNC_FF = 4,
  parameter integer WIDTH = 1
) (
  input  logic             src_clk,
  input  logic [WIDTH-1:0] src_in,
  input  logic             src_send,
  output logic             src_rcv,
  input  logic             dest_clk,
  output logic             dest_req,
  input  logic             dest_ack,
  output logic [WIDTH-1:0] dest_out
);
  logic [WIDTH-1:0] word_q = '0, out_q = '0;
  logic send_q = 1'b0, arrived, arrived_q = 1'b0, req_q = 1'b0, answer;
  always_ff @(posedge src_clk) begin
    send_q <= src_send;
    if (src_send && !send_q) word_q <= src_in;
  end
  xpm_cdc_single #(.DEST_SYNC_FF(DEST_SYNC_FF), .SRC_INPUT_REG(0)) u_send (
    .src_clk(src_clk), .src_in(send_q), .dest_clk(dest_clk), .dest_out(arrived));
  always_ff @(posedge dest_clk) begin
    arrived_q <= arrived;
    req_q     <= DEST_EXT_HSK != 0 ? arrived : arrived && !arrived_q;
    if (arrived && !arrived_q) out_q <= word_q;
  end
  assign answer = DEST_EXT_HSK != 0 ? dest_ack : arrived_q;
  xpm_cdc_single #(.DEST_SYNC_FF(SRC_SYNC_FF), .SRC_INPUT_REG(0)) u_answer (
    .src_clk(dest_clk), .src_in(answer), .dest_clk(src_clk), .dest_out(src_rcv));
  assign dest_req = req_q;
  assign dest_out = out_q;
endmodule
