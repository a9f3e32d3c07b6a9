// SPDX-License-Identifier: Apache-2.0

/// The vector unit between its buffers: activation buffer (a foreign reader before it, a loader and a dump port behind
/// it) and parameter buffer. block_*_i hides the buffer from one client of the unit, as a busy bank would.
module vector_bench #(
  parameter  int unsigned Cols = 16,
  parameter  int unsigned AbufWords = 512,
  parameter  int unsigned PbufWords = 256,
  localparam int unsigned AW = $clog2(AbufWords),
  localparam int unsigned PW = $clog2(PbufWords)
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               cmd_valid_i,
  output logic               cmd_ready_o,
  input  logic [511:0]       cmd_i,
  output logic               retire_o,
  output logic               busy_o,
  input  logic               acc_valid_i,
  output logic               acc_ready_o,
  input  logic [32*Cols-1:0] acc_data_i,
  input  logic               block_source_i,
  input  logic               block_other_i,
  input  logic               block_write_i,
  input  logic               foreign_req_i,
  input  logic [AW-1:0]      foreign_addr_i,
  input  logic               load_req_i,
  input  logic [AW-1:0]      load_addr_i,
  input  logic [511:0]       load_data_i,
  input  logic               dump_req_i,
  input  logic [AW-1:0]      dump_addr_i,
  output logic [511:0]       dump_data_o,
  input  logic               param_req_i,
  input  logic [PW-1:0]      param_addr_i,
  input  logic [511:0]       param_data_i,
  output logic [63:0]        write_mask_o,
  output logic               write_o,
  output logic [11:0]        events_o
);
  logic          src_req, src_gnt, oth_req, oth_gnt, wr_req, wr_gnt, pb_req;
  logic [AW-1:0] src_addr, oth_addr, wr_addr;
  logic [PW-1:0] pb_addr;
  logic [511:0]  src_data, oth_data, wr_data, pb_data, foreign_data;
  logic [63:0]   wr_mask;
  logic          foreign_gnt, dump_gnt, load_gnt, abuf_src_gnt, abuf_oth_gnt, abuf_wr_gnt;
  logic          unused;
  assign unused       = ^{foreign_data, foreign_gnt, dump_gnt, load_gnt};
  assign src_gnt      = abuf_src_gnt && !block_source_i;
  assign oth_gnt      = abuf_oth_gnt && !block_other_i;
  assign wr_gnt       = abuf_wr_gnt && !block_write_i;
  assign write_mask_o = wr_mask;
  assign write_o      = wr_req && wr_gnt;

  vrn_abuf #(
    .AbufWords (AbufWords),
    .Readers   (4),
    .Writers   (2)
  ) u_abuf (
    .clk_i,
    .rst_ni,
    .rd_req_i  ({dump_req_i, oth_req && !block_other_i, src_req && !block_source_i, foreign_req_i}),
    .rd_addr_i ({dump_addr_i, oth_addr, src_addr, foreign_addr_i}),
    .rd_gnt_o  ({dump_gnt, abuf_oth_gnt, abuf_src_gnt, foreign_gnt}),
    .rd_data_o ({dump_data_o, oth_data, src_data, foreign_data}),
    .wr_req_i  ({load_req_i, wr_req && !block_write_i}),
    .wr_addr_i ({load_addr_i, wr_addr}),
    .wr_mask_i ({{64{1'b1}}, wr_mask}),
    .wr_data_i ({load_data_i, wr_data}),
    .wr_gnt_o  ({load_gnt, abuf_wr_gnt})
  );
  vrn_pbuf #(
    .PbufWords (PbufWords)
  ) u_pbuf (
    .clk_i,
    .wr_req_i  (param_req_i),
    .wr_addr_i (param_addr_i),
    .wr_data_i (param_data_i),
    .rd_req_i  (pb_req),
    .rd_addr_i (pb_addr),
    .rd_data_o (pb_data)
  );
  vrn_vector #(
    .Cols      (Cols),
    .AbufWords (AbufWords),
    .PbufWords (PbufWords)
  ) u_vector (
    .clk_i,
    .rst_ni,
    .cmd_valid_i,
    .cmd_ready_o,
    .cmd_i,
    .retire_o,
    .busy_o,
    .acc_valid_i,
    .acc_ready_o,
    .acc_data_i,
    .src_rd_req_o             (src_req),
    .src_rd_addr_o            (src_addr),
    .src_rd_gnt_i             (src_gnt),
    .src_rd_data_i            (src_data),
    .oth_rd_req_o             (oth_req),
    .oth_rd_addr_o            (oth_addr),
    .oth_rd_gnt_i             (oth_gnt),
    .oth_rd_data_i            (oth_data),
    .wr_req_o                 (wr_req),
    .wr_addr_o                (wr_addr),
    .wr_mask_o                (wr_mask),
    .wr_data_o                (wr_data),
    .wr_gnt_i                 (wr_gnt),
    .pb_req_o                 (pb_req),
    .pb_addr_o                (pb_addr),
    .pb_data_i                (pb_data),
    .ev_vector_busy_o         (events_o[0]),
    .ev_vector_rows_o         (events_o[1]),
    .ev_vector_binary_rows_o  (events_o[2]),
    .ev_vector_taps_o         (events_o[3]),
    .ev_vector_stall_source_o (events_o[4]),
    .ev_vector_stall_other_o  (events_o[5]),
    .ev_vector_stall_write_o  (events_o[6]),
    .ev_param_reads_o         (events_o[7]),
    .ev_abuf_reads_source_o   (events_o[8]),
    .ev_abuf_reads_other_o    (events_o[9]),
    .ev_softmax_exponentials_o(events_o[10]),
    .ev_softmax_reciprocals_o (events_o[11])
  );
endmodule
