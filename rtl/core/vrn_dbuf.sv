// SPDX-License-Identifier: Apache-2.0

/// Depthwise buffer: weights, descriptors, tables and channel parameters of depthwise commands, in 64-byte words.
///
/// Latency     1 cycle from a request to its data, which then holds until the next read of the same port
/// Throughput  1 read a port and 1 write per cycle; a read of the word being written returns the old word
/// Reset       none; contents are undefined until written
///
/// Two copies with one read port each: the weight loader keeps its next word in the port's register, and the constants
/// of the next command are fetched beside it, so neither could wait for the other.
module vrn_dbuf #(
  /// 64-byte words, a power of two >= 2.
  parameter  int unsigned DbufWords = 256,
  localparam int unsigned AddrW     = $clog2(DbufWords)
) (
  input  logic             clk_i,
  input  logic             wr_en_i,
  input  logic [AddrW-1:0] wr_addr_i,
  input  logic [511:0]     wr_data_i,
  input  logic             weight_en_i,
  input  logic [AddrW-1:0] weight_addr_i,
  output logic [511:0]     weight_data_o,
  input  logic             param_en_i,
  input  logic [AddrW-1:0] param_addr_i,
  output logic [511:0]     param_data_o
);
  vrn_ram_1r1w #(
    .Width (512),
    .Depth (DbufWords)
  ) u_weights (
    .clk_i,
    .wr_en_i,
    .wr_addr_i,
    .wr_data_i,
    .rd_en_i   (weight_en_i),
    .rd_addr_i (weight_addr_i),
    .rd_data_o (weight_data_o)
  );
  vrn_ram_1r1w #(
    .Width (512),
    .Depth (DbufWords)
  ) u_params (
    .clk_i,
    .wr_en_i,
    .wr_addr_i,
    .wr_data_i,
    .rd_en_i   (param_en_i),
    .rd_addr_i (param_addr_i),
    .rd_data_o (param_data_o)
  );
endmodule
