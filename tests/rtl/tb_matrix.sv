// SPDX-License-Identifier: Apache-2.0

/// The matrix unit with its buffers, which are filled through their write ports. A rival reads the
/// activation buffer at a higher priority, so that grants are refused.
module tb_matrix #(
  parameter  int unsigned Rows      = 16,
  parameter  int unsigned Cols      = 16,
  parameter  int unsigned AccRows   = 512,
  parameter  int unsigned AbufWords = 1024,
  parameter  int unsigned WbufWords = 1024,
  localparam int unsigned AbufAddrW = $clog2(AbufWords),
  localparam int unsigned WbufAddrW = $clog2(WbufWords)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 abuf_we_i,
  input  logic [AbufAddrW-1:0] abuf_addr_i,
  input  logic                 wbuf_we_i,
  input  logic [WbufAddrW-1:0] wbuf_addr_i,
  input  logic [511:0]         fill_data_i,
  input  logic                 rival_req_i,
  input  logic [AbufAddrW-1:0] rival_addr_i,
  input  logic                 cmd_valid_i,
  output logic                 cmd_ready_o,
  input  logic [511:0]         cmd_i,
  output logic                 retire_o,
  output logic                 busy_o,
  output logic                 acc_valid_o,
  input  logic                 acc_ready_i,
  output logic [32*Cols-1:0]   acc_data_o,
  output logic                 refused_o,
  output logic                 ev_matrix_busy_o,
  output logic                 ev_matrix_vectors_o,
  output logic                 ev_matrix_stall_weights_o,
  output logic                 ev_matrix_stall_input_o,
  output logic                 ev_matrix_stall_output_o,
  output logic                 ev_weight_words_o,
  output logic                 ev_weight_swaps_o,
  output logic                 ev_acc_reads_o,
  output logic                 ev_acc_writes_o,
  output logic                 ev_abuf_reads_matrix_o
);
  logic                 rd_req, wb_req, abuf_wr_gnt;
  logic [1:0]           rd_gnt;
  logic [AbufAddrW-1:0] rd_addr;
  logic [1023:0]        rd_data;
  logic [WbufAddrW-1:0] wb_addr;
  logic [511:0]         wb_data;

  assign refused_o = rd_req && !rd_gnt[1];

  vrn_abuf #(
    .AbufWords (AbufWords),
    .Readers   (2),
    .Writers   (1)
  ) u_abuf (
    .clk_i,
    .rst_ni,
    .rd_req_i  ({rd_req, rival_req_i}),
    .rd_addr_i ({rd_addr, rival_addr_i}),
    .rd_gnt_o  (rd_gnt),
    .rd_data_o (rd_data),
    .wr_req_i  (abuf_we_i),
    .wr_addr_i (abuf_addr_i),
    .wr_mask_i ('1),
    .wr_data_i (fill_data_i),
    .wr_gnt_o  (abuf_wr_gnt)
  );
  vrn_wbuf #(
    .WbufWords (WbufWords)
  ) u_wbuf (
    .clk_i,
    .wr_en_i   (wbuf_we_i),
    .wr_addr_i (wbuf_addr_i),
    .wr_data_i (fill_data_i),
    .rd_en_i   (wb_req),
    .rd_addr_i (wb_addr),
    .rd_data_o (wb_data)
  );
  vrn_matrix #(
    .Rows      (Rows),
    .Cols      (Cols),
    .AccRows   (AccRows),
    .AbufWords (AbufWords),
    .WbufWords (WbufWords)
  ) u_matrix (
    .clk_i,
    .rst_ni,
    .cmd_valid_i,
    .cmd_ready_o,
    .cmd_i,
    .retire_o,
    .busy_o,
    .rd_req_o    (rd_req),
    .rd_addr_o   (rd_addr),
    .rd_gnt_i    (rd_gnt[1]),
    .rd_data_i   (rd_data[1023:512]),
    .wb_req_o    (wb_req),
    .wb_addr_o   (wb_addr),
    .wb_data_i   (wb_data),
    .acc_valid_o,
    .acc_ready_i,
    .acc_data_o,
    .ev_matrix_busy_o,
    .ev_matrix_vectors_o,
    .ev_matrix_stall_weights_o,
    .ev_matrix_stall_input_o,
    .ev_matrix_stall_output_o,
    .ev_weight_words_o,
    .ev_weight_swaps_o,
    .ev_acc_reads_o,
    .ev_acc_writes_o,
    .ev_abuf_reads_matrix_o
  );

  logic unused;
  assign unused = ^{abuf_wr_gnt, rd_gnt[0], rd_data[511:0]};
endmodule
