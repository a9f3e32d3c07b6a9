// SPDX-License-Identifier: Apache-2.0

/// Constants of a stage.
///
/// Latency  1 cycle from en_i to data_o, which then holds until the next read
module vrn_stream_rom #(
  /// Bits of a word, words, >= 1 each.
  parameter int unsigned Width = 8,
  parameter int unsigned Depth = 16,
  /// Words in hexadecimal, one a line, as $readmemh takes them; empty: undefined contents.
  parameter File = "",
  localparam int unsigned AddrW = Depth > 1 ? $clog2(Depth) : 1
) (
  input  logic             clk_i,
  input  logic             en_i,
  input  logic [AddrW-1:0] addr_i,
  output logic [Width-1:0] data_o
);
  if (Width < 1 || Depth < 1) begin : gen_bad_size
    $fatal(1, "vrn_stream_rom: Width and Depth must be >= 1");
  end

  logic [Width-1:0] mem_q [Depth];
  if (File != "") begin : gen_file
    initial $readmemh(File, mem_q);
  end

  always_ff @(posedge clk_i) begin
    if (en_i) data_o <= mem_q[addr_i];
  end
endmodule
