// SPDX-License-Identifier: Apache-2.0

/// Activity counters: 64 bits each, up to two events a cycle.
///
/// The low bits of all counters are kept as planes: plane k holds bit k of every counter, so one event costs a ripple
/// through the planes however many counters there are. The carry out of the planes reaches the high bits a cycle later,
/// at most once in 2^LowBits / 2 events.
///
/// Latency   an event is counted at its edge; rd_data_o is the exact counter one cycle after rd_en_i
module vrn_counters (
  input  logic                                clk_i,
  input  logic                                clear_i,
  /// Bit i: add one to counter i. Both vectors together add up to two.
  input  logic [vrn_npu_pkg::NumCounters-1:0] event_i,
  input  logic [vrn_npu_pkg::NumCounters-1:0] event2_i,
  input  logic                                rd_en_i,
  input  logic [5:0]                          rd_index_i,
  output logic [63:0]                         rd_data_o
);
  localparam int unsigned N = vrn_npu_pkg::NumCounters;
  localparam int unsigned LowBits = 8;
  localparam int unsigned HighBits = 64 - LowBits;
  if (N > 64) begin : gen_bad_counters
    $fatal(1, "vrn_counters: at most 64 counters");
  end

  // read above, changed below: one process owns the counters, so that a simulator copies none of them, and a quiet cycle
  // touches no high bits
  logic [N-1:0]        plane_q [LowBits];
  logic [N-1:0]        carry_q;
  logic [HighBits-1:0] high_q [N];
  always_ff @(posedge clk_i) begin : p_counters
    logic [N-1:0] one, two, carry;
    one = event_i;
    two = event2_i;
    if (rd_en_i) begin
      rd_data_o <= '0;
      if (32'(rd_index_i) < N) begin
        rd_data_o[63:LowBits] <= high_q[rd_index_i] + HighBits'(carry_q[rd_index_i]);
        for (int unsigned k = 0; k < LowBits; k++) rd_data_o[k] <= plane_q[k][rd_index_i];
      end
    end
    if (clear_i) begin
      for (int unsigned i = 0; i < N; i++) high_q[i] = '0;
    end else if (carry_q != '0) begin
      for (int unsigned i = 0; i < N; i++) begin
        if (carry_q[i]) high_q[i] = high_q[i] + 1'b1;
      end
    end
    carry      = (plane_q[0] & (one | two)) | (one & two);
    plane_q[0] = plane_q[0] ^ one ^ two;
    for (int unsigned k = 1; k < LowBits; k++) begin
      two        = plane_q[k];
      plane_q[k] = two ^ carry;
      carry      = carry & two;
    end
    if (clear_i) begin
      for (int unsigned k = 0; k < LowBits; k++) plane_q[k] = '0;
      carry = '0;
    end
    carry_q = carry;
  end
endmodule
