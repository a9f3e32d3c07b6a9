// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Weight sequencer: brings the tiles of all commands, in order of use, from the weight buffer into
/// the array's shadow.
///
/// Schedule    the first word of the next tile enters the shadow in the cycle of swap_i, then one
///             word a cycle: with a swap in cycle t, full_o is high again in t + TileWords
/// Handshake   cmd_valid_i is always taken; the sender keeps at most Commands of them unfinished
/// Reset       forgets commands and shadow
///
/// The read port is exclusively ours, and its data register holds the next word while the shadow is
/// in use: that word needs no read latency after the swap. Tiles of the next command follow without
/// a gap.
module vrn_weight_loader #(
  /// 64-byte words of a tile, 1..64.
  parameter  int unsigned TileWords = 4,
  /// 64-byte words of the weight buffer, a power of two in 2..16384.
  parameter  int unsigned WbufWords = 4096,
  /// Commands that may be unfinished at once, a power of two >= 2.
  parameter  int unsigned Commands  = 8,
  localparam int unsigned AddrW     = $clog2(WbufWords),
  localparam int unsigned WordIdxW  = TileWords > 1 ? $clog2(TileWords) : 1
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                cmd_valid_i,
  input  logic [AddrW-1:0]    cmd_weight_base_i,
  input  logic [6:0]          cmd_tile_words_i,
  input  logic [7:0]          cmd_n_kh_i,
  input  logic [7:0]          cmd_n_kw_i,
  input  logic [11:0]         cmd_n_cb_i,
  input  logic [9:0]          cmd_n_ct_i,
  output logic                wb_req_o,
  output logic [AddrW-1:0]    wb_addr_o,
  /// The word at the buffer's read register goes into the shadow.
  output logic                load_valid_o,
  output logic [WordIdxW-1:0] load_word_o,
  /// The shadow becomes active.
  input  logic                swap_i,
  /// The shadow holds a whole tile.
  output logic                full_o
);
  localparam int unsigned EntryW = AddrW + 7 + 8 + 8 + 12 + 10;

  if (TileWords < 1 || TileWords > 64 || WbufWords < 2 || WbufWords > 16384 ||
      (WbufWords & (WbufWords - 1)) != 0) begin : gen_bad_size
    $fatal(1, "vrn_weight_loader: TileWords in 1..64, WbufWords a power of two in 2..16384");
  end

  // --- commands to come ---
  logic              next_valid, next_take, unused_ready;
  logic [EntryW-1:0] next_entry;
  logic [AddrW-1:0]  next_base;
  logic [6:0]        next_tile_words;
  logic [7:0]        next_n_kh, next_n_kw;
  logic [11:0]       next_n_cb;
  logic [9:0]        next_n_ct;
  logic [$clog2(Commands):0] unused_count;

  vrn_fifo #(
    .Width (EntryW),
    .Depth (Commands)
  ) u_commands (
    .clk_i,
    .rst_ni,
    .valid_i (cmd_valid_i),
    .ready_o (unused_ready),
    .data_i  ({cmd_weight_base_i, cmd_tile_words_i, cmd_n_kh_i, cmd_n_kw_i,
                 cmd_n_cb_i, cmd_n_ct_i}),
    .valid_o (next_valid),
    .ready_i (next_take),
    .data_o  (next_entry),
    .count_o (unused_count)
  );
  assign {next_base, next_tile_words, next_n_kh, next_n_kw, next_n_cb, next_n_ct} = next_entry;

  // --- tiles of the current command; counts run down ---
  logic             run_q, issue, last_word, last_tile;
  logic [AddrW-1:0] tile_addr_q;
  logic [6:0]       tile_words_q;
  logic [7:0]       kh_q, kw_q, n_kw_q;
  logic [11:0]      cb_q, n_cb_q;
  logic [9:0]       ct_q, n_ct_q;
  logic [WordIdxW-1:0] word_q;

  assign last_word = 32'(word_q) == TileWords - 1;
  assign last_tile = ct_q == 10'd1 && cb_q == 12'd1 && kw_q == 8'd1 && kh_q == 8'd1;
  assign next_take = next_valid && (!run_q || (issue && last_word && last_tile));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) run_q <= 1'b0;
    else run_q <= next_take || (run_q && !(issue && last_word && last_tile));
  end
  always_ff @(posedge clk_i) begin
    if (next_take) begin
      tile_addr_q  <= next_base;
      tile_words_q <= next_tile_words;
      {kh_q, kw_q, cb_q, ct_q} <= {next_n_kh, next_n_kw, next_n_cb, next_n_ct};
      {n_kw_q, n_cb_q, n_ct_q} <= {next_n_kw, next_n_cb, next_n_ct};
      word_q       <= '0;
    end else if (issue) begin
      word_q <= last_word ? '0 : word_q + WordIdxW'(1);
      if (last_word) begin
        tile_addr_q <= tile_addr_q + AddrW'(tile_words_q);
        ct_q <= ct_q == 10'd1 ? n_ct_q : ct_q - 10'd1;
        if (ct_q == 10'd1) cb_q <= cb_q == 12'd1 ? n_cb_q : cb_q - 12'd1;
        if (ct_q == 10'd1 && cb_q == 12'd1) kw_q <= kw_q == 8'd1 ? n_kw_q : kw_q - 8'd1;
        if (ct_q == 10'd1 && cb_q == 12'd1 && kw_q == 8'd1) kh_q <= kh_q - 8'd1;
      end
    end
  end

  // --- read register of the buffer, then the shadow ---
  logic                held_q, held_last_q, full_q;
  logic [WordIdxW-1:0] held_word_q;

  assign load_valid_o = held_q && (!full_q || swap_i);
  assign load_word_o  = held_word_q;
  assign issue        = run_q && (!held_q || load_valid_o);
  assign wb_req_o     = issue;
  assign wb_addr_o    = tile_addr_q + AddrW'(word_q);
  assign full_o       = full_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      held_q <= 1'b0;
      full_q <= 1'b0;
    end else begin
      held_q <= issue || (held_q && !load_valid_o);
      full_q <= (load_valid_o && held_last_q) || (full_q && !swap_i);
    end
  end
  always_ff @(posedge clk_i) begin
    if (issue) begin
      held_word_q <= word_q;
      held_last_q <= last_word;
    end
  end

  `VRN_ASSERT(CommandHasPlace, !cmd_valid_i || unused_ready)
  `VRN_ASSERT(SwapNeedsTile, !swap_i || full_q)
  `VRN_ASSERT(TileWordsLegal, !run_q || 32'(tile_words_q) == TileWords)
endmodule
