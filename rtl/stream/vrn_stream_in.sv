// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// The reading end of a stream: a beat that has come waits here until the stage can go on, and its place in the FIFO
/// behind is free meanwhile.
///
/// Latency     none: a beat that comes is seen in the same cycle
/// Handshake   s_axis_tready depends on want_i alone, which holds until take_i
/// Reset       drops the beat that waits
module vrn_stream_in #(
  /// Bytes of a beat, >= 1.
  parameter int unsigned Bytes = 4
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               s_axis_tvalid,
  output logic               s_axis_tready,
  input  logic [8*Bytes-1:0] s_axis_tdata,
  /// The stage needs a beat to go on.
  input  logic               want_i,
  output logic               valid_o,
  output logic [8*Bytes-1:0] data_o,
  /// The stage goes on with it.
  input  logic               take_i
);
  if (Bytes < 1) begin : gen_bad_size
    $fatal(1, "vrn_stream_in: Bytes must be >= 1");
  end

  logic               held_q;
  logic [8*Bytes-1:0] data_q;
  assign s_axis_tready = want_i && !held_q;
  assign valid_o       = held_q || (want_i && s_axis_tvalid);
  assign data_o        = held_q ? data_q : s_axis_tdata;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) held_q <= 1'b0;
    else         held_q <= valid_o && !take_i;
  end
  always_ff @(posedge clk_i) begin
    if (s_axis_tvalid && s_axis_tready) data_q <= s_axis_tdata;
  end

  `VRN_ASSERT(TakesWhatIsThere, !take_i || valid_o)
  `VRN_ASSERT(WantHeld, !held_q || want_i)
endmodule
