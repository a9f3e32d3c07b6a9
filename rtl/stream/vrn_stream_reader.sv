// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Frames from memory into a stream: bursts run ahead of the beats by up to 64 words.
///
/// A run that is to end asks for no more; what was asked for still comes, and is idle then.
///
/// Throughput  1 beat per cycle where AxiBytes is at least Lanes and memory keeps up
/// Handshake   AXI4 read channels, AXI4-Stream                                           Comb. path  none
/// Reset       no run
module vrn_stream_reader #(
  /// As vrn_stream_burst has them.
  parameter int unsigned Lanes = 4,
  parameter int unsigned Beats = 16,
  parameter int unsigned AxiBytes = 4
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  start_i,
  /// A multiple of AxiBytes.
  input  logic [63:0]           base_i,
  input  logic [31:0]           frames_i,
  /// The run is to end at once.
  input  logic                  halt_i,
  output logic                  idle_o,
  /// As vrn_stream_burst has it.
  output logic [2:0]            error_o,
  output logic                  ar_valid_o,
  input  logic                  ar_ready_i,
  output logic [63:0]           ar_addr_o,
  output logic [7:0]            ar_len_o,
  input  logic                  r_valid_i,
  output logic                  r_ready_o,
  input  logic [8*AxiBytes-1:0] r_data_i,
  input  logic [1:0]            r_resp_i,
  output logic                  m_axis_tvalid,
  input  logic                  m_axis_tready,
  output logic [8*Lanes-1:0]    m_axis_tdata
);
  localparam int unsigned QueueWords = 64;

  // ---- bursts: a word's place is reserved when it is asked for ----
  logic [39:0] beats_left, unused_words;
  logic [$clog2(AxiBytes)-1:0] unused_tail;
  logic [4:0]  burst;
  logic [6:0]  taken_q, waited_q;  // places; of those the words that have not come yet
  logic        asks, beat_taken, word_valid, word_taken, word_ready, beat_valid, gear_ready;
  assign beat_taken = m_axis_tvalid && m_axis_tready;
  vrn_stream_burst #(
    .Lanes   (Lanes),
    .Beats   (Beats),
    .AxiBytes(AxiBytes)
  ) u_burst (
    .clk_i,
    .rst_ni,
    .start_i,
    .base_i,
    .frames_i,
    .permit_i    (taken_q <= 7'(QueueWords - 16)),
    .halt_i,
    .beat_i      (beat_taken),
    .answer_i    (r_valid_i),
    .resp_i      (r_resp_i),
    .slverr_i    (3'd1),
    .error_o,
    .valid_o     (ar_valid_o),
    .ready_i     (ar_ready_i),
    .addr_o      (ar_addr_o),
    .len_o       (ar_len_o),
    .words_o     (burst),
    .asked_o     (asks),
    .beats_left_o(beats_left),
    .run_words_o (unused_words),
    .run_tail_o  (unused_tail)
  );
  assign idle_o = halt_i ? waited_q == '0 && !ar_valid_o : beats_left == '0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      taken_q  <= '0;
      waited_q <= '0;
    end else begin
      taken_q  <= taken_q + (asks ? 7'(burst) : '0) - 7'(word_taken);
      waited_q <= waited_q + (asks ? 7'(burst) : '0) - 7'(r_valid_i);
    end
  end
  logic [8*AxiBytes-1:0] word;
  logic [6:0]            level;
  assign r_ready_o = 1'b1;
  vrn_queue #(
    .Width(8 * AxiBytes),
    .Depth(QueueWords)
  ) u_words (
    .clk_i,
    .rst_ni,
    .flush_i(1'b0),
    .valid_i(r_valid_i),
    .ready_o(word_ready),
    .data_i (r_data_i),
    .valid_o(word_valid),
    .ready_i(word_taken),
    .data_o (word),
    .level_o(level)
  );

  // ---- words to beats; what the last word of an earlier run had too much is dropped ----
  assign word_taken    = word_valid && gear_ready;
  assign m_axis_tvalid = beat_valid && beats_left != '0;
  vrn_stream_gearbox #(
    .In (AxiBytes),
    .Out(Lanes)
  ) u_beats (
    .clk_i,
    .rst_ni,
    .clear_i(start_i),
    .flush_i(1'b0),
    .valid_i(word_valid),
    .ready_o(gear_ready),
    .data_i (word),
    .valid_o(beat_valid),
    .ready_i(beat_taken),
    .data_o (m_axis_tdata)
  );

  `VRN_ASSERT(WordFits, !r_valid_i || word_ready)
  `VRN_ASSERT(LevelReserved, level <= taken_q)
  `VRN_ASSERT_HELD(BeatHeld, m_axis_tvalid && !m_axis_tready, m_axis_tvalid, m_axis_tdata)
endmodule
