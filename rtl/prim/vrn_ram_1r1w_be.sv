// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Memory with byte enables: one read port and one write port, each shared by several clients.
///
/// Latency     1 cycle from a bit of rd_en_i to rd_data_o, which then holds until the next read
/// Collision   a read of the word being written returns the old word
/// Reset       none; contents are undefined until written
///
/// At most one bit of rd_en_i and of wr_en_i is set. The multiplexers stand inside the clocked block,
/// and the mask is merged with the old word instead of being tested byte by byte: an idle port costs a
/// simulator nothing, a write some 20 ns. Synthesis folds the merge back into byte enables.
module vrn_ram_1r1w_be #(
  /// Bytes of a word, a multiple of 4.
  parameter  int unsigned Bytes   = 64,
  /// Words, a power of two >= 2.
  parameter  int unsigned Depth   = 512,
  /// Clients of the ports, >= 1.
  parameter  int unsigned Readers = 1,
  parameter  int unsigned Writers = 2,
  localparam int unsigned AddrW   = $clog2(Depth),
  localparam int unsigned Width   = 8 * Bytes
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic [Writers-1:0]       wr_en_i,
  input  logic [Writers*AddrW-1:0] wr_addr_i,
  input  logic [Writers*Bytes-1:0] wr_mask_i,
  input  logic [Writers*Width-1:0] wr_data_i,
  input  logic [Readers-1:0]       rd_en_i,
  input  logic [Readers*AddrW-1:0] rd_addr_i,
  output logic [Width-1:0]         rd_data_o
);
  if (Bytes < 4 || Bytes % 4 != 0 || Depth < 2 || (Depth & (Depth - 1)) != 0 ||
      Readers < 1 || Writers < 1) begin : gen_bad_size
    $fatal(1, "vrn_ram_1r1w_be: Bytes a multiple of 4, Depth a power of two >= 2, clients >= 1");
  end

  logic [Width-1:0] mem_q [Depth];

  always_ff @(posedge clk_i) begin : p_mem
    logic [AddrW-1:0] addr;
    logic [Bytes-1:0] mask;
    logic [Width-1:0] data, bits;
    if (|rd_en_i) begin
      addr = rd_addr_i[AddrW-1:0];
      for (int unsigned k = 1; k < Readers; k++) begin
        if (rd_en_i[k]) addr = rd_addr_i[k*AddrW +: AddrW];
      end
      rd_data_o <= mem_q[addr];
    end
    if (|wr_en_i) begin
      addr = wr_addr_i[AddrW-1:0];
      mask = wr_mask_i[Bytes-1:0];
      data = wr_data_i[Width-1:0];
      for (int unsigned k = 1; k < Writers; k++) begin
        if (wr_en_i[k]) begin
          addr = wr_addr_i[k*AddrW +: AddrW];
          mask = wr_mask_i[k*Bytes +: Bytes];
          data = wr_data_i[k*Width +: Width];
        end
      end
      for (int unsigned w = 0; w < Bytes / 4; w++) begin
        bits[w*32 +: 32] = {{8{mask[w*4+3]}}, {8{mask[w*4+2]}}, {8{mask[w*4+1]}}, {8{mask[w*4]}}};
      end
      mem_q[addr] <= (mem_q[addr] & ~bits) | (data & bits);
    end
  end

  `VRN_ASSERT(OneReader, (rd_en_i & (rd_en_i - Readers'(1))) == '0)
  `VRN_ASSERT(OneWriter, (wr_en_i & (wr_en_i - Writers'(1))) == '0)
endmodule
