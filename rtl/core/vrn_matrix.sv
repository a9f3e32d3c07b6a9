// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Matrix unit: executes `matrix` commands; convolutions and products as passes of weight tiles
/// over windows of the activation buffer, summed in the accumulator, the last sums streamed to the
/// vector unit.
///
/// Cost        max(vectors, TileWords) cycles a pass, nothing between passes or commands, as long
///             as windows come one a cycle and the stream is taken
/// Latency     7 cycles from a command to its first vector, that of the array + 1 from a vector to
///             acc_valid_o
/// Handshake   cmd and acc: valid/ready, held until taken; cmd_ready_o is a register. The buffers'
///             ports as in vrn_abuf, vrn_wbuf
/// Retire      one cycle of retire_o a command, in order: its last sum is in the accumulator, or
///             was taken from the stream
/// Reset       drops everything
///
/// Vectors wait only at one point, the issue point between line reader and array: for the weight
/// tile (first vector of a pass) or for a place in the stream (vectors whose sums are emitted).
/// Behind it everything moves on its own.
module vrn_matrix #(
  /// Rows and columns of the array, 1..64.
  parameter  int unsigned Rows      = 16,
  parameter  int unsigned Cols      = 16,
  /// Row r of column c sees byte r*RowStep + c*ColStep of a window, which has 127 bytes at most.
  parameter  int unsigned RowStep   = 1,
  parameter  int unsigned ColStep   = 0,
  /// Accumulator rows, a power of two in 2..1024.
  parameter  int unsigned AccRows   = 512,
  /// 64-byte words of the activation buffer, a power of two in 8..65536.
  parameter  int unsigned AbufWords = 32768,
  /// 64-byte words of the weight buffer, a power of two in 2..16384.
  parameter  int unsigned WbufWords = 4096,
  localparam int unsigned AbufAddrW = $clog2(AbufWords),
  localparam int unsigned WbufAddrW = $clog2(WbufWords)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 cmd_valid_i,
  output logic                 cmd_ready_o,
  input  logic [511:0]         cmd_i,
  output logic                 retire_o,
  output logic                 busy_o,
  output logic                 rd_req_o,
  output logic [AbufAddrW-1:0] rd_addr_o,
  input  logic                 rd_gnt_i,
  input  logic [511:0]         rd_data_i,
  output logic                 wb_req_o,
  output logic [WbufAddrW-1:0] wb_addr_o,
  input  logic [511:0]         wb_data_i,
  output logic                 acc_valid_o,
  input  logic                 acc_ready_i,
  output logic [32*Cols-1:0]   acc_data_o,
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
  localparam int unsigned Commands  = 8;   // unfinished at once
  localparam int unsigned Places    = 32;  // rows of the stream to the vector unit
  localparam int unsigned CountW    = $clog2(Commands) + 1;
  localparam int unsigned CreditW   = $clog2(Places) + 1;
  localparam int unsigned RowW      = $clog2(AccRows);
  localparam int unsigned Window    = (Rows - 1) * RowStep + (Cols - 1) * ColStep + 1;
  localparam int unsigned WordRows  = 64 / Cols;
  localparam int unsigned TileWords = (Rows + WordRows - 1) / WordRows;
  localparam int unsigned WordIdxW  = TileWords > 1 ? $clog2(TileWords) : 1;
  localparam int unsigned SumUserW  = RowW + 3;               // overwrite, emit, last, row
  localparam int unsigned VecUserW  = SumUserW + 2 + 7 + 7 + 8;  // swap, edge, low, high, pad

  // --- commands in, and retirement in order ---
  logic              accept, agu_ready, queue_ready, queue_valid, queue_emit, wrote_last, took_last;
  logic [CountW-1:0] wrote_q, took_q, unused_queue_count;

  assign cmd_ready_o = agu_ready && queue_ready;
  assign accept      = cmd_valid_i && cmd_ready_o;

  vrn_npu_pkg::cmd_matrix_t cmd;
  assign cmd = cmd_i;

  vrn_fifo #(
    .Width (1),
    .Depth (Commands)
  ) u_unfinished (
    .clk_i,
    .rst_ni,
    .valid_i (accept),
    .ready_o (queue_ready),
    .data_i  (cmd.emit),
    .valid_o (queue_valid),
    .ready_i (retire_o),
    .data_o  (queue_emit),
    .count_o (unused_queue_count)
  );
  assign retire_o = queue_valid && (queue_emit ? took_q != '0 : wrote_q != '0);
  assign busy_o   = queue_valid;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wrote_q <= '0;
      took_q  <= '0;
    end else begin
      wrote_q <= wrote_q + CountW'(wrote_last) - CountW'(retire_o && !queue_emit);
      took_q  <= took_q + CountW'(took_last) - CountW'(retire_o && queue_emit);
    end
  end

  // --- windows ---
  logic            req_valid, req_ready, req_first, req_swap, req_last, req_edge;
  logic            req_overwrite, req_emit;
  logic [21:0]     req_addr;
  logic [6:0]      req_spare, req_low, req_high;
  logic [7:0]      req_pad;
  logic [RowW-1:0] req_row;

  vrn_matrix_agu #(
    .Window  (Window),
    .AccRows (AccRows)
  ) u_agu (
    .clk_i,
    .rst_ni,
    .cmd_valid_i     (accept),
    .cmd_ready_o     (agu_ready),
    .cmd_i,
    .req_valid_o     (req_valid),
    .req_ready_i     (req_ready),
    .req_addr_o      (req_addr),
    .req_spare_o     (req_spare),
    .req_first_o     (req_first),
    .req_swap_o      (req_swap),
    .req_last_o      (req_last),
    .req_overwrite_o (req_overwrite),
    .req_emit_o      (req_emit),
    .req_row_o       (req_row),
    .req_edge_o      (req_edge),
    .req_low_o       (req_low),
    .req_high_o      (req_high),
    .req_pad_o       (req_pad)
  );

  // the buffer may have changed since the command before: forget its words, once a command
  logic flushed_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) flushed_q <= 1'b0;
    else flushed_q <= req_valid && req_first && !req_ready;
  end

  logic                vec_valid, vec_take;
  logic [8*Window-1:0] window, vector;
  logic [VecUserW-1:0] vec_user;
  vrn_line_reader #(
    .Bytes     (Window),
    .UserW     (VecUserW),
    .AbufWords (AbufWords)
  ) u_reader (
    .clk_i,
    .rst_ni,
    .flush_i     (req_valid && req_first && !flushed_q),
    .req_valid_i (req_valid),
    .req_ready_o (req_ready),
    .req_addr_i  (req_addr),
    .req_spare_i (req_spare),
    .req_user_i  ({req_swap, req_edge, req_low, req_high, req_pad,
                     req_overwrite, req_emit, req_last, req_row}),
    .rd_req_o,
    .rd_addr_o,
    .rd_gnt_i,
    .rd_data_i,
    .out_valid_o (vec_valid),
    .out_ready_i (vec_take),
    .out_data_o  (window),
    .out_user_o  (vec_user)
  );

  // --- issue point ---
  logic                vec_swap, vec_edge, vec_emit, vec_last, tile_ready, place_ready, took;
  logic [6:0]          vec_low, vec_high;
  logic [7:0]          vec_pad;
  logic [SumUserW-1:0] vec_sum_user;
  logic [CreditW-1:0]  credit_q;
  logic [CountW-1:0]   unissued_q;  // commands with vectors to come

  assign {vec_swap, vec_edge, vec_low, vec_high, vec_pad, vec_sum_user} = vec_user;
  assign vec_emit    = vec_sum_user[RowW+1];
  assign vec_last    = vec_sum_user[RowW];
  assign place_ready = !vec_emit || credit_q != '0;
  assign vec_take    = vec_valid && (!vec_swap || tile_ready) && place_ready;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      credit_q   <= CreditW'(Places);
      unissued_q <= '0;
    end else begin
      credit_q   <= credit_q + CreditW'(took) - CreditW'(vec_take && vec_emit);
      unissued_q <= unissued_q + CountW'(accept) - CountW'(vec_take && vec_last);
    end
  end
  always_comb begin
    vector = window;
    if (vec_valid && vec_edge) begin
      for (int unsigned b = 0; b < Window; b++) begin
        if (7'(b) < vec_low || 7'(b) >= vec_high) vector[8*b +: 8] = vec_pad;
      end
    end
  end

  // --- weights ---
  logic                load_valid;
  logic [WordIdxW-1:0] load_word;
  vrn_weight_loader #(
    .TileWords (TileWords),
    .WbufWords (WbufWords),
    .Commands  (Commands)
  ) u_weights (
    .clk_i,
    .rst_ni,
    .cmd_valid_i       (accept),
    .cmd_weight_base_i (WbufAddrW'(cmd.weight_base)),
    .cmd_tile_words_i  (cmd.tile_words),
    .cmd_n_kh_i        (cmd.n_kh),
    .cmd_n_kw_i        (cmd.n_kw),
    .cmd_n_cb_i        (cmd.n_cb),
    .cmd_n_ct_i        (cmd.n_ct),
    .wb_req_o,
    .wb_addr_o,
    .load_valid_o      (load_valid),
    .load_word_o       (load_word),
    .swap_i            (vec_take && vec_swap),
    .full_o            (tile_ready)
  );

  // --- array and accumulator ---
  logic                next_valid, sum_valid;
  logic [SumUserW-1:0] next_user, sum_user;
  logic [32*Cols-1:0]  sum_data;
  vrn_array #(
    .Rows    (Rows),
    .Cols    (Cols),
    .RowStep (RowStep),
    .ColStep (ColStep),
    .UserW   (SumUserW)
  ) u_array (
    .clk_i,
    .rst_ni,
    .load_valid_i (load_valid),
    .load_word_i  (load_word),
    .load_data_i  (wb_data_i),
    .vec_valid_i  (vec_take),
    .vec_swap_i   (vec_take && vec_swap),
    .vec_data_i   (vector),
    .vec_user_i   (vec_sum_user),
    .next_valid_o (next_valid),
    .next_user_o  (next_user),
    .sum_valid_o  (sum_valid),
    .sum_data_o   (sum_data),
    .sum_user_o   (sum_user)
  );
  vrn_accumulator #(
    .Cols    (Cols),
    .AccRows (AccRows),
    .Places  (Places)
  ) u_accumulator (
    .clk_i,
    .rst_ni,
    .next_valid_i     (next_valid),
    .next_overwrite_i (next_user[RowW+2]),
    .next_row_i       (next_user[RowW-1:0]),
    .sum_valid_i      (sum_valid),
    .sum_overwrite_i  (sum_user[RowW+2]),
    .sum_emit_i       (sum_user[RowW+1]),
    .sum_last_i       (sum_user[RowW]),
    .sum_row_i        (sum_user[RowW-1:0]),
    .sum_data_i       (sum_data),
    .acc_valid_o,
    .acc_ready_i,
    .acc_data_o,
    .took_o           (took),
    .wrote_last_o     (wrote_last),
    .took_last_o      (took_last),
    .ev_read_o        (ev_acc_reads_o),
    .ev_write_o       (ev_acc_writes_o)
  );

  // --- events; a cycle with vectors to come and none issued has one cause ---
  assign ev_matrix_busy_o          = busy_o;
  assign ev_matrix_vectors_o       = vec_take;
  assign ev_matrix_stall_input_o   = unissued_q != '0 && !vec_valid;
  assign ev_matrix_stall_weights_o = vec_valid && vec_swap && !tile_ready;
  assign ev_matrix_stall_output_o  = vec_valid && (!vec_swap || tile_ready) && !place_ready;
  assign ev_weight_words_o         = wb_req_o;
  assign ev_weight_swaps_o         = vec_take && vec_swap;
  assign ev_abuf_reads_matrix_o    = rd_req_o && rd_gnt_i;

  logic unused_fields;  // of the command: read by the address generator and by dispatch
  assign unused_fields = ^{cmd, next_user[RowW+1:RowW]};

  `VRN_ASSERT(CommandIsMatrix, !accept || cmd.opcode == vrn_npu_pkg::OpMatrix)
  `VRN_ASSERT(CreditInRange, credit_q <= CreditW'(Places))
  `VRN_ASSERT_NEXT(AccHeld, acc_valid_o && !acc_ready_i, acc_valid_o)
endmodule
