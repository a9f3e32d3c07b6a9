// SPDX-License-Identifier: Apache-2.0

/// The depthwise unit between its buffers: activation buffer (a foreign reader before it, a loader and a dump port behind
/// it) and depthwise buffer. block_*_i hides the activation buffer from one port of the unit, as a busy bank would.
module depthwise_bench #(
  parameter  int unsigned Cols = 16,
  parameter  int unsigned Taps = 3,
  parameter  int unsigned Block = 16,
  parameter  int unsigned AccRows = 64,
  parameter  int unsigned AbufWords = 512,
  parameter  int unsigned DbufWords = 128,
  localparam int unsigned AW = $clog2(AbufWords),
  localparam int unsigned DW = $clog2(DbufWords)
) (
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          cmd_valid_i,
  output logic          cmd_ready_o,
  input  logic [511:0]  cmd_i,
  output logic          retire_o,
  output logic          busy_o,
  input  logic          block_read_i,
  input  logic          block_write_i,
  input  logic          foreign_req_i,
  input  logic [AW-1:0] foreign_addr_i,
  input  logic          load_req_i,
  input  logic [AW-1:0] load_addr_i,
  input  logic [511:0]  load_data_i,
  input  logic          dump_req_i,
  input  logic [AW-1:0] dump_addr_i,
  output logic [511:0]  dump_data_o,
  input  logic          fill_req_i,
  input  logic [DW-1:0] fill_addr_i,
  input  logic [511:0]  fill_data_i,
  output logic          write_o,
  output logic          refused_o,
  output logic [12:0]   events_o
);
  logic          rd_req, rd_gnt, wr_req, wr_gnt, weight_req, param_req;
  logic [AW-1:0] rd_addr, wr_addr;
  logic [DW-1:0] weight_addr, param_addr;
  logic [511:0]  rd_data, wr_data, weight_data, param_data, foreign_data;
  logic [63:0]   wr_mask;
  logic          foreign_gnt, dump_gnt, load_gnt, abuf_rd_gnt, abuf_wr_gnt;
  logic          unused;
  assign unused    = ^{foreign_data, foreign_gnt, dump_gnt, load_gnt};
  assign rd_gnt    = abuf_rd_gnt && !block_read_i;
  assign wr_gnt    = abuf_wr_gnt && !block_write_i;
  assign write_o   = wr_req && wr_gnt;
  assign refused_o = rd_req && !rd_gnt;

  vrn_abuf #(
    .AbufWords (AbufWords),
    .Readers   (3),
    .Writers   (2)
  ) u_abuf (
    .clk_i,
    .rst_ni,
    .rd_req_i  ({dump_req_i, rd_req && !block_read_i, foreign_req_i}),
    .rd_addr_i ({dump_addr_i, rd_addr, foreign_addr_i}),
    .rd_gnt_o  ({dump_gnt, abuf_rd_gnt, foreign_gnt}),
    .rd_data_o ({dump_data_o, rd_data, foreign_data}),
    .wr_req_i  ({load_req_i, wr_req && !block_write_i}),
    .wr_addr_i ({load_addr_i, wr_addr}),
    .wr_mask_i ({{64{1'b1}}, wr_mask}),
    .wr_data_i ({load_data_i, wr_data}),
    .wr_gnt_o  ({load_gnt, abuf_wr_gnt})
  );
  vrn_dbuf #(
    .DbufWords (DbufWords)
  ) u_dbuf (
    .clk_i,
    .wr_en_i       (fill_req_i),
    .wr_addr_i     (fill_addr_i),
    .wr_data_i     (fill_data_i),
    .weight_en_i   (weight_req),
    .weight_addr_i (weight_addr),
    .weight_data_o (weight_data),
    .param_en_i    (param_req),
    .param_addr_i  (param_addr),
    .param_data_o  (param_data)
  );
  vrn_depthwise #(
    .Cols      (Cols),
    .Taps      (Taps),
    .Block     (Block),
    .AccRows   (AccRows),
    .AbufWords (AbufWords),
    .DbufWords (DbufWords)
  ) u_depthwise (
    .clk_i,
    .rst_ni,
    .cmd_valid_i,
    .cmd_ready_o,
    .cmd_i,
    .retire_o,
    .busy_o,
    .rd_req_o           (rd_req),
    .rd_addr_o          (rd_addr),
    .rd_gnt_i           (rd_gnt),
    .rd_data_i          (rd_data),
    .wr_req_o           (wr_req),
    .wr_addr_o          (wr_addr),
    .wr_mask_o          (wr_mask),
    .wr_data_o          (wr_data),
    .wr_gnt_i           (wr_gnt),
    .weight_req_o       (weight_req),
    .weight_addr_o      (weight_addr),
    .weight_data_i      (weight_data),
    .param_req_o        (param_req),
    .param_addr_o       (param_addr),
    .param_data_i       (param_data),
    .ev_busy_o          (events_o[0]),
    .ev_vectors_o       (events_o[1]),
    .ev_stall_weights_o (events_o[2]),
    .ev_stall_input_o   (events_o[3]),
    .ev_stall_output_o  (events_o[4]),
    .ev_weight_words_o  (events_o[5]),
    .ev_weight_swaps_o  (events_o[6]),
    .ev_acc_reads_o     (events_o[7]),
    .ev_acc_writes_o    (events_o[8]),
    .ev_rows_o          (events_o[9]),
    .ev_stall_write_o   (events_o[10]),
    .ev_param_reads_o   (events_o[11]),
    .ev_abuf_reads_o    (events_o[12])
  );
endmodule
