// SPDX-License-Identifier: Apache-2.0

/// Memory of whole words: one read and one write port.
///
/// Latency     1 cycle from rd_en_i to rd_data_o, which then holds until the next read
/// Collision   a read of the word being written returns the old word
/// Reset       none; contents are undefined until written
module vrn_ram_1r1w #(
  /// Bits of a word, >= 1.
  parameter  int unsigned Width = 512,
  /// Words, a power of two >= 2.
  parameter  int unsigned Depth = 512,
  localparam int unsigned AddrW = $clog2(Depth)
) (
  input  logic             clk_i,
  input  logic             wr_en_i,
  input  logic [AddrW-1:0] wr_addr_i,
  input  logic [Width-1:0] wr_data_i,
  input  logic             rd_en_i,
  input  logic [AddrW-1:0] rd_addr_i,
  output logic [Width-1:0] rd_data_o
);
  if (Width < 1 || Depth < 2 || (Depth & (Depth - 1)) != 0) begin : gen_bad_size
    $fatal(1, "vrn_ram_1r1w: Width must be >= 1 and Depth a power of two >= 2");
  end

  logic [Width-1:0] mem_q [Depth];

  always_ff @(posedge clk_i) begin
    if (rd_en_i) rd_data_o <= mem_q[rd_addr_i];
    if (wr_en_i) mem_q[wr_addr_i] <= wr_data_i;
  end
endmodule
