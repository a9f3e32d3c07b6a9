// SPDX-License-Identifier: Apache-2.0

/// Weight buffer: 64-byte words, one write port (load unit) and one read port (matrix unit), both
/// always ready.
///
/// Latency     1 cycle from rd_en_i to rd_data_o, which holds until the next read
/// Collision   a read of the word being written returns the old word; programs wait for loads, so
///             it does not happen
module vrn_wbuf #(
  /// 64-byte words, a power of two >= 2.
  parameter  int unsigned WbufWords = 4096,
  localparam int unsigned AddrW     = $clog2(WbufWords)
) (
  input  logic             clk_i,
  input  logic             wr_en_i,
  input  logic [AddrW-1:0] wr_addr_i,
  input  logic [511:0]     wr_data_i,
  input  logic             rd_en_i,
  input  logic [AddrW-1:0] rd_addr_i,
  output logic [511:0]     rd_data_o
);
  vrn_ram_1r1w #(
    .Width (512),
    .Depth (WbufWords)
  ) u_ram (
    .clk_i,
    .wr_en_i,
    .wr_addr_i,
    .wr_data_i,
    .rd_en_i,
    .rd_addr_i,
    .rd_data_o
  );
endmodule
