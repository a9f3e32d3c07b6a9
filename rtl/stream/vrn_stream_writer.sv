// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// A stream's frames into memory: a burst begins when its words are there.
///
/// A run that is to end begins no more bursts; what was begun is still sent and answered, and is idle then.
///
/// Throughput  1 beat per cycle where AxiBytes is at least Lanes and memory keeps up
/// Handshake   AXI4 write channels, AXI4-Stream                                          Comb. path  none
/// Reset       no run
module vrn_stream_writer #(
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
  output logic                  b_ready_o,
  input  logic [1:0]            b_resp_i
);
  localparam int unsigned QueueWords = 32;
  localparam int unsigned TailW      = $clog2(AxiBytes);

  // ---- beats to words; the last word is filled up with zeros ----
  logic [39:0]           beats_left, run_words, words_q;
  logic [TailW-1:0]      run_tail, tail_q;
  logic [8*AxiBytes-1:0] word;
  logic                  gather, gear_ready, word_valid, word_ready;
  assign gather        = beats_left != '0;
  assign s_axis_tready = gather && gear_ready;
  vrn_stream_gearbox #(
    .In (Lanes),
    .Out(AxiBytes)
  ) u_gather (
    .clk_i,
    .rst_ni,
    .clear_i(start_i),
    .flush_i(!gather),
    .valid_i(s_axis_tvalid && gather),
    .ready_o(gear_ready),
    .data_i (s_axis_tdata),
    .valid_o(word_valid),
    .ready_i(word_ready),
    .data_o (word)
  );

  // ---- words to bursts ----
  logic [$clog2(QueueWords+2)-1:0] level;
  logic [4:0] burst, sent_q;  // words of the burst at work that are still to be sent
  logic       permit, asks, sends, w_valid_queue;
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
    .data_i (word),
    .valid_o(w_valid_queue),
    .ready_i(sends),
    .data_o (w_data_o),
    .level_o(level)
  );
  assign permit = sent_q == '0 && 6'(level) >= 6'(burst) && !(&answers_q);
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
    .permit_i    (permit),
    .halt_i,
    .beat_i      (s_axis_tvalid && s_axis_tready),
    .answer_i    (b_valid_i),
    .resp_i      (b_resp_i),
    .slverr_i    (3'd3),
    .error_o,
    .valid_o     (aw_valid_o),
    .ready_i     (aw_ready_i),
    .addr_o      (aw_addr_o),
    .len_o       (aw_len_o),
    .words_o     (burst),
    .asked_o     (asks),
    .beats_left_o(beats_left),
    .run_words_o (run_words),
    .run_tail_o  (run_tail)
  );
  assign w_valid_o = w_valid_queue && sent_q != '0;
  assign sends     = w_valid_o && w_ready_i;
  assign w_last_o  = sent_q == 5'd1;
  assign w_strb_o  = words_q == 40'd1 && tail_q != '0 ? ~({AxiBytes{1'b1}} << tail_q) : '1;
  assign b_ready_o = 1'b1;
  assign idle_o    = answers_q == '0 && (halt_i ? sent_q == '0 && !aw_valid_o : words_q == '0);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sent_q    <= '0;
      words_q   <= '0;
      answers_q <= '0;
    end else begin
      if (asks) sent_q <= burst;
      else if (sends) sent_q <= sent_q - 5'd1;
      if (start_i) words_q <= run_words;
      else if (sends) words_q <= words_q - 40'd1;
      answers_q <= answers_q + 8'(asks) - 8'(b_valid_i);
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) tail_q <= run_tail;
  end

  `VRN_ASSERT(AnswerWasAsked, !b_valid_i || answers_q != '0)
  `VRN_ASSERT_HELD(DataHeld, w_valid_o && !w_ready_i, w_valid_o, w_data_o)
endmodule
