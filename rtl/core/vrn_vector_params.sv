// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Reads what a vector command needs from the parameter buffer, one word a cycle: its descriptor, its table, and the
/// channel parameters of each column tile, as many tiles ahead of the rows as there are banks.
///
/// Latency     descriptor in place 3 cycles after an accepted command, channel parameters of the first tile
///             1 + TileWords cycles later (4 more with a table)
/// Order       tile_ready_o: the parameters of the oldest tile not yet released are in place; a uniform command has one
///             such tile in all. The next command is accepted when the last word of the present one has been requested.
/// Reset       forgets commands and tiles
module vrn_vector_params #(
  /// Lanes, 1..64.
  parameter  int unsigned Cols = 16,
  /// Tiles of channel parameters held by the lanes, a power of two >= 2.
  parameter  int unsigned ChanBanks = 2,
  /// 64-byte words of the parameter buffer, a power of two in 2..4096; addresses wrap.
  parameter  int unsigned PbufWords = 512,
  localparam int unsigned AddrW = $clog2(PbufWords),
  localparam int unsigned TileWords = (Cols + 7) / 8,
  localparam int unsigned BankW = $clog2(ChanBanks),
  localparam int unsigned ChanW = BankW + $clog2(TileWords)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             cmd_valid_i,
  output logic             cmd_ready_o,
  input  logic [11:0]      cmd_descriptor_i,
  input  logic [9:0]       cmd_n_ct_i,
  input  logic             cmd_bank_i,        // where its descriptor goes
  input  logic             table_free_i,      // no row of an earlier command is still to be looked up
  // parameter buffer
  output logic             pb_req_o,
  output logic [AddrW-1:0] pb_addr_o,
  input  logic [511:0]     pb_data_i,
  // constants of the lanes, written beside pb_data_i
  output logic             desc_we_o,
  output logic             desc_bank_o,
  output logic             table_we_o,
  output logic [1:0]       table_word_o,
  output logic             chan_we_o,
  output logic [ChanW-1:0] chan_word_o,
  output logic [511:0]     chan_data_o,
  // to the window reduction and the rows
  output logic [1:0]       desc_valid_o,      // by bank
  output logic [15:0]      pad_o,             // by bank
  output logic [1:0]       uniform_o,         // by bank
  output logic             tile_ready_o,
  output logic [BankW-1:0] tile_bank_o,
  input  logic             tile_release_i
);
  localparam int unsigned CountW = BankW + 1;
  localparam logic [2:0] LastWord = 3'(TileWords - 1);

  if (PbufWords < 2 || PbufWords > 4096 || (PbufWords & (PbufWords - 1)) != 0) begin : gen_bad_words
    $fatal(1, "vrn_vector_params: PbufWords must be a power of two in 2..4096");
  end

  typedef enum logic [2:0] {StIdle, StDesc, StWait, StTable, StUniform, StChan} state_e;
  typedef enum logic [1:0] {RdNone, RdDesc, RdTable, RdChan} read_e;
  state_e state_d, state_q;
  read_e  read_d, read_q;  // the word on pb_data_i

  vrn_npu_pkg::descriptor_t desc;
  assign desc = pb_data_i;
  logic unused_desc;
  assign unused_desc = ^{desc.unused, desc.s_ab, desc.m_b, desc.m_a, desc.zero_b, desc.zero_a, desc.hi_2, desc.lo_2,
                         desc.zero_2, desc.hi_1, desc.lo_1, desc.zero_1};

  logic              bank_q, uniform_now_q;
  logic [1:0]        valid_q, uniform_q;
  logic [15:0]       pad_q;
  logic [11:0]       addr_q, table_addr_q;
  logic [9:0]        ct_left_q;
  logic [2:0]        word_q;
  logic [61:0]       same_q;      // channel parameters of a uniform command
  logic [BankW-1:0]  fill_bank_q, use_bank_q;
  logic [CountW-1:0] held_q, ready_q;
  logic [BankW-1:0]  read_bank_q;
  logic [2:0]        read_word_q;
  logic              read_last_q;

  logic room, last_word, last_tile, tile_filled, tile_taken;
  assign room        = held_q != CountW'(ChanBanks);
  assign last_word   = word_q == LastWord;
  assign last_tile   = ct_left_q == '0;
  assign tile_filled = (read_q == RdChan && read_last_q) || (state_q == StUniform && room && last_word);
  assign tile_taken  = room && last_word && (state_q == StChan || state_q == StUniform);

  always_comb begin
    state_d   = state_q;
    read_d    = RdNone;
    pb_addr_o = addr_q[AddrW-1:0];
    unique case (state_q)
      StIdle:  if (cmd_valid_i) state_d = StDesc;
      StDesc: begin
        read_d  = RdDesc;
        state_d = StWait;
      end
      StWait:  state_d = desc.use_table ? StTable : desc.uniform ? StUniform : StChan;
      StTable: begin
        pb_addr_o = table_addr_q[AddrW-1:0];
        if (table_free_i) begin
          read_d = RdTable;
          if (word_q == 3'd3) state_d = uniform_now_q ? StUniform : StChan;
        end
      end
      StUniform: if (room && last_word) state_d = StIdle;
      StChan: begin
        if (room) begin
          read_d = RdChan;
          if (last_word && last_tile) state_d = StIdle;
        end
      end
      default: state_d = StIdle;
    endcase
  end

  assign cmd_ready_o  = state_q == StIdle;
  assign pb_req_o     = read_d != RdNone;
  assign desc_we_o    = read_q == RdDesc;
  assign desc_bank_o  = bank_q;
  assign table_we_o   = read_q == RdTable;
  assign table_word_o = read_word_q[1:0];
  assign desc_valid_o = valid_q;
  assign pad_o        = pad_q;
  assign uniform_o    = uniform_q;
  assign tile_ready_o = ready_q != '0;
  assign tile_bank_o  = use_bank_q;

  function automatic logic [ChanW-1:0] chan_place(input logic [BankW-1:0] bank, input logic [2:0] word);
    chan_place = ChanW'(({32'd0, bank} << (ChanW - BankW)) + {{(29+BankW){1'b0}}, word});
  endfunction

  always_comb begin
    chan_we_o   = read_q == RdChan;
    chan_word_o = chan_place(read_bank_q, read_word_q);
    chan_data_o = pb_data_i;
    if (state_q == StUniform) begin  // never in the cycle after a channel request: a descriptor stands between
      chan_we_o   = room;
      chan_word_o = chan_place(fill_bank_q, word_q);
      chan_data_o = {8{2'b00, same_q}};
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q     <= StIdle;
      read_q      <= RdNone;
      valid_q     <= '0;
      fill_bank_q <= '0;
      use_bank_q  <= '0;
      held_q      <= '0;
      ready_q     <= '0;
    end else begin
      state_q <= state_d;
      read_q  <= read_d;
      if (cmd_valid_i && cmd_ready_o) valid_q[cmd_bank_i] <= 1'b0;
      if (desc_we_o) valid_q[bank_q] <= 1'b1;
      if (tile_taken) fill_bank_q <= fill_bank_q + BankW'(1);
      if (tile_release_i) use_bank_q <= use_bank_q + BankW'(1);
      held_q  <= held_q + CountW'(tile_taken) - CountW'(tile_release_i);
      ready_q <= ready_q + CountW'(tile_filled) - CountW'(tile_release_i);
    end
  end

  always_ff @(posedge clk_i) begin
    read_bank_q <= fill_bank_q;
    read_word_q <= word_q;
    read_last_q <= last_word;
    if (cmd_valid_i && cmd_ready_o) begin
      bank_q    <= cmd_bank_i;
      addr_q    <= cmd_descriptor_i;
      ct_left_q <= cmd_n_ct_i - 10'd1;
      word_q    <= '0;
    end
    if (read_d == RdDesc || read_d == RdChan) addr_q <= addr_q + 12'd1;
    if (read_d == RdTable) begin
      table_addr_q <= table_addr_q + 12'd1;
      word_q       <= word_q == 3'd3 ? 3'd0 : word_q + 3'd1;
    end
    if (room && (state_q == StChan || state_q == StUniform)) begin
      word_q <= last_word ? 3'd0 : word_q + 3'd1;
      if (last_word) ct_left_q <= ct_left_q - 10'd1;
    end
    if (desc_we_o) begin
      table_addr_q      <= desc.table_base;
      same_q            <= {desc.s, desc.m, desc.bias};
      uniform_now_q     <= desc.uniform;
      uniform_q[bank_q] <= desc.uniform;
      if (bank_q) pad_q[15:8] <= desc.pad;
      else        pad_q[7:0]  <= desc.pad;
    end
  end

  `VRN_ASSERT(ReleasesWhatIsReady, !tile_release_i || tile_ready_o)
  `VRN_ASSERT(OneSourceOfChannels, !(state_q == StUniform && read_q == RdChan))
endmodule
