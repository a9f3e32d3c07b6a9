// SPDX-License-Identifier: Apache-2.0

/// One stream for two readers: the twin of kernel fork. The second reader's beat follows the first's.
///
/// Latency     1 cycle to either output    Throughput  1 beat per cycle
/// Handshake   AXI4-Stream                 Comb. path  none
/// Reset       forgets the beats inside
module vrn_stream_fork #(
  /// Values of a beat, >= 1.
  parameter int unsigned Lanes = 4,
  /// Beats that wait for either reader, >= 1.
  parameter int unsigned DepthFirst  = 2,
  parameter int unsigned DepthSecond = 2
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               s_axis_tvalid,
  output logic               s_axis_tready,
  input  logic [8*Lanes-1:0] s_axis_tdata,
  output logic               m_axis_first_tvalid,
  input  logic               m_axis_first_tready,
  output logic [8*Lanes-1:0] m_axis_first_tdata,
  output logic               m_axis_second_tvalid,
  input  logic               m_axis_second_tready,
  output logic [8*Lanes-1:0] m_axis_second_tdata
);
  logic               x_valid, first_room, second_room, first, second, sent_q;
  logic [8*Lanes-1:0] x_data;
  assign first  = x_valid && !sent_q && first_room;
  assign second = x_valid && (sent_q || first_room) && second_room;

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
    .take_i (second)
  );
  // the first reader has the beat, the second has not
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) sent_q <= 1'b0;
    else         sent_q <= (sent_q || first) && !second;
  end
  vrn_stream_out #(
    .Bytes (Lanes),
    .Places(DepthFirst)
  ) u_first (
    .clk_i,
    .rst_ni,
    .room_o       (first_room),
    .claim_i      (first),
    .valid_i      (first),
    .data_i       (x_data),
    .m_axis_tvalid(m_axis_first_tvalid),
    .m_axis_tready(m_axis_first_tready),
    .m_axis_tdata (m_axis_first_tdata)
  );
  vrn_stream_out #(
    .Bytes (Lanes),
    .Places(DepthSecond)
  ) u_second (
    .clk_i,
    .rst_ni,
    .room_o       (second_room),
    .claim_i      (second),
    .valid_i      (second),
    .data_i       (x_data),
    .m_axis_tvalid(m_axis_second_tvalid),
    .m_axis_tready(m_axis_second_tready),
    .m_axis_tdata (m_axis_second_tdata)
  );
endmodule
