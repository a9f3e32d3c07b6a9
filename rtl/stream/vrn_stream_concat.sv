// SPDX-License-Identifier: Apache-2.0

/// Channels of b behind those of a, pixel by pixel: the twin of kernel concat.
///
/// Latency     1 cycle to m_axis           Throughput  1 beat per cycle
/// Handshake   AXI4-Stream                 Comb. path  none
/// Reset       begins with a new pixel
module vrn_stream_concat #(
  /// Beats of a pixel from either stream, >= 1; values of a beat, >= 1.
  parameter int unsigned BeatsA = 2,
  parameter int unsigned BeatsB = 2,
  parameter int unsigned Lanes  = 4,
  /// Beats that wait for the reader, >= 1.
  parameter int unsigned Depth  = 2
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               s_axis_a_tvalid,
  output logic               s_axis_a_tready,
  input  logic [8*Lanes-1:0] s_axis_a_tdata,
  input  logic               s_axis_b_tvalid,
  output logic               s_axis_b_tready,
  input  logic [8*Lanes-1:0] s_axis_b_tdata,
  output logic               m_axis_tvalid,
  input  logic               m_axis_tready,
  output logic [8*Lanes-1:0] m_axis_tdata
);
  if (BeatsA < 1 || BeatsB < 1) begin : gen_bad_beats
    $fatal(1, "vrn_stream_concat: BeatsA and BeatsB must be >= 1");
  end
  localparam int unsigned AtW = $clog2(BeatsA + BeatsB);

  logic [AtW-1:0]     at_q;
  logic               from_b, x_valid, x_ready, go, room;
  logic [8*Lanes-1:0] x_data;
  assign from_b = at_q >= AtW'(BeatsA);
  assign s_axis_a_tready = x_ready && !from_b;
  assign s_axis_b_tready = x_ready && from_b;
  assign go = x_valid && room;

  vrn_stream_in #(
    .Bytes(Lanes)
  ) u_in (
    .clk_i,
    .rst_ni,
    .s_axis_tvalid(from_b ? s_axis_b_tvalid : s_axis_a_tvalid),
    .s_axis_tready(x_ready),
    .s_axis_tdata (from_b ? s_axis_b_tdata : s_axis_a_tdata),
    .want_i       (1'b1),
    .valid_o      (x_valid),
    .data_o       (x_data),
    .take_i       (go)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) at_q <= '0;
    else if (go) at_q <= at_q == AtW'(BeatsA + BeatsB - 1) ? '0 : at_q + AtW'(1);
  end
  vrn_stream_out #(
    .Bytes (Lanes),
    .Places(Depth)
  ) u_out (
    .clk_i,
    .rst_ni,
    .room_o (room),
    .claim_i(go),
    .valid_i(go),
    .data_i (x_data),
    .m_axis_tvalid,
    .m_axis_tready,
    .m_axis_tdata
  );
endmodule
