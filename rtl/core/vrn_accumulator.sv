// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Accumulator: adds sums to rows of a 1R1W memory, or hands them to the vector unit's stream.
///
/// Latency     1 cycle from a sum to acc_valid_o at the earliest
/// Throughput  1 sum per cycle, any order of rows
/// Handshake   sums never wait: whoever emits one has seen a free place (took_o gives one back)
/// Reset       empties the stream; rows are undefined until overwritten
///
/// A row is read one cycle before its sum arrives (next_*_i) and written back in the sum's cycle.
/// Two sums in a row for one row: the memory still returns the old value, so the new one is kept
/// beside it.
///
/// cycle        0         1          2
/// next_valid_i A         B
/// memory       read A    read B, write A + sum
/// sum_valid_i            A          B: takes A's result if it is the same row
module vrn_accumulator #(
  /// Columns, 1..64.
  parameter  int unsigned Cols    = 16,
  /// Rows, a power of two >= 2.
  parameter  int unsigned AccRows = 512,
  /// Places of the stream, a power of two >= 2.
  parameter  int unsigned Places  = 32,
  localparam int unsigned RowW    = $clog2(AccRows),
  localparam int unsigned Width   = 32 * Cols
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  /// The sum of the next cycle.
  input  logic             next_valid_i,
  input  logic             next_overwrite_i,
  input  logic [RowW-1:0]  next_row_i,
  input  logic             sum_valid_i,
  input  logic             sum_overwrite_i,
  input  logic             sum_emit_i,
  /// Last sum of its command.
  input  logic             sum_last_i,
  input  logic [RowW-1:0]  sum_row_i,
  input  logic [Width-1:0] sum_data_i,
  output logic             acc_valid_o,
  input  logic             acc_ready_i,
  output logic [Width-1:0] acc_data_o,
  /// A place of the stream became free.
  output logic             took_o,
  /// The last sum of a command was written back, or was handed over.
  output logic             wrote_last_o,
  output logic             took_last_o,
  output logic             ev_read_o,
  output logic             ev_write_o
);
  if (Cols < 1 || Cols > 64 || AccRows < 2 || (AccRows & (AccRows - 1)) != 0) begin : gen_bad_size
    $fatal(1, "vrn_accumulator: Cols in 1..64, AccRows a power of two >= 2");
  end

  logic             read, write, same_row, forward_q;
  logic [Width-1:0] old_row, result, forward_data_q;

  assign read     = next_valid_i && !next_overwrite_i;
  assign write    = sum_valid_i && !sum_emit_i;
  assign same_row = read && write && next_row_i == sum_row_i;

  vrn_ram_1r1w #(
    .Width (Width),
    .Depth (AccRows)
  ) u_rows (
    .clk_i,
    .wr_en_i   (write),
    .wr_addr_i (sum_row_i),
    .wr_data_i (result),
    .rd_en_i   (read && !same_row),
    .rd_addr_i (next_row_i),
    .rd_data_o (old_row)
  );

  always_comb begin
    result = sum_data_i;
    if (sum_valid_i && !sum_overwrite_i) begin
      if (forward_q) begin
        for (int unsigned c = 0; c < Cols; c++) begin
          result[32*c +: 32] = sum_data_i[32*c +: 32] + forward_data_q[32*c +: 32];
        end
      end else begin
        for (int unsigned c = 0; c < Cols; c++) begin
          result[32*c +: 32] = sum_data_i[32*c +: 32] + old_row[32*c +: 32];
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    forward_q <= same_row;
    if (same_row) forward_data_q <= result;
  end

  // --- stream to the vector unit ---
  logic head_last, fifo_ready;
  logic [$clog2(Places):0] unused_count;
  vrn_fifo #(
    .Width (Width + 1),
    .Depth (Places)
  ) u_stream (
    .clk_i,
    .rst_ni,
    .valid_i (sum_valid_i && sum_emit_i),
    .ready_o (fifo_ready),
    .data_i  ({sum_last_i, result}),
    .valid_o (acc_valid_o),
    .ready_i (acc_ready_i),
    .data_o  ({head_last, acc_data_o}),
    .count_o (unused_count)
  );
  assign took_o       = acc_valid_o && acc_ready_i;
  assign took_last_o  = took_o && head_last;
  assign wrote_last_o = write && sum_last_i;
  assign ev_read_o    = read;
  assign ev_write_o   = write;

  logic unused_fifo_ready;
  assign unused_fifo_ready = fifo_ready;
  `VRN_ASSERT(SumHasPlace, !(sum_valid_i && sum_emit_i) || fifo_ready)
  `VRN_ASSERT_NEXT(NextAnnouncesSum, next_valid_i, sum_valid_i)
endmodule
