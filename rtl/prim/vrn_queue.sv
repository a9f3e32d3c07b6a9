// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// FIFO with a registered output and a flush: what commands, bursts in flight and store data wait in.
///
/// Latency     1 cycle from an accepted entry to valid_o when empty     Throughput  1 entry per cycle
/// Capacity    Depth entries behind the one at the output
/// Handshake   valid/ready; a flush drops everything, the entry offered in that cycle included
/// Reset       clears the pointers; data is undefined until the first entry
module vrn_queue #(
  /// Bits of an entry, >= 1.
  parameter int unsigned Width = 32,
  /// Entries in memory, >= 1, any number.
  parameter int unsigned Depth = 4,
  localparam int unsigned PtrW = Depth > 1 ? $clog2(Depth) : 1,
  localparam int unsigned CountW = $clog2(Depth + 2)
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              flush_i,
  input  logic              valid_i,
  output logic              ready_o,
  input  logic [Width-1:0]  data_i,
  output logic              valid_o,
  input  logic              ready_i,
  output logic [Width-1:0]  data_o,
  /// Entries inside, the one at the output included.
  output logic [CountW-1:0] level_o
);
  if (Width < 1) begin : gen_bad_width
    $fatal(1, "vrn_queue: Width must be >= 1");
  end
  if (Depth < 1) begin : gen_bad_depth
    $fatal(1, "vrn_queue: Depth must be >= 1");
  end

  logic [Width-1:0]  mem_q [Depth];
  logic [PtrW-1:0]   wr_q, rd_q;
  logic [CountW-1:0] stored_q;
  logic              valid_q;
  logic [Width-1:0]  data_q;

  assign ready_o = stored_q != CountW'(Depth);

  // Which way an entry goes is decided inside the clocked processes: a simulator then decides once a cycle.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wr_q     <= '0;
      rd_q     <= '0;
      stored_q <= '0;
      valid_q  <= 1'b0;
    end else if (flush_i) begin
      wr_q     <= '0;
      rd_q     <= '0;
      stored_q <= '0;
      valid_q  <= 1'b0;
    end else begin
      if (!valid_q || ready_i) begin
        valid_q <= stored_q != '0 || valid_i;
        if (stored_q != '0) begin
          rd_q <= rd_q == PtrW'(Depth - 1) ? '0 : rd_q + 1'b1;
          if (!valid_i || !ready_o) stored_q <= stored_q - CountW'(1);
        end
      end else if (valid_i && ready_o) begin
        stored_q <= stored_q + CountW'(1);
      end
      if (valid_i && ready_o && (stored_q != '0 || (valid_q && !ready_i))) begin
        wr_q <= wr_q == PtrW'(Depth - 1) ? '0 : wr_q + 1'b1;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (valid_i && ready_o && (stored_q != '0 || (valid_q && !ready_i))) mem_q[wr_q] <= data_i;
    if (!valid_q || ready_i) begin
      if (stored_q != '0) data_q <= mem_q[rd_q];
      else if (valid_i) data_q <= data_i;
    end
  end

  assign valid_o = valid_q;
  assign data_o  = data_q;
  assign level_o = stored_q + CountW'(valid_q);

  `VRN_ASSERT_NEXT(OutHeld, valid_o && !ready_i && !flush_i, valid_o)
  `VRN_ASSERT(LevelBounded, stored_q <= CountW'(Depth))
endmodule
