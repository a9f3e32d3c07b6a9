// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Frames from memory into a stream: bursts run ahead of the beats by up to 64 words.
///
/// Throughput  1 beat per cycle where AxiBytes is at least Lanes and memory keeps up
/// Handshake   AXI4 read channels, AXI4-Stream                                           Comb. path  none
/// Reset       no run
module vrn_stream_reader #(
  /// Values of a beat; beats of a frame, >= 1 each.
  parameter int unsigned Lanes = 4,
  parameter int unsigned Beats = 16,
  /// Bytes of a word in memory, 4 to 64, a power of two.
  parameter int unsigned AxiBytes = 4
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  start_i,
  /// A multiple of AxiBytes.
  input  logic [63:0]           base_i,
  input  logic [31:0]           frames_i,
  output logic                  idle_o,
  output logic                  ar_valid_o,
  input  logic                  ar_ready_i,
  output logic [63:0]           ar_addr_o,
  output logic [7:0]            ar_len_o,
  input  logic                  r_valid_i,
  output logic                  r_ready_o,
  input  logic [8*AxiBytes-1:0] r_data_i,
  output logic                  m_axis_tvalid,
  input  logic                  m_axis_tready,
  output logic [8*Lanes-1:0]    m_axis_tdata
);
  localparam int unsigned QueueWords = 64;
  localparam int unsigned Bytes      = AxiBytes + Lanes;  // between memory and stream: less than a beat, and a word
  localparam logic [43:0] WordBytes  = 44'(AxiBytes);
  localparam int unsigned ByteW      = $clog2(Bytes + 1);

  // ---- bursts: a word's place is reserved when it is asked for ----
  logic [39:0] beats, words;
  logic [4:0]  burst;
  logic [6:0]  taken_q;
  logic        asks, word_valid, word_taken, word_ready;
  assign beats      = 40'(frames_i) * 40'(Beats);
  assign words      = 40'((44'(beats) * 44'(Lanes) + WordBytes - 44'd1) / WordBytes);
  assign asks       = ar_valid_o && ar_ready_i;
  assign ar_valid_o = burst != '0 && taken_q <= 7'(QueueWords - 16);
  assign ar_len_o   = 8'(burst) - 8'd1;
  vrn_stream_burst #(
    .AxiBytes(AxiBytes)
  ) u_burst (
    .clk_i,
    .rst_ni,
    .start_i,
    .base_i,
    .words_i(words),
    .addr_o (ar_addr_o),
    .words_o(burst),
    .next_i (asks)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) taken_q <= '0;
    else         taken_q <= taken_q + (asks ? 7'(burst) : '0) - 7'(word_taken);
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

  // ---- words to beats ----
  logic [8*Bytes-1:0] bytes_q, rest;
  logic [ByteW-1:0]   count_q, left;
  logic [39:0]        beats_q;
  logic               beat_taken;
  assign m_axis_tvalid = count_q >= ByteW'(Lanes) && beats_q != '0;
  assign m_axis_tdata  = bytes_q[8*Lanes-1:0];
  assign beat_taken    = m_axis_tvalid && m_axis_tready;
  assign rest          = beat_taken ? bytes_q >> 8*Lanes : bytes_q;
  assign left          = beat_taken ? count_q - ByteW'(Lanes) : count_q;
  assign word_taken    = word_valid && left <= ByteW'(Lanes);
  assign idle_o        = beats_q == '0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q <= '0;
      beats_q <= '0;
    end else if (start_i) begin
      count_q <= '0;  // what the last word of an earlier run had too much
      beats_q <= beats;
    end else begin
      count_q <= left + (word_taken ? ByteW'(AxiBytes) : '0);
      if (beat_taken) beats_q <= beats_q - 40'd1;
    end
  end
  // above what is left stand zeros, so that a word can be put there
  always_ff @(posedge clk_i) begin
    if (start_i) bytes_q <= '0;
    else         bytes_q <= rest | (word_taken ? (8*Bytes)'(word) << {left, 3'b000} : '0);
  end

  `VRN_ASSERT(WordFits, !r_valid_i || word_ready)
  `VRN_ASSERT(LevelReserved, level <= taken_q)
  `VRN_ASSERT_HELD(BeatHeld, m_axis_tvalid && !m_axis_tready, m_axis_tvalid, m_axis_tdata)
  `VRN_ASSERT_HELD(ReadHeld, ar_valid_o && !ar_ready_i, ar_valid_o, ar_addr_o)
endmodule
