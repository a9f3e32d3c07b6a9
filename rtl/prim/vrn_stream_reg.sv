// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// One-entry stream register: cuts valid and data, not ready.
///
/// Latency     1 cycle from an accepted beat to valid_o     Throughput  1 beat per cycle
/// Handshake   valid/ready, held until taken                Comb. path  ready_i -> ready_o
/// Reset       clears valid; data is undefined until the first beat
module vrn_stream_reg #(
  /// Payload bits, >= 1.
  parameter int unsigned Width = 32
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             valid_i,
  output logic             ready_o,
  input  logic [Width-1:0] data_i,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [Width-1:0] data_o
);
  if (Width < 1) begin : gen_bad_width
    $fatal(1, "vrn_stream_reg: Width must be >= 1");
  end

  logic             valid_q;
  logic [Width-1:0] data_q;

  assign ready_o = !valid_q || ready_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (ready_o) valid_q <= valid_i;
  end
  always_ff @(posedge clk_i) begin
    if (ready_o && valid_i) data_q <= data_i;  // no reset: valid_q guards it
  end
  assign valid_o = valid_q;
  assign data_o  = data_q;

  `VRN_ASSERT_HELD(OutHeld, valid_o && !ready_i, valid_o, data_o)
endmodule
