// SPDX-License-Identifier: Apache-2.0

/// Keeps the first error that memory answers with in a run, as the NPU's error register numbers them.
module vrn_stream_fault #(
  /// 0: of reads, 1: of writes.
  parameter bit Writes = 1'b0
) (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       start_i,
  input  logic       valid_i,
  input  logic [1:0] resp_i,
  /// 0 none, 1 a read answered SLVERR, 2 a read DECERR, 3 a write SLVERR, 4 a write DECERR.
  output logic [2:0] error_o
);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                                           error_o <= '0;
    else if (start_i)                                      error_o <= '0;
    else if (valid_i && resp_i[1] && error_o == '0) error_o <= (Writes ? 3'd3 : 3'd1) + 3'(resp_i[0]);
  end
endmodule
