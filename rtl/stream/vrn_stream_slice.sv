// SPDX-License-Identifier: Apache-2.0

/// A run of channels of every pixel: the twin of kernel slice. The others are read and dropped.
///
/// Latency     1 cycle to m_axis           Throughput  1 beat per cycle
/// Handshake   AXI4-Stream                 Comb. path  none
/// Reset       begins with a new pixel
module vrn_stream_slice #(
  /// Beats of a pixel; the first one that stays and how many do, >= 1; values of a beat, >= 1.
  parameter int unsigned Beats = 4,
  parameter int unsigned First = 1,
  parameter int unsigned Count = 2,
  parameter int unsigned Lanes = 4,
  /// Beats that wait for the reader, >= 1.
  parameter int unsigned Depth = 2
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               s_axis_tvalid,
  output logic               s_axis_tready,
  input  logic [8*Lanes-1:0] s_axis_tdata,
  output logic               m_axis_tvalid,
  input  logic               m_axis_tready,
  output logic [8*Lanes-1:0] m_axis_tdata
);
  if (Count < 1 || First + Count > Beats) begin : gen_bad_run
    $fatal(1, "vrn_stream_slice: First + Count must be at most Beats, Count >= 1");
  end
  localparam int unsigned AtW = $clog2(Beats + 1);

  logic [AtW-1:0]     at_q;
  logic               kept, x_valid, go, room;
  logic [8*Lanes-1:0] x_data;
  assign kept = 32'(at_q) - First < Count;
  assign go   = x_valid && (!kept || room);

  vrn_stream_in #(
    .Bytes(Lanes)
  ) u_in (
    .clk_i,
    .rst_ni,
    .s_axis_tvalid,
    .s_axis_tready,
    .s_axis_tdata,
    .want_i (1'b1),
    .valid_o(x_valid),
    .data_o (x_data),
    .take_i (go)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) at_q <= '0;
    else if (go) at_q <= at_q == AtW'(Beats - 1) ? '0 : at_q + AtW'(1);
  end
  vrn_stream_out #(
    .Bytes (Lanes),
    .Places(Depth)
  ) u_out (
    .clk_i,
    .rst_ni,
    .room_o (room),
    .claim_i(go && kept),
    .valid_i(go && kept),
    .data_i (x_data),
    .m_axis_tvalid,
    .m_axis_tready,
    .m_axis_tdata
  );
endmodule
