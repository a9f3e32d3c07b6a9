// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// The address channel of a run over frames in memory: bursts of at most 16 words, none across 4 KiB; and how many beats
/// of the run are left; and the first error that memory answers with, numbered as in the NPU's error register: 0 none, 1 a
/// read answered SLVERR, 2 a read DECERR, 3 a write SLVERR, 4 a write DECERR.
///
/// Handshake   AXI4 read or write address                              Comb. path  permit_i -> valid_o
/// Reset       no run
module vrn_stream_burst #(
  /// Values of a beat; beats of a frame, >= 1 each.
  parameter int unsigned Lanes = 4,
  parameter int unsigned Beats = 16,
  /// Bytes of a word, 4 to 64, a power of two.
  parameter int unsigned AxiBytes = 64,
  localparam int unsigned Shift = $clog2(AxiBytes)
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  /// A new run: its first address, a multiple of AxiBytes, and its frames.
  input  logic        start_i,
  input  logic [63:0] base_i,
  input  logic [31:0] frames_i,
  /// The burst that is due may go; no further one does while the run is to end.
  input  logic        permit_i,
  input  logic        halt_i,
  /// A beat has left or entered the stream.
  input  logic        beat_i,
  /// Memory answers, with this; the number of a SLVERR here.
  input  logic        answer_i,
  input  logic [1:0]  resp_i,
  input  logic [2:0]  slverr_i,
  output logic [2:0]  error_o,
  output logic        valid_o,
  input  logic        ready_i,
  output logic [63:0] addr_o,
  output logic [7:0]  len_o,
  /// Words of the burst that is due, none where the run has ended; it has been taken.
  output logic [4:0]  words_o,
  output logic        asked_o,
  /// Of the run, from the cycle behind start_i on.
  output logic [39:0] beats_left_o,
  /// Of a run of frames_i frames: words, and bytes of the last one, 0: all.
  output logic [39:0] run_words_o,
  output logic [Shift-1:0] run_tail_o
);
  if (AxiBytes < 4 || AxiBytes > 64 || (AxiBytes & (AxiBytes - 1)) != 0) begin : gen_bad_width
    $fatal(1, "vrn_stream_burst: AxiBytes must be a power of two, 4 to 64");
  end

  logic [39:0] run_beats, left_q;
  logic [43:0] run_bytes;
  logic [63:0] addr_q;
  logic [12:0] room;  // words up to 4 KiB
  logic [4:0]  most;
  logic        offered_q;  // and not taken: it stays
  assign run_beats   = 40'(frames_i) * 40'(Beats);
  assign run_bytes   = 44'(run_beats) * 44'(Lanes);
  assign run_words_o = 40'((run_bytes + 44'(AxiBytes) - 44'd1) >> Shift);
  assign run_tail_o  = run_bytes[Shift-1:0];
  assign room    = (13'd4096 - {1'b0, addr_q[11:0]}) >> Shift;
  assign most    = room < 13'd16 ? room[4:0] : 5'd16;
  assign words_o = left_q < 40'(most) ? left_q[4:0] : most;
  assign valid_o = words_o != '0 && (offered_q || (permit_i && !halt_i));
  assign asked_o = valid_o && ready_i;
  assign addr_o  = addr_q;
  assign len_o   = 8'(words_o) - 8'd1;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      left_q       <= '0;
      beats_left_o <= '0;
      offered_q    <= 1'b0;
      error_o      <= '0;
    end else begin
      offered_q <= valid_o && !ready_i;
      if (start_i)      left_q <= run_words_o;
      else if (asked_o) left_q <= left_q - 40'(words_o);
      if (start_i)     beats_left_o <= run_beats;
      else if (beat_i) beats_left_o <= beats_left_o - 40'd1;
      if (start_i)                                     error_o <= '0;
      else if (answer_i && resp_i[1] && error_o == '0) error_o <= slverr_i + 3'(resp_i[0]);
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i)      addr_q <= base_i;
    else if (asked_o) addr_q <= addr_q + (64'(words_o) << Shift);
  end

  `VRN_ASSERT_HELD(AddressHeld, valid_o && !ready_i, valid_o, addr_o)
endmodule
