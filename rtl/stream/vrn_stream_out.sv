// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// The writing end of a stream: beats that leave a stage's pipeline wait here for the reader.
///
/// The pipeline in front never stalls. A beat enters it only when a place here is left for it, so that what waits can
/// neither get lost nor hold up what is ahead of it.
///
/// Latency     1 cycle from valid_i to m_axis_tvalid; a place is free 1 cycle after its beat was taken
/// Throughput  1 beat per cycle                              Comb. path  none
/// Reset       drops everything
module vrn_stream_out #(
  /// Bytes of a beat, >= 1.
  parameter int unsigned Bytes  = 4,
  /// Beats in the pipeline and here together, >= 1.
  parameter int unsigned Places = 4,
  localparam int unsigned CountW = $clog2(Places + 1)
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  /// A beat may enter the pipeline, and does.
  output logic               room_o,
  input  logic               claim_i,
  /// A beat leaves the pipeline.
  input  logic               valid_i,
  input  logic [8*Bytes-1:0] data_i,
  output logic               m_axis_tvalid,
  input  logic               m_axis_tready,
  output logic [8*Bytes-1:0] m_axis_tdata
);
  if (Bytes < 1 || Places < 1) begin : gen_bad_size
    $fatal(1, "vrn_stream_out: Bytes and Places must be >= 1");
  end
  localparam int unsigned Stored = Places > 1 ? Places - 1 : 1;

  logic [CountW-1:0]         taken_q;
  logic                      ready;
  logic [$clog2(Stored+2)-1:0] level;
  assign room_o = taken_q != CountW'(Places);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) taken_q <= '0;
    else         taken_q <= taken_q + CountW'(claim_i) - CountW'(m_axis_tvalid && m_axis_tready);
  end

  vrn_queue #(
    .Width(8 * Bytes),
    .Depth(Stored)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .flush_i(1'b0),
    .valid_i,
    .ready_o(ready),
    .data_i,
    .valid_o(m_axis_tvalid),
    .ready_i(m_axis_tready),
    .data_o (m_axis_tdata),
    .level_o(level)
  );

  `VRN_ASSERT(ClaimFits, !claim_i || room_o)
  `VRN_ASSERT(BeatFits, !valid_i || ready)
  `VRN_ASSERT(LevelWithinClaims, 32'(level) <= 32'(taken_q))
endmodule
