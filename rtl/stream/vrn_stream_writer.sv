// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// A stream's frames into memory: a burst begins when its words are there.
///
/// Throughput  1 beat per cycle where AxiBytes is at least Lanes and memory keeps up
/// Handshake   AXI4 write channels, AXI4-Stream                                          Comb. path  none
/// Reset       no run
module vrn_stream_writer #(
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
  input  logic                  s_axis_tvalid,
  output logic                  s_axis_tready,
  input  logic [8*Lanes-1:0]    s_axis_tdata,
  output logic                  aw_valid_o,
  input  logic                  aw_ready_i,
  output logic [63:0]           aw_addr_o,
  output logic [7:0]            aw_len_o,
  output logic                  w_valid_o,
  input  logic                  w_ready_i,
  output logic [8*AxiBytes-1:0] w_data_o,
  output logic [AxiBytes-1:0]   w_strb_o,
  output logic                  w_last_o,
  input  logic                  b_valid_i,
  output logic                  b_ready_o
);
  localparam int unsigned QueueWords = 32;
  localparam int unsigned Bytes      = AxiBytes + Lanes;
  localparam logic [43:0] WordBytes  = 44'(AxiBytes);
  localparam int unsigned ByteW      = $clog2(Bytes + 1);
  localparam int unsigned TailW      = $clog2(AxiBytes);

  logic [39:0]      beats, beats_q, words, words_q;
  logic [43:0]      total;
  logic [TailW-1:0] tail_q;  // bytes of the last word, 0: all
  assign beats = 40'(frames_i) * 40'(Beats);
  assign total = 44'(beats) * 44'(Lanes);
  assign words = 40'((total + WordBytes - 44'd1) / WordBytes);

  // ---- beats to words; the last word is filled up with zeros ----
  logic [8*Bytes-1:0] bytes_q, rest;
  logic [ByteW-1:0]   count_q, left;
  logic               beat_taken, word_valid, word_ready, word_taken;
  assign word_valid    = count_q >= ByteW'(AxiBytes) || (beats_q == '0 && count_q != '0);
  assign word_taken    = word_valid && word_ready;
  assign rest          = word_taken ? bytes_q >> 8*AxiBytes : bytes_q;
  assign left          = !word_taken ? count_q : count_q > ByteW'(AxiBytes) ? count_q - ByteW'(AxiBytes) : '0;
  assign s_axis_tready = beats_q != '0 && left <= ByteW'(AxiBytes);
  assign beat_taken    = s_axis_tvalid && s_axis_tready;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q <= '0;
      beats_q <= '0;
    end else if (start_i) begin
      beats_q <= beats;
    end else begin
      count_q <= left + (beat_taken ? ByteW'(Lanes) : '0);
      if (beat_taken) beats_q <= beats_q - 40'd1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      bytes_q <= '0;
      tail_q  <= total[TailW-1:0];
    end else begin
      bytes_q <= rest | (beat_taken ? (8*Bytes)'(s_axis_tdata) << {left, 3'b000} : '0);
    end
  end

  // ---- words to bursts ----
  logic [$clog2(QueueWords+2)-1:0] level;
  logic [4:0] burst, sent_q;  // words of the burst at work that are still to be sent
  logic       asks, sends, w_valid_queue;
  logic [7:0] answers_q;      // outstanding
  vrn_queue #(
    .Width(8 * AxiBytes),
    .Depth(QueueWords)
  ) u_words (
    .clk_i,
    .rst_ni,
    .flush_i(1'b0),
    .valid_i(word_valid),
    .ready_o(word_ready),
    .data_i (bytes_q[8*AxiBytes-1:0]),
    .valid_o(w_valid_queue),
    .ready_i(sends),
    .data_o (w_data_o),
    .level_o(level)
  );
  vrn_stream_burst #(
    .AxiBytes(AxiBytes)
  ) u_burst (
    .clk_i,
    .rst_ni,
    .start_i,
    .base_i,
    .words_i(words),
    .addr_o (aw_addr_o),
    .words_o(burst),
    .next_i (asks)
  );
  assign aw_valid_o = burst != '0 && sent_q == '0 && 6'(level) >= 6'(burst) && !(&answers_q);
  assign aw_len_o   = 8'(burst) - 8'd1;
  assign asks       = aw_valid_o && aw_ready_i;
  assign w_valid_o  = w_valid_queue && sent_q != '0;
  assign sends      = w_valid_o && w_ready_i;
  assign w_last_o   = sent_q == 5'd1;
  assign w_strb_o   = words_q == 40'd1 && tail_q != '0 ? ~({AxiBytes{1'b1}} << tail_q) : '1;
  assign b_ready_o  = 1'b1;
  assign idle_o     = words_q == '0 && answers_q == '0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sent_q    <= '0;
      words_q   <= '0;
      answers_q <= '0;
    end else begin
      if (asks) sent_q <= burst;
      else if (sends) sent_q <= sent_q - 5'd1;
      if (start_i) words_q <= words;
      else if (sends) words_q <= words_q - 40'd1;
      answers_q <= answers_q + 8'(asks) - 8'(b_valid_i);
    end
  end

  `VRN_ASSERT(AnswerWasAsked, !b_valid_i || answers_q != '0)
  `VRN_ASSERT_HELD(AddressHeld, aw_valid_o && !aw_ready_i, aw_valid_o, aw_addr_o)
  `VRN_ASSERT_HELD(DataHeld, w_valid_o && !w_ready_i, w_valid_o, w_data_o)
endmodule
