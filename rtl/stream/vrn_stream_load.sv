// SPDX-License-Identifier: Apache-2.0

/// Where a stream enters a design: beats as memory gives them, and the FIFO to their reader. The twin of kernel load.
///
/// Latency     2 cycles to m_axis          Throughput  1 beat per cycle
/// Handshake   AXI4-Stream; ready depends on places alone
/// Reset       drops the beats inside
module vrn_stream_load #(
  /// Values of a beat, >= 1.
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
  logic               go, valid_q;
  logic [8*Lanes-1:0] data_q;
  assign go = s_axis_tvalid && s_axis_tready;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else         valid_q <= go;
  end
  always_ff @(posedge clk_i) begin
    if (go) data_q <= s_axis_tdata;
  end
  vrn_stream_out #(
    .Bytes (Lanes),
    .Places(Depth + 1)
  ) u_out (
    .clk_i,
    .rst_ni,
    .room_o (s_axis_tready),
    .claim_i(go),
    .valid_i(valid_q),
    .data_i (data_q),
    .m_axis_tvalid,
    .m_axis_tready,
    .m_axis_tdata
  );
endmodule
