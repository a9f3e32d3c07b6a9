// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Maximum or sum of the taps of a window, lane by lane.
///
/// Latency     1 cycle from the last tap to row_valid_o     Throughput  one tap a cycle
/// Handshake   valid/ready, held until taken                Comb. path  row_ready_i -> tap_ready_o
/// Reset       drops the row
module vrn_vector_reduce #(
  /// Lanes, 1..64.
  parameter int unsigned Cols = 16
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               tap_valid_i,
  output logic               tap_ready_o,
  input  logic               tap_first_i,
  input  logic               tap_last_i,
  input  logic               tap_sum_i,    // sum, else maximum
  input  logic               tap_inside_i, // else pad_i stands for every lane
  input  logic [7:0]         pad_i,
  input  logic [8*Cols-1:0]  tap_data_i,
  output logic               row_valid_o,
  input  logic               row_ready_i,
  output logic [32*Cols-1:0] row_data_o
);
  if (Cols < 1 || Cols > 64) begin : gen_bad_cols
    $fatal(1, "vrn_vector_reduce: Cols must be 1..64");
  end

  logic               valid_q;
  logic [32*Cols-1:0] acc_q;

  assign tap_ready_o = !valid_q || row_ready_i;
  assign row_valid_o = valid_q;
  assign row_data_o  = acc_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (tap_ready_o) valid_q <= tap_valid_i && tap_last_i;
  end

  always_ff @(posedge clk_i) begin : p_reduce
    logic [8*Cols-1:0]  tap;
    logic [32*Cols-1:0] acc;
    if (tap_valid_i && tap_ready_o) begin
      tap = tap_inside_i ? tap_data_i : {Cols{pad_i}};
      acc = acc_q;
      for (int unsigned i = 0; i < Cols; i++) begin
        if (tap_first_i) acc[32*i +: 32] = 32'($signed(tap[8*i +: 8]));
        else if (tap_sum_i) acc[32*i +: 32] = acc[32*i +: 32] + 32'($signed(tap[8*i +: 8]));
        else if ($signed(acc[32*i +: 32]) < 32'($signed(tap[8*i +: 8]))) begin
          acc[32*i +: 32] = 32'($signed(tap[8*i +: 8]));
        end
      end
      acc_q <= acc;
    end
  end

  `VRN_ASSERT_NEXT(RowHeld, row_valid_o && !row_ready_i, row_valid_o)
endmodule
