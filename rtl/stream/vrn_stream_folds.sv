// SPDX-License-Identifier: Apache-2.0

/// Counts a loop in a loop: Inner folds for each of Outer results, over and over.
module vrn_stream_folds #(
  /// Folds of a result, and results, >= 1 each.
  parameter int unsigned Inner = 9,
  parameter int unsigned Outer = 2,
  localparam int unsigned InnerW = Inner > 1 ? $clog2(Inner) : 1,
  localparam int unsigned OuterW = Outer > 1 ? $clog2(Outer) : 1,
  localparam int unsigned WordW  = Inner * Outer > 1 ? $clog2(Inner * Outer) : 1
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  /// A fold is done.
  input  logic              en_i,
  output logic [InnerW-1:0] inner_o,
  output logic [OuterW-1:0] outer_o,
  /// Inner * outer_o + inner_o.
  output logic [WordW-1:0]  word_o,
  /// Of a result's folds, and of the results.
  output logic              first_o,
  output logic              last_o,
  output logic              outer_last_o
);
  if (Inner < 1 || Outer < 1) begin : gen_bad_size
    $fatal(1, "vrn_stream_folds: Inner and Outer must be >= 1");
  end
  assign first_o      = inner_o == '0;
  assign last_o       = inner_o == InnerW'(Inner - 1);
  assign outer_last_o = outer_o == OuterW'(Outer - 1);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      inner_o <= '0;
      outer_o <= '0;
      word_o  <= '0;
    end else if (en_i) begin
      inner_o <= last_o ? '0 : inner_o + InnerW'(1);
      word_o  <= last_o && outer_last_o ? '0 : word_o + WordW'(1);
      if (last_o) outer_o <= outer_last_o ? '0 : outer_o + OuterW'(1);
    end
  end
endmodule
