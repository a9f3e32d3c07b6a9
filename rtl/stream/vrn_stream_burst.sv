// SPDX-License-Identifier: Apache-2.0

/// Cuts a run of words in memory into AXI4 bursts: at most 16 words each, none across 4 KiB.
module vrn_stream_burst #(
  /// Bytes of a word, 4 to 64, a power of two.
  parameter int unsigned AxiBytes = 64
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  /// A new run: its first address, a multiple of AxiBytes, and its words.
  input  logic        start_i,
  input  logic [63:0] base_i,
  input  logic [39:0] words_i,
  /// The burst that is due; of no words where the run has ended.
  output logic [63:0] addr_o,
  output logic [4:0]  words_o,
  /// It has been asked for.
  input  logic        next_i
);
  if (AxiBytes < 4 || AxiBytes > 64 || (AxiBytes & (AxiBytes - 1)) != 0) begin : gen_bad_width
    $fatal(1, "vrn_stream_burst: AxiBytes must be a power of two, 4 to 64");
  end
  localparam int unsigned Shift = $clog2(AxiBytes);

  logic [63:0] addr_q;
  logic [39:0] left_q;
  logic [12:0] room;  // words up to 4 KiB
  logic [4:0]  most;
  assign room    = (13'd4096 - {1'b0, addr_q[11:0]}) >> Shift;
  assign most    = room < 13'd16 ? room[4:0] : 5'd16;
  assign words_o = left_q < 40'(most) ? left_q[4:0] : most;
  assign addr_o  = addr_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      left_q <= '0;
    else if (start_i) left_q <= words_i;
    else if (next_i)  left_q <= left_q - 40'(words_o);
  end
  always_ff @(posedge clk_i) begin
    if (start_i)     addr_q <= base_i;
    else if (next_i) addr_q <= addr_q + (64'(words_o) << Shift);
  end
endmodule
