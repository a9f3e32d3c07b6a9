// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// First-in first-out queue: a memory and two pointers; payloads never move.
///
/// Latency     1 cycle from an accepted beat to valid_o
/// Throughput  1 beat per cycle unless full
/// Handshake   valid/ready, held until taken                Comb. path  none from in to out
/// Reset       empties the queue
///
/// A full queue does not take a beat in the cycle in which one leaves.
module vrn_fifo #(
  /// Payload bits, >= 1.
  parameter  int unsigned Width  = 32,
  /// Entries, a power of two >= 2.
  parameter  int unsigned Depth  = 8,
  localparam int unsigned PtrW   = $clog2(Depth),
  localparam int unsigned CountW = PtrW + 1
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              valid_i,
  output logic              ready_o,
  input  logic [Width-1:0]  data_i,
  output logic              valid_o,
  input  logic              ready_i,
  output logic [Width-1:0]  data_o,
  /// Entries held.
  output logic [CountW-1:0] count_o
);
  if (Width < 1 || Depth < 2 || (Depth & (Depth - 1)) != 0) begin : gen_bad_size
    $fatal(1, "vrn_fifo: Width must be >= 1 and Depth a power of two >= 2");
  end

  logic [Width-1:0]  mem_q [Depth];
  logic [CountW-1:0] wr_ptr_q, rd_ptr_q;  // one bit more than an address tells full from empty

  assign count_o = wr_ptr_q - rd_ptr_q;
  assign ready_o = count_o != CountW'(Depth);
  assign valid_o = wr_ptr_q != rd_ptr_q;
  assign data_o  = mem_q[rd_ptr_q[PtrW-1:0]];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wr_ptr_q <= '0;
      rd_ptr_q <= '0;
    end else begin
      if (valid_i && ready_o) wr_ptr_q <= wr_ptr_q + CountW'(1);
      if (valid_o && ready_i) rd_ptr_q <= rd_ptr_q + CountW'(1);
    end
  end
  always_ff @(posedge clk_i) begin
    if (valid_i && ready_o) mem_q[wr_ptr_q[PtrW-1:0]] <= data_i;
  end

  `VRN_ASSERT(CountInRange, count_o <= CountW'(Depth))
  `VRN_ASSERT_HELD(OutHeld, valid_o && !ready_i, valid_o, data_o)
endmodule
