// SPDX-License-Identifier: Apache-2.0

/// One instance of every module with assertions, as small as it gets, with nothing connected but clock and reset: the
/// tests set inputs and registers by name. Instance u_x is of module vrn_x.
module assertions_bench (
  input logic clk_i,
  input logic rst_ni
);
  vrn_fifo #(.Width(8), .Depth(2)) u_fifo (.clk_i, .rst_ni);
  vrn_queue #(.Width(8), .Depth(2)) u_queue (.clk_i, .rst_ni);
  vrn_stream_reg #(.Width(8)) u_stream_reg (.clk_i, .rst_ni);
  vrn_ram_1r1w_be #(.Bytes(4), .Depth(2), .Readers(2), .Writers(2)) u_ram_1r1w_be (.clk_i, .rst_ni);

  vrn_abuf #(.AbufWords(8), .Readers(2), .Writers(2)) u_abuf (.clk_i, .rst_ni);
  vrn_line_reader #(.Bytes(1), .AbufWords(8)) u_line_reader (.clk_i, .rst_ni);

  vrn_fetch #(.Depth(8)) u_fetch (.clk_i, .rst_ni);
  vrn_unit_queue #(.Depth(2)) u_unit_queue (.clk_i, .rst_ni);
  vrn_dispatch #(.QueueDepth(2)) u_dispatch (.clk_i, .rst_ni);
  vrn_read_port u_read_port (.clk_i, .rst_ni);
  vrn_burst_walker #(.BurstBytes(64)) u_burst_walker (.clk_i, .rst_ni);
  vrn_load #(.ReadsInFlight(2), .BurstBytes(64), .AbufWords(8), .WbufWords(2), .PbufWords(2), .DbufWords(2))
    u_load (.clk_i, .rst_ni);
  vrn_store #(.WritesInFlight(2), .BurstBytes(64), .AbufWords(8)) u_store (.clk_i, .rst_ni);

  // 3 tile words: not every word index is one
  vrn_array #(.Rows(3), .Cols(64)) u_array (.clk_i, .rst_ni);
  vrn_accumulator #(.Cols(1), .AccRows(2), .Places(2)) u_accumulator (.clk_i, .rst_ni);
  vrn_weight_loader #(.TileWords(1), .WbufWords(2), .Commands(2)) u_weight_loader (.clk_i, .rst_ni);
  vrn_matrix_agu #(.Window(2), .AccRows(2)) u_matrix_agu (.clk_i, .rst_ni);
  vrn_matrix #(.Rows(1), .Cols(1), .AccRows(2), .AbufWords(8), .WbufWords(2)) u_matrix (.clk_i, .rst_ni);

  vrn_vector_params #(.Cols(1), .PbufWords(2)) u_vector_params (.clk_i, .rst_ni);
  vrn_vector_row_agu u_vector_row_agu (.clk_i, .rst_ni);
  vrn_vector_tap_agu u_vector_tap_agu (.clk_i, .rst_ni);
  vrn_vector_reduce #(.Cols(1)) u_vector_reduce (.clk_i, .rst_ni);
  vrn_vector_writer #(.Cols(1), .AbufWords(8)) u_vector_writer (.clk_i, .rst_ni);
  vrn_vector #(.Cols(1), .AbufWords(8), .PbufWords(2)) u_vector (.clk_i, .rst_ni);

  vrn_divider #(.NumW(3), .DenW(2), .QuoW(2)) u_divider (.clk_i, .rst_ni);
  vrn_softmax_walk #(.Cols(1)) u_softmax_walk (.clk_i, .rst_ni);
  vrn_softmax #(.Cols(1), .AbufWords(8), .PbufWords(2)) u_softmax (.clk_i, .rst_ni);

  vrn_depthwise #(.Cols(1), .Taps(1), .Block(1), .AccRows(2), .AbufWords(8), .DbufWords(2)) u_depthwise (.clk_i, .rst_ni);

  vrn_axil_port u_axil_port (.clk_i, .rst_ni);

  vrn_stream_out #(.Bytes(1), .Places(2)) u_stream_out (.clk_i, .rst_ni);
  vrn_stream_in #(.Bytes(1)) u_stream_in (.clk_i, .rst_ni);
  vrn_stream_burst #(.Lanes(1), .Beats(1), .AxiBytes(4)) u_stream_burst (.clk_i, .rst_ni);
  vrn_stream_reader #(.Lanes(1), .Beats(1), .AxiBytes(4)) u_stream_reader (.clk_i, .rst_ni);
  vrn_stream_writer #(.Lanes(1), .Beats(1), .AxiBytes(4)) u_stream_writer (.clk_i, .rst_ni);
endmodule
