// SPDX-License-Identifier: Apache-2.0

/// Any function of one element, from a table: the twin of kernel table.
///
/// Latency     2 cycles to m_axis          Throughput  1 beat per cycle
/// Handshake   AXI4-Stream                 Comb. path  none
/// Reset       forgets the beats inside
module vrn_stream_table #(
  /// Values of a beat, >= 1, each with a copy of the table.
  parameter int unsigned Lanes = 4,
  /// Beats that wait behind the pipeline, >= 1.
  parameter int unsigned Depth = 2,
  /// 256 bytes, by value + 128.
  parameter TableFile = ""
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
  logic               x_valid, go, room, valid_q;
  logic [8*Lanes-1:0] x_data, y;
  assign go = x_valid && room;

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
  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    vrn_stream_rom #(
      .Width(8),
      .Depth(256),
      .File (TableFile)
    ) u_table (
      .clk_i,
      .en_i  (go),
      .addr_i(x_data[8*i +: 8] ^ 8'h80),
      .data_o(y[8*i +: 8])
    );
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else         valid_q <= go;
  end
  vrn_stream_out #(
    .Bytes (Lanes),
    .Places(Depth + 1)
  ) u_out (
    .clk_i,
    .rst_ni,
    .room_o (room),
    .claim_i(go),
    .valid_i(valid_q),
    .data_i (y),
    .m_axis_tvalid,
    .m_axis_tready,
    .m_axis_tdata
  );
endmodule
