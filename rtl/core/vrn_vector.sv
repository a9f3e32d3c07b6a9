// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Vector unit: requantises rows of the matrix stream, of window maxima and sums of the activation buffer, or of exponentials,
/// and writes them to the activation buffer. What a command means is written in rtl/spec/npu.toml, cycle by cycle in
/// docs/rtl/vector.md.
///
/// Throughput  one row a cycle while source, second operand and write port keep up; one window tap a cycle
/// Overlap     parameters and operands of the next command are fetched while the present one works; commands retire in order.
///             A softmax is alone in the unit
/// Retire      one cycle after the grant of a command's last write
/// Reset       drops every command
/// Without Windows every row comes from the matrix stream, without Operands no command is binary, without Softmax none is
/// one: what serves them is not built.
module vrn_vector #(
  /// Lanes, 1..64.
  parameter  int unsigned Cols = 16,
  /// 64-byte words of the activation buffer, a power of two in 8..65536.
  parameter  int unsigned AbufWords = 32768,
  /// 64-byte words of the parameter buffer, a power of two in 2..4096.
  parameter  int unsigned PbufWords = 512,
  /// Whether there are window sources, a second operand, and softmax commands.
  parameter  bit          Windows = 1'b1,
  parameter  bit          Operands = 1'b1,
  parameter  bit          Softmax = 1'b1,
  localparam int unsigned AbufAddrW = $clog2(AbufWords),
  localparam int unsigned PbufAddrW = $clog2(PbufWords)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  // commands
  input  logic                 cmd_valid_i,
  output logic                 cmd_ready_o,
  input  logic [511:0]         cmd_i,
  output logic                 retire_o,
  output logic                 busy_o,
  // rows of the matrix unit
  input  logic                 acc_valid_i,
  output logic                 acc_ready_o,
  input  logic [32*Cols-1:0]   acc_data_i,
  // activation buffer: windows of the source, second operand, results
  output logic                 src_rd_req_o,
  output logic [AbufAddrW-1:0] src_rd_addr_o,
  input  logic                 src_rd_gnt_i,
  input  logic [511:0]         src_rd_data_i,
  output logic                 oth_rd_req_o,
  output logic [AbufAddrW-1:0] oth_rd_addr_o,
  input  logic                 oth_rd_gnt_i,
  input  logic [511:0]         oth_rd_data_i,
  output logic                 wr_req_o,
  output logic [AbufAddrW-1:0] wr_addr_o,
  output logic [63:0]          wr_mask_o,
  output logic [511:0]         wr_data_o,
  input  logic                 wr_gnt_i,
  // parameter buffer
  output logic                 pb_req_o,
  output logic [PbufAddrW-1:0] pb_addr_o,
  input  logic [511:0]         pb_data_i,
  // events, each "one more this cycle"
  output logic                 ev_vector_busy_o,
  output logic                 ev_vector_rows_o,
  output logic                 ev_vector_binary_rows_o,
  output logic                 ev_vector_taps_o,
  output logic                 ev_vector_stall_source_o,
  output logic                 ev_vector_stall_other_o,
  output logic                 ev_vector_stall_write_o,
  output logic                 ev_param_reads_o,
  output logic                 ev_abuf_reads_source_o,
  output logic                 ev_abuf_reads_other_o,
  output logic                 ev_softmax_exponentials_o,
  output logic                 ev_softmax_reciprocals_o
);
  localparam int unsigned TileWords = (Cols + 7) / 8;
  localparam int unsigned ChanBanks = TileWords == 1 ? 4 : 2;  // four of one word hide the way through the buffer
  localparam int unsigned BankW = $clog2(ChanBanks);
  localparam int unsigned ChanW = BankW + $clog2(TileWords);
  localparam int unsigned ResultRows = 16;  // >= cycles from a row to its result leaving the queue
  localparam int unsigned CreditW = $clog2(ResultRows) + 1;
  localparam int unsigned CommandW = 6;     // two in the lanes, the rest in the result queue and the writer

  if (Cols < 1 || Cols > 64) begin : gen_bad_cols
    $fatal(1, "vrn_vector: Cols must be 1..64");
  end

  // ---- commands: every walker takes its part in one cycle ----
  vrn_npu_pkg::cmd_vector_t cmd;
  assign cmd = cmd_i;
  logic unused_cmd;
  assign unused_cmd = ^{cmd.unused, cmd.in_w, cmd.in_h, cmd.ix0, cmd.iy0, cmd.stride_x, cmd.stride_y, cmd.k_w, cmd.k_h,
                        cmd.in_pitch, cmd.in_step, cmd.in_row, cmd.in_tile, cmd.in_base, cmd.wait_store,
                        cmd.wait_depthwise, cmd.wait_vector, cmd.wait_matrix, cmd.wait_load, cmd.layer, cmd.opcode};

  logic                accept, accept_rows, cmd_softmax, cmd_window, cmd_binary, out_cmd_ready, oth_cmd_ready;
  logic                tap_cmd_ready, param_cmd_ready;
  logic                alone_q;    // a softmax is inside
  logic                bank_q;     // descriptor bank of the next command
  logic [1:0]          used_q;     // descriptor banks with a command that has rows before the end of the lanes
  logic [CommandW-1:0] inside_q;
  logic                result_valid, result_last, result_bank;

  assign cmd_softmax = Softmax && cmd.opcode == vrn_npu_pkg::OpSoftmax;
  assign cmd_window  = Windows && cmd.source != 2'd0;
  assign cmd_binary  = Operands && cmd.binary != 2'd0;
  assign cmd_ready_o = cmd_softmax ? inside_q == '0 :
                       out_cmd_ready && oth_cmd_ready && tap_cmd_ready && param_cmd_ready && !used_q[bank_q] && !alone_q;
  assign accept      = cmd_valid_i && cmd_ready_o;
  assign accept_rows = accept && !cmd_softmax;
  assign busy_o      = inside_q != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      bank_q   <= 1'b0;
      used_q   <= '0;
      inside_q <= '0;
      alone_q  <= 1'b0;
    end else begin
      if (accept && cmd_softmax) alone_q <= 1'b1;
      else if (retire_o) alone_q <= 1'b0;
      if (accept) bank_q <= !bank_q;
      if (result_valid && result_last) used_q[result_bank] <= 1'b0;
      if (accept) used_q[bank_q] <= 1'b1;
      inside_q <= inside_q + CommandW'(accept) - CommandW'(retire_o);
    end
  end

  // ---- constants ----
  logic             desc_we, desc_bank, table_we, chan_we, tile_ready, tile_release;
  logic [1:0]       table_word, desc_valid, uniform;
  logic [ChanW-1:0] chan_word;
  logic [511:0]     chan_data;
  logic [15:0]      pad;
  logic [BankW-1:0] tile_bank;
  logic                 param_req;
  logic [PbufAddrW-1:0] param_addr;

  vrn_vector_params #(
    .Cols      (Cols),
    .ChanBanks (ChanBanks),
    .PbufWords (PbufWords)
  ) u_params (
    .clk_i,
    .rst_ni,
    .cmd_valid_i      (accept_rows),
    .cmd_ready_o      (param_cmd_ready),
    .cmd_descriptor_i (cmd.descriptor),
    .cmd_n_ct_i       (cmd.n_ct),
    .cmd_bank_i       (bank_q),
    .table_free_i     (!used_q[!desc_bank]),
    .pb_req_o         (param_req),
    .pb_addr_o        (param_addr),
    .pb_data_i,
    .desc_we_o        (desc_we),
    .desc_bank_o      (desc_bank),
    .table_we_o       (table_we),
    .table_word_o     (table_word),
    .chan_we_o        (chan_we),
    .chan_word_o      (chan_word),
    .chan_data_o      (chan_data),
    .desc_valid_o     (desc_valid),
    .pad_o            (pad),
    .uniform_o        (uniform),
    .tile_ready_o     (tile_ready),
    .tile_bank_o      (tile_bank),
    .tile_release_i   (tile_release)
  );

  // ---- rows and where they go ----
  logic        row_valid, row_fire, row_tile_last, row_last, row_bank, row_binary, row_window, unused_row_start;
  logic [1:0]  row_operation;
  logic [6:0]  row_bytes;
  logic [21:0] row_addr;

  vrn_vector_row_agu #(
    .UserW (11)
  ) u_rows (
    .clk_i,
    .rst_ni,
    .cmd_valid_i     (accept_rows),
    .cmd_ready_o     (out_cmd_ready),
    .cmd_n_ct_i      (cmd.n_ct),
    .cmd_n_y_i       (cmd.n_y),
    .cmd_n_x_i       (cmd.n_x),
    .cmd_base_i      (cmd.out_base),
    .cmd_tile_i      (cmd.out_tile),
    .cmd_row_i       (cmd.out_row),
    .cmd_pitch_i     (cmd.out_pitch),
    .cmd_user_i      ({bank_q, Operands ? cmd.binary : 2'd0, cmd_window, cmd.out_bytes}),
    .row_valid_o     (row_valid),
    .row_ready_i     (row_fire),
    .row_addr_o      (row_addr),
    .row_tile_last_o (row_tile_last),
    .row_last_o      (row_last),
    .row_user_o      ({row_bank, row_operation, row_window, row_bytes}),
    .start_o         (unused_row_start)
  );
  assign row_binary = row_operation != 2'd0;

  // ---- second operand ----
  logic              oth_valid, oth_ready;
  logic [8*Cols-1:0] oth_data;
  if (Operands) begin : gen_operands
    logic        oth_start, oth_row_valid, oth_row_ready;
    logic        unused_oth_tile_last, unused_oth_last, unused_oth_out_user;
    logic [6:0]  oth_spare;  // lanes that are not written
    logic [21:0] oth_addr;

    vrn_vector_row_agu #(
      .UserW (7)
    ) u_other (
      .clk_i,
      .rst_ni,
      .cmd_valid_i     (accept_rows && cmd_binary),
      .cmd_ready_o     (oth_cmd_ready),
      .cmd_n_ct_i      (cmd.n_ct),
      .cmd_n_y_i       (cmd.n_y),
      .cmd_n_x_i       (cmd.n_x),
      .cmd_base_i      (cmd.other_base),
      .cmd_tile_i      (cmd.other_tile),
      .cmd_row_i       (cmd.other_row),
      .cmd_pitch_i     (cmd.other_pitch),
      .cmd_user_i      (7'(Cols) - cmd.out_bytes),
      .row_valid_o     (oth_row_valid),
      .row_ready_i     (oth_row_ready),
      .row_addr_o      (oth_addr),
      .row_tile_last_o (unused_oth_tile_last),
      .row_last_o      (unused_oth_last),
      .row_user_o      (oth_spare),
      .start_o         (oth_start)
    );
    vrn_line_reader #(
      .Bytes     (Cols),
      .UserW     (1),
      .AbufWords (AbufWords)
    ) u_other_reader (
      .clk_i,
      .rst_ni,
      .flush_i     (oth_start),
      .req_valid_i (oth_row_valid),
      .req_ready_o (oth_row_ready),
      .req_addr_i  (oth_addr),
      .req_spare_i (oth_spare),
      .req_user_i  (1'b0),
      .rd_req_o    (oth_rd_req_o),
      .rd_addr_o   (oth_rd_addr_o),
      .rd_gnt_i    (oth_rd_gnt_i),
      .rd_data_i   (oth_rd_data_i),
      .out_valid_o (oth_valid),
      .out_ready_i (oth_ready),
      .out_data_o  (oth_data),
      .out_user_o  (unused_oth_out_user)
    );
  end else begin : gen_no_operands
    assign {oth_cmd_ready, oth_valid} = 2'b10;
    assign oth_data      = '0;
    assign oth_rd_req_o  = 1'b0;
    assign oth_rd_addr_o = '0;
    logic unused_operand;
    assign unused_operand = ^{oth_ready, oth_rd_gnt_i, oth_rd_data_i, cmd_binary, cmd.other_pitch, cmd.other_row,
                              cmd.other_tile, cmd.other_base, cmd.binary};
  end

  // ---- windows: taps outside the image pass the reader by, so that they cost no reads ----
  logic                 tap_fire, pad_missing, window_valid, window_ready, tap_rd_req;
  logic [AbufAddrW-1:0] tap_rd_addr;
  logic [32*Cols-1:0] window_data;
  if (Windows) begin : gen_windows
    logic               walk_valid, walk_ready, walk_inside, walk_first, walk_last, walk_sum, walk_bank, walk_start;
    logic               src_ready, note_ready, note_valid, tap_inside, tap_first, tap_last, tap_sum, tap_bank;
    logic               src_valid, tap_valid, tap_ready, unused_src_user;
    logic [21:0]        walk_addr;
    logic [6:0]         walk_bytes;
    logic [4:0]         unused_note_count;
    logic [8*Cols-1:0]  src_data;

    vrn_vector_tap_agu u_taps (
      .clk_i,
      .rst_ni,
      .cmd_valid_i  (accept_rows && cmd_window),
      .cmd_ready_o  (tap_cmd_ready),
      .cmd_i,
      .cmd_bank_i   (bank_q),
      .tap_valid_o  (walk_valid),
      .tap_ready_i  (walk_ready),
      .tap_addr_o   (walk_addr),
      .tap_inside_o (walk_inside),
      .tap_first_o  (walk_first),
      .tap_last_o   (walk_last),
      .tap_sum_o    (walk_sum),
      .tap_bank_o   (walk_bank),
      .tap_bytes_o  (walk_bytes),
      .start_o      (walk_start)
    );
    assign walk_ready = note_ready && (src_ready || !walk_inside);
    vrn_line_reader #(
      .Bytes     (Cols),
      .UserW     (1),
      .AbufWords (AbufWords)
    ) u_source_reader (
      .clk_i,
      .rst_ni,
      .flush_i     (walk_start),
      .req_valid_i (walk_valid && walk_inside && note_ready),
      .req_ready_o (src_ready),
      .req_addr_i  (walk_addr),
      .req_spare_i (7'(Cols) - walk_bytes),
      .req_user_i  (1'b0),
      .rd_req_o    (tap_rd_req),
      .rd_addr_o   (tap_rd_addr),
      .rd_gnt_i    (src_rd_gnt_i),
      .rd_data_i   (src_rd_data_i),
      .out_valid_o (src_valid),
      .out_ready_i (tap_fire && tap_inside),
      .out_data_o  (src_data),
      .out_user_o  (unused_src_user)
    );
    vrn_fifo #(
      .Width (5),
      .Depth (16)
    ) u_notes (
      .clk_i,
      .rst_ni,
      .valid_i (walk_valid && (src_ready || !walk_inside)),
      .ready_o (note_ready),
      .data_i  ({walk_inside, walk_first, walk_last, walk_sum, walk_bank}),
      .valid_o (note_valid),
      .ready_i (tap_fire),
      .data_o  ({tap_inside, tap_first, tap_last, tap_sum, tap_bank}),
      .count_o (unused_note_count)
    );
    assign tap_valid = note_valid && (src_valid || !tap_inside);
    assign tap_fire  = tap_valid && tap_ready;
    vrn_vector_reduce #(
      .Cols (Cols)
    ) u_reduce (
      .clk_i,
      .rst_ni,
      .tap_valid_i  (tap_valid),
      .tap_ready_o  (tap_ready),
      .tap_first_i  (tap_first),
      .tap_last_i   (tap_last),
      .tap_sum_i    (tap_sum),
      .tap_inside_i (tap_inside),
      .pad_i        (tap_bank ? pad[15:8] : pad[7:0]),
      .tap_data_i   (src_data),
      .row_valid_o  (window_valid),
      .row_ready_i  (window_ready),
      .row_data_o   (window_data)
    );

    assign pad_missing = tap_valid && !desc_valid[tap_bank];
  end else begin : gen_no_windows
    assign {tap_cmd_ready, tap_fire, pad_missing, window_valid} = 4'b1000;
    assign window_data   = '0;
    assign tap_rd_req  = 1'b0;
    assign tap_rd_addr = '0;
    logic unused_window;
    assign unused_window = ^{window_ready, src_rd_gnt_i, src_rd_data_i, pad, desc_valid, cmd_window, cmd.source};
  end

  // ---- softmax: alone in the unit, with its own walk, constants and rows ----
  logic [CreditW-1:0]   credit_q;  // places for results
  logic                 soft_pb_req, soft_desc_we, soft_chan_we, soft_rd_req, soft_row_valid, soft_row_last, ev_maximum;
  logic [PbufAddrW-1:0] soft_pb_addr;
  logic [ChanW-1:0]     soft_chan_word;
  logic [511:0]         soft_chan_data;
  logic [AbufAddrW-1:0] soft_rd_addr;
  logic [32*Cols-1:0]   soft_row_data;
  logic [6:0]           soft_row_bytes;
  logic [21:0]          soft_row_addr;
  if (Softmax) begin : gen_softmax
    vrn_softmax #(
      .Cols      (Cols),
      .ChanW     (ChanW),
      .AbufWords (AbufWords),
      .PbufWords (PbufWords)
    ) u_softmax (
      .clk_i,
      .rst_ni,
      .cmd_valid_i       (accept && cmd_softmax),
      .cmd_i,
      .rd_req_o          (soft_rd_req),
      .rd_addr_o         (soft_rd_addr),
      .rd_gnt_i          (src_rd_gnt_i),
      .rd_data_i         (src_rd_data_i),
      .pb_req_o          (soft_pb_req),
      .pb_addr_o         (soft_pb_addr),
      .pb_data_i,
      .desc_we_o         (soft_desc_we),
      .chan_we_o         (soft_chan_we),
      .chan_word_o       (soft_chan_word),
      .chan_data_o       (soft_chan_data),
      .row_room_i        (credit_q > CreditW'(2)),
      .row_valid_o       (soft_row_valid),
      .row_data_o        (soft_row_data),
      .row_bytes_o       (soft_row_bytes),
      .row_addr_o        (soft_row_addr),
      .row_last_o        (soft_row_last),
      .ev_maximum_o      (ev_maximum),
      .ev_exponentials_o (ev_softmax_exponentials_o),
      .ev_reciprocals_o  (ev_softmax_reciprocals_o)
    );
  end else begin : gen_no_softmax
    assign {soft_pb_req, soft_desc_we, soft_chan_we, soft_rd_req, soft_row_valid, soft_row_last, ev_maximum} = '0;
    assign {soft_pb_addr, soft_chan_word, soft_chan_data, soft_rd_addr} = '0;
    assign {soft_row_data, soft_row_bytes, soft_row_addr} = '0;
    assign {ev_softmax_exponentials_o, ev_softmax_reciprocals_o} = '0;
  end
  assign pb_req_o      = param_req || soft_pb_req;
  assign pb_addr_o     = soft_pb_req ? soft_pb_addr : param_addr;
  assign src_rd_req_o  = tap_rd_req || soft_rd_req;
  assign src_rd_addr_o = soft_rd_req ? soft_rd_addr : tap_rd_addr;

  // ---- a row enters the lanes when all it needs is there and its result has a place ----
  logic wanted, has_place, source_valid, result_leaves;

  assign has_place    = credit_q != '0;
  assign wanted       = row_valid && tile_ready && has_place;
  assign source_valid = row_window ? window_valid : acc_valid_i;
  assign row_fire     = wanted && source_valid && (oth_valid || !row_binary);
  assign acc_ready_o  = wanted && !row_window && (oth_valid || !row_binary);
  assign window_ready = wanted && row_window && (oth_valid || !row_binary);
  assign oth_ready    = row_fire && row_binary;
  assign tile_release = row_fire && (uniform[row_bank] ? row_last : row_tile_last);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) credit_q <= CreditW'(ResultRows);
    else credit_q <= credit_q - CreditW'(row_fire || soft_row_valid) + CreditW'(result_leaves);
  end

  logic [8*Cols-1:0] result_data;
  logic [6:0]        result_bytes;
  logic [21:0]       result_addr;
  vrn_vector_lanes #(
    .Cols      (Cols),
    .ChanBanks (ChanBanks),
    .Operands  (Operands)
  ) u_lanes (
    .clk_i,
    .rst_ni,
    .desc_we_i       (desc_we || soft_desc_we),
    .desc_bank_i     (alone_q ? !bank_q : desc_bank),
    .table_we_i      (table_we),
    .table_word_i    (table_word),
    .chan_we_i       (chan_we || soft_chan_we),
    .chan_word_i     (alone_q ? soft_chan_word : chan_word),
    .chan_data_i     (alone_q ? soft_chan_data : chan_data),
    .word_i          (pb_data_i),
    .row_valid_i     (row_fire || soft_row_valid),
    .row_window_i    (row_window || alone_q),
    .acc_data_i,
    .window_data_i   (alone_q ? soft_row_data : window_data),
    .row_other_i     (oth_data),
    .row_chan_bank_i (alone_q ? BankW'(0) : tile_bank),
    .row_desc_bank_i (alone_q ? !bank_q : row_bank),
    .row_binary_i    (alone_q ? 2'd0 : row_operation),
    .row_last_i      (alone_q ? soft_row_last : row_last),
    .row_bytes_i     (alone_q ? soft_row_bytes : row_bytes),
    .row_addr_i      (alone_q ? soft_row_addr : row_addr),
    .out_valid_o     (result_valid),
    .out_data_o      (result_data),
    .out_desc_bank_o (result_bank),
    .out_last_o      (result_last),
    .out_bytes_o     (result_bytes),
    .out_addr_o      (result_addr)
  );

  // ---- results ----
  logic               queue_ready, queue_valid, writer_ready, queue_last;
  logic [CreditW-1:0] unused_queue_count;
  logic [8*Cols-1:0]  queue_data;
  logic [6:0]         queue_bytes;
  logic [21:0]        queue_addr;
  vrn_fifo #(
    .Width (8*Cols + 30),
    .Depth (ResultRows)
  ) u_results (
    .clk_i,
    .rst_ni,
    .valid_i (result_valid),
    .ready_o (queue_ready),
    .data_i  ({result_last, result_bytes, result_addr, result_data}),
    .valid_o (queue_valid),
    .ready_i (writer_ready),
    .data_o  ({queue_last, queue_bytes, queue_addr, queue_data}),
    .count_o (unused_queue_count)
  );
  assign result_leaves = queue_valid && writer_ready;
  vrn_vector_writer #(
    .Cols      (Cols),
    .AbufWords (AbufWords)
  ) u_writer (
    .clk_i,
    .rst_ni,
    .row_valid_i (queue_valid),
    .row_ready_o (writer_ready),
    .row_data_i  (queue_data),
    .row_bytes_i (queue_bytes),
    .row_addr_i  (queue_addr),
    .row_last_i  (queue_last),
    .wr_req_o,
    .wr_addr_o,
    .wr_mask_o,
    .wr_data_o,
    .wr_gnt_i,
    .retire_o
  );

  // ---- events: a cycle in which a row could not enter has one cause ----
  assign ev_vector_busy_o         = busy_o;
  assign ev_vector_rows_o         = row_fire || soft_row_valid;
  assign ev_vector_binary_rows_o  = row_fire && row_binary;
  assign ev_vector_taps_o         = tap_fire || ev_maximum;
  assign ev_vector_stall_source_o = wanted && !source_valid;
  assign ev_vector_stall_other_o  = wanted && source_valid && row_binary && !oth_valid;
  assign ev_vector_stall_write_o  = row_valid && tile_ready && !has_place;
  assign ev_param_reads_o         = pb_req_o;
  assign ev_abuf_reads_source_o   = src_rd_req_o && src_rd_gnt_i;
  assign ev_abuf_reads_other_o    = oth_rd_req_o && oth_rd_gnt_i;

  logic cmd_known;
  assign cmd_known = (Windows ? cmd.source != 2'd3 : cmd.source == 2'd0) && (Operands || cmd.binary == 2'd0) &&
                     cmd.out_bytes >= 7'd1 && 32'(cmd.out_bytes) <= Cols;
  `VRN_ASSERT(CommandIsKnown, !cmd_valid_i || cmd_softmax || cmd_known)
  // the descriptor takes as long through the buffer as the first tap through the walker
  `VRN_ASSERT(PadIsThere, !pad_missing)
  `VRN_ASSERT(ResultHasPlace, !result_valid || queue_ready)
  `VRN_ASSERT(RetiresWhatIsInside, !retire_o || busy_o)
endmodule
