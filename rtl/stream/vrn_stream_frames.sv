// SPDX-License-Identifier: Apache-2.0

/// Counts the beats of a stream: tells when the last one of a frame is taken.
module vrn_stream_frames #(
  /// Beats of a frame, >= 1.
  parameter int unsigned Beats = 16
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic taken_i,
  output logic last_o
);
  if (Beats < 1) begin : gen_bad_beats
    $fatal(1, "vrn_stream_frames: Beats must be >= 1");
  end
  localparam int unsigned CountW = Beats > 1 ? $clog2(Beats) : 1;
  logic [CountW-1:0] count_q;
  assign last_o = taken_i && count_q == CountW'(Beats - 1);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      count_q <= '0;
    else if (taken_i) count_q <= last_o ? '0 : count_q + CountW'(1);
  end
endmodule
