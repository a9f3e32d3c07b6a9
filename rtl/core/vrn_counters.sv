// SPDX-License-Identifier: Apache-2.0
/// Activity counters: 64 bits each, at most two events a cycle.
///
/// Latency   an event is counted at its edge; rd_data_o is the counter one cycle after rd_index_i
module vrn_counters (
  input  logic                                 clk_i,
  input  logic                                 clear_i,
  /// Bit i: add one to counter i. Both vectors together add up to two.
  input  logic [vrn_npu_pkg::NumCounters-1:0]  event_i,
  input  logic [vrn_npu_pkg::NumCounters-1:0]  event2_i,
  input  logic                                 rd_en_i,
  input  logic [5:0]                           rd_index_i,
  output logic [63:0]                          rd_data_o
);
  localparam int unsigned N = vrn_npu_pkg::NumCounters;
  if (N > 64) begin : gen_bad_counters
    $fatal(1, "vrn_counters: at most 64 counters");
  end

  logic [63:0] count_q [N];
  for (genvar i = 0; i < N; i++) begin : gen_counter
    always_ff @(posedge clk_i) begin
      if (clear_i) count_q[i] <= '0;
      else if (event_i[i] || event2_i[i]) count_q[i] <= count_q[i] + 64'(event_i[i]) + 64'(event2_i[i]);
    end
  end
  always_ff @(posedge clk_i) begin
    if (rd_en_i) rd_data_o <= 32'(rd_index_i) < N ? count_q[rd_index_i] : '0;
  end
endmodule
