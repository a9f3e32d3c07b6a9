// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Depthwise unit: executes `depthwise` commands. A command becomes one of a matrix unit whose columns have bytes of
/// their own, and one of a vector unit that requantises its sums; both are this unit's, so that it never holds up the
/// matrix unit's results.
///
/// Cost        max(windows, tile words) cycles a pass, nothing between passes or commands, as long as windows come one
///             a cycle; the rows of the last pass leave one a cycle beside the next command's passes
/// Handshake   cmd: valid/ready, held until taken; cmd_ready_o comes from registers
/// Retire      one cycle of retire_o a command, in order, after its last write is in the activation buffer
/// Reset       drops everything
module vrn_depthwise #(
  /// Lanes, 1..64, and pixels of a window.
  parameter  int unsigned Cols      = 16,
  parameter  int unsigned Taps      = 3,
  /// Bytes of a pixel, Cols..64; a window, (Taps - 1)*Block + Cols, has 127 at most.
  parameter  int unsigned Block     = 16,
  /// Accumulator rows, a power of two in 2..1024.
  parameter  int unsigned AccRows   = 256,
  /// 64-byte words of the activation buffer, a power of two in 8..65536.
  parameter  int unsigned AbufWords = 32768,
  /// 64-byte words of the depthwise buffer, a power of two in 2..4096.
  parameter  int unsigned DbufWords = 256,
  localparam int unsigned AbufAddrW = $clog2(AbufWords),
  localparam int unsigned DbufAddrW = $clog2(DbufWords)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 cmd_valid_i,
  output logic                 cmd_ready_o,
  input  logic [511:0]         cmd_i,
  output logic                 retire_o,
  output logic                 busy_o,
  // activation buffer: windows, results
  output logic                 rd_req_o,
  output logic [AbufAddrW-1:0] rd_addr_o,
  input  logic                 rd_gnt_i,
  input  logic [511:0]         rd_data_i,
  output logic                 wr_req_o,
  output logic [AbufAddrW-1:0] wr_addr_o,
  output logic [63:0]          wr_mask_o,
  output logic [511:0]         wr_data_o,
  input  logic                 wr_gnt_i,
  // depthwise buffer: weights, constants
  output logic                 weight_req_o,
  output logic [DbufAddrW-1:0] weight_addr_o,
  input  logic [511:0]         weight_data_i,
  output logic                 param_req_o,
  output logic [DbufAddrW-1:0] param_addr_o,
  input  logic [511:0]         param_data_i,
  // events, each "one more this cycle"
  output logic                 ev_busy_o,
  output logic                 ev_vectors_o,
  output logic                 ev_stall_weights_o,
  output logic                 ev_stall_input_o,
  output logic                 ev_stall_output_o,
  output logic                 ev_weight_words_o,
  output logic                 ev_weight_swaps_o,
  output logic                 ev_acc_reads_o,
  output logic                 ev_acc_writes_o,
  output logic                 ev_rows_o,
  output logic                 ev_stall_write_o,
  output logic                 ev_param_reads_o,
  output logic                 ev_abuf_reads_o
);
  localparam int unsigned Window    = (Taps - 1) * Block + Cols;
  localparam int unsigned WordTaps  = 64 / Cols;
  localparam int unsigned TileWords = (Taps + WordTaps - 1) / WordTaps;

  if (Cols < 1 || Taps < 1 || Block < Cols || Block > 64 || Window > 127) begin : gen_bad_window
    $fatal(1, "vrn_depthwise: Cols, Taps >= 1, Block in Cols..64, a window of 127 bytes at most");
  end

  // --- one command becomes two ---
  vrn_npu_pkg::cmd_depthwise_t cmd;
  vrn_npu_pkg::cmd_matrix_t    sums;
  vrn_npu_pkg::cmd_vector_t    rows;
  logic                        sums_ready, rows_ready;
  assign cmd         = cmd_i;
  assign cmd_ready_o = sums_ready && rows_ready;

  always_comb begin
    sums              = '0;
    sums.opcode       = vrn_npu_pkg::OpMatrix;
    sums.in_base      = cmd.in_base;
    sums.in_row       = cmd.in_row;
    sums.in_step      = 12'(cmd.stride_x) * 12'(Block);
    sums.in_pitch     = 7'(Block);
    sums.window_bytes = 7'(Window);
    sums.kw_bytes     = 12'(cmd.kw_pixels) * 12'(Block);
    sums.kw_pixels    = cmd.kw_pixels;
    sums.dil_y        = cmd.dil_y;
    sums.stride_y     = cmd.stride_y;
    sums.stride_x     = cmd.stride_x;
    sums.iy0          = cmd.iy0;
    sums.ix0          = cmd.ix0;
    sums.in_h         = cmd.in_h;
    sums.in_w         = cmd.in_w;
    sums.n_kh         = cmd.n_kh;
    sums.n_kw         = cmd.n_kw;
    sums.n_cb         = 12'd1;
    sums.n_ct         = 10'd1;
    sums.n_y          = cmd.n_y;
    sums.n_x          = cmd.n_x;
    sums.pad          = cmd.pad;
    sums.weight_base  = 14'(cmd.weight_base);
    sums.tile_words   = 7'(TileWords);
    sums.init         = 1'b1;
    sums.emit         = 1'b1;
  end
  always_comb begin
    rows            = '0;
    rows.opcode     = vrn_npu_pkg::OpVector;
    rows.descriptor = cmd.descriptor;
    rows.n_ct       = 10'd1;
    rows.n_y        = cmd.n_y;
    rows.n_x        = cmd.n_x;
    rows.out_base   = cmd.out_base;
    rows.out_row    = cmd.out_row;
    rows.out_pitch  = cmd.out_pitch;
    rows.out_bytes  = cmd.out_bytes;
  end
  logic unused_fields;
  assign unused_fields = ^{cmd.unused, cmd.wait_store, cmd.wait_depthwise, cmd.wait_vector, cmd.wait_matrix,
                           cmd.wait_load, cmd.layer, cmd.opcode};

  // --- windows, weights and sums ---
  logic               acc_valid, acc_ready, unused_sums_retire, unused_sums_busy, unused_sums_events;
  logic [32*Cols-1:0] acc_data;
  vrn_matrix #(
    .Rows      (Taps),
    .Cols      (Cols),
    .RowStep   (Block),
    .ColStep   (1),
    .AccRows   (AccRows),
    .AbufWords (AbufWords),
    .WbufWords (DbufWords)
  ) u_sums (
    .clk_i,
    .rst_ni,
    .cmd_valid_i               (cmd_valid_i && rows_ready),
    .cmd_ready_o               (sums_ready),
    .cmd_i                     (sums),
    .retire_o                  (unused_sums_retire),
    .busy_o                    (unused_sums_busy),
    .rd_req_o,
    .rd_addr_o,
    .rd_gnt_i,
    .rd_data_i,
    .wb_req_o                  (weight_req_o),
    .wb_addr_o                 (weight_addr_o),
    .wb_data_i                 (weight_data_i),
    .acc_valid_o               (acc_valid),
    .acc_ready_i               (acc_ready),
    .acc_data_o                (acc_data),
    .ev_matrix_busy_o          (unused_sums_events),
    .ev_matrix_vectors_o       (ev_vectors_o),
    .ev_matrix_stall_weights_o (ev_stall_weights_o),
    .ev_matrix_stall_input_o   (ev_stall_input_o),
    .ev_matrix_stall_output_o  (ev_stall_output_o),
    .ev_weight_words_o,
    .ev_weight_swaps_o,
    .ev_acc_reads_o,
    .ev_acc_writes_o,
    .ev_abuf_reads_matrix_o    (ev_abuf_reads_o)
  );

  // --- requantisation and results ---
  logic                 unused_src_req, unused_oth_req, unused_binary_rows, unused_taps;
  logic                 unused_stall_source, unused_stall_other, unused_source_reads, unused_other_reads;
  logic                 unused_exponentials, unused_reciprocals;
  logic [AbufAddrW-1:0] unused_src_addr, unused_oth_addr;
  vrn_vector #(
    .Cols      (Cols),
    .AbufWords (AbufWords),
    .PbufWords (DbufWords),
    .Windows   (1'b0),
    .Operands  (1'b0),
    .Softmax   (1'b0)
  ) u_rows (
    .clk_i,
    .rst_ni,
    .cmd_valid_i              (cmd_valid_i && sums_ready),
    .cmd_ready_o              (rows_ready),
    .cmd_i                    (rows),
    .retire_o,
    .busy_o,
    .acc_valid_i              (acc_valid),
    .acc_ready_o              (acc_ready),
    .acc_data_i               (acc_data),
    .src_rd_req_o             (unused_src_req),
    .src_rd_addr_o            (unused_src_addr),
    .src_rd_gnt_i             (1'b0),
    .src_rd_data_i            (512'd0),
    .oth_rd_req_o             (unused_oth_req),
    .oth_rd_addr_o            (unused_oth_addr),
    .oth_rd_gnt_i             (1'b0),
    .oth_rd_data_i            (512'd0),
    .wr_req_o,
    .wr_addr_o,
    .wr_mask_o,
    .wr_data_o,
    .wr_gnt_i,
    .pb_req_o                 (param_req_o),
    .pb_addr_o                (param_addr_o),
    .pb_data_i                (param_data_i),
    .ev_vector_busy_o         (ev_busy_o),
    .ev_vector_rows_o         (ev_rows_o),
    .ev_vector_binary_rows_o  (unused_binary_rows),
    .ev_vector_taps_o         (unused_taps),
    .ev_vector_stall_source_o (unused_stall_source),
    .ev_vector_stall_other_o  (unused_stall_other),
    .ev_vector_stall_write_o  (ev_stall_write_o),
    .ev_param_reads_o,
    .ev_abuf_reads_source_o   (unused_source_reads),
    .ev_abuf_reads_other_o    (unused_other_reads),
    .ev_softmax_exponentials_o(unused_exponentials),
    .ev_softmax_reciprocals_o (unused_reciprocals)
  );

  `VRN_ASSERT(CommandIsDepthwise, !(cmd_valid_i && cmd_ready_o) || cmd.opcode == vrn_npu_pkg::OpDepthwise)
  `VRN_ASSERT(SumsHaveRows, !(cmd_valid_i && cmd_ready_o) || 32'(cmd.n_y) * 32'(cmd.n_x) <= AccRows)
endmodule
