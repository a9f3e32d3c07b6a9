// SPDX-License-Identifier: Apache-2.0

/// Parameter buffer: descriptors, tables and channel parameters of vector commands, in 64-byte words.
///
/// Latency     1 cycle from rd_req_i to rd_data_o, which then holds until the next read
/// Throughput  1 read and 1 write per cycle; a read of the word being written returns the old word
/// Reset       none; contents are undefined until written
module vrn_pbuf #(
  /// 64-byte words, a power of two >= 2.
  parameter  int unsigned PbufWords = 512,
  localparam int unsigned AddrW     = $clog2(PbufWords)
) (
  input  logic             clk_i,
  input  logic             wr_req_i,
  input  logic [AddrW-1:0] wr_addr_i,
  input  logic [511:0]     wr_data_i,
  input  logic             rd_req_i,
  input  logic [AddrW-1:0] rd_addr_i,
  output logic [511:0]     rd_data_o
);
  vrn_ram_1r1w #(
    .Width (512),
    .Depth (PbufWords)
  ) u_ram (
    .clk_i,
    .wr_en_i   (wr_req_i),
    .wr_addr_i,
    .wr_data_i,
    .rd_en_i   (rd_req_i),
    .rd_addr_i,
    .rd_data_o
  );
endmodule
