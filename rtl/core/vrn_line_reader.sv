// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Turns byte addresses into windows of Bytes bytes at any alignment, in order.
///
/// Latency     4 cycles from an accepted request to out_valid_o when the buffer grants at once
/// Throughput  1 window per cycle while each needs at most one word that is not at hand; one cycle
///             more for each further word
/// Handshake   valid/ready on both sides, held until taken; req_ready_o depends on req_addr_i and
///             on rd_gnt_i
/// Reset       clears the pipeline and forgets the lines
///
/// Line registers hold the words last read, chosen by the low bits of the word address: two, for an
/// even and an odd word, of which a window of 64 bytes lies in one or straddles both; four where
/// windows are longer, which lie in three of them at most. Their tags are kept where requests enter, so
/// they describe what the registers will hold when the request gets there. Words are requested only
/// while there is room for the window behind them: data in flight always has a place.
///
/// cycle       0    1    2    3    4
/// request     A
/// rd_gnt_i    1
/// rd_data_i             A               (held until the next granted word)
/// line                       A
/// out_data_o                      A
module vrn_line_reader #(
  /// Bytes of a window, 1..127.
  parameter  int unsigned Bytes     = 16,
  /// Bits handed through with a request, >= 1.
  parameter  int unsigned UserW     = 1,
  /// 64-byte words of the activation buffer, a power of two in 8..65536; addresses wrap.
  parameter  int unsigned AbufWords = 32768,
  localparam int unsigned AddrW     = $clog2(AbufWords),
  localparam int unsigned Width     = 8 * Bytes
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  /// Forgets the lines: requests of this cycle and later ones see the buffer as it is now.
  input  logic             flush_i,
  input  logic             req_valid_i,
  output logic             req_ready_o,
  input  logic [21:0]      req_addr_i,
  /// Bytes at the end of the window that nobody looks at: words that hold only these are not read.
  /// 0..Bytes.
  input  logic [6:0]       req_spare_i,
  input  logic [UserW-1:0] req_user_i,
  output logic             rd_req_o,
  output logic [AddrW-1:0] rd_addr_o,
  input  logic             rd_gnt_i,
  input  logic [511:0]     rd_data_i,
  output logic             out_valid_o,
  input  logic             out_ready_i,
  output logic [Width-1:0] out_data_o,
  output logic [UserW-1:0] out_user_o
);
  localparam int unsigned Places = 8;  // windows in flight; five keep one window per cycle going
  localparam int unsigned Lines  = Bytes > 64 ? 4 : 2;
  localparam int unsigned LineW  = $clog2(Lines);
  localparam int unsigned TagW   = AddrW - LineW;

  if (Bytes < 1 || Bytes > 127 || UserW < 1 || AbufWords < 8 || AbufWords > 65536 ||
      (AbufWords & (AbufWords - 1)) != 0) begin : gen_bad_size
    $fatal(1, "vrn_line_reader: Bytes in 1..127, UserW >= 1, AbufWords a power of two in 8..65536");
  end

  // --- entry: which words are missing, one request a cycle ---
  logic [5:0]       off;
  logic [AddrW-1:0] word, word_1, word_2, missing_word;
  logic             first_missing, second_missing, third_missing, several_missing;
  logic             room, accept, fetch;
  logic [Lines-1:0] tag_ok, tag_ok_q;
  logic [TagW-1:0]  tag_q [Lines];

  assign off            = req_addr_i[5:0];
  assign word           = req_addr_i[6 +: AddrW];
  assign word_1         = word + AddrW'(1);
  assign word_2         = word + AddrW'(2);
  assign tag_ok         = flush_i ? '0 : tag_ok_q;
  assign first_missing  = req_spare_i != 7'(Bytes) &&
                          (!tag_ok[word[LineW-1:0]] || tag_q[word[LineW-1:0]] != word[AddrW-1:LineW]);
  assign second_missing = 9'(off) + 9'(Bytes) > 9'd64 + 9'(req_spare_i) &&
                          (!tag_ok[word_1[LineW-1:0]] ||
                           tag_q[word_1[LineW-1:0]] != word_1[AddrW-1:LineW]);
  if (Lines == 4) begin : gen_third
    assign third_missing   = 9'(off) + 9'(Bytes) > 9'd128 + 9'(req_spare_i) &&
                             (!tag_ok[word_2[LineW-1:0]] ||
                              tag_q[word_2[LineW-1:0]] != word_2[AddrW-1:LineW]);
    assign several_missing = (first_missing && second_missing) ||
                             ((first_missing || second_missing) && third_missing);
    assign missing_word    = first_missing ? word : second_missing ? word_1 : word_2;
  end else begin : gen_no_third
    assign third_missing   = 1'b0;
    assign several_missing = first_missing && second_missing;
    assign missing_word    = first_missing ? word : word_1;
    logic unused_word_2;
    assign unused_word_2 = ^word_2;
  end
  assign rd_req_o    = req_valid_i && room && (first_missing || second_missing || third_missing);
  assign rd_addr_o   = missing_word;
  assign fetch       = rd_req_o && rd_gnt_i;
  assign req_ready_o = room && !several_missing &&
                       (rd_gnt_i || !(first_missing || second_missing || third_missing));
  assign accept      = req_valid_i && req_ready_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) tag_ok_q <= '0;
    else if (fetch) tag_ok_q <= tag_ok | Lines'(1) << rd_addr_o[LineW-1:0];
    else tag_ok_q <= tag_ok;
  end
  always_ff @(posedge clk_i) begin
    if (fetch) tag_q[rd_addr_o[LineW-1:0]] <= rd_addr_o[AddrW-1:LineW];
  end

  if (AddrW < 16) begin : gen_wrap
    logic unused_addr;
    assign unused_addr = ^req_addr_i[21:6+AddrW];
  end

  // --- pipeline beside the buffer's two cycles; it never stalls ---
  logic [3:1]       valid_q;  // a window
  logic [2:1]       fetch_q;  // a word for a line register
  logic [LineW-1:0] fetch_line_q1, fetch_line_q2, line_q1, line_q2, line_q3;
  logic [5:0]       off_q1, off_q2, off_q3;
  logic [UserW-1:0] user_q1, user_q2, user_q3;
  logic [511:0]     words_q [Lines];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= '0;
      fetch_q <= '0;
    end else begin
      valid_q <= {valid_q[2:1], accept};
      fetch_q <= {fetch_q[1], fetch};
    end
  end
  always_ff @(posedge clk_i) begin
    fetch_line_q1 <= rd_addr_o[LineW-1:0];
    fetch_line_q2 <= fetch_line_q1;
    if (accept) {off_q1, line_q1, user_q1} <= {off, word[LineW-1:0], req_user_i};
    if (valid_q[1]) {off_q2, line_q2, user_q2} <= {off_q1, line_q1, user_q1};
    if (valid_q[2]) {off_q3, line_q3, user_q3} <= {off_q2, line_q2, user_q2};
    if (fetch_q[2]) words_q[fetch_line_q2] <= rd_data_i;
  end

  // --- window: a part-select of one line, or the end of one and the beginning of the next ---
  logic [Width-1:0] window;
  if (Bytes == 1) begin : gen_byte
    assign window = words_q[line_q3][{off_q3, 3'b000} +: Width];
  end else if (Bytes <= 64) begin : gen_window
    logic [5:0] down, up;  // bytes
    always_comb begin
      window = '0;
      down   = off_q3 - 6'(64 - Bytes);
      up     = 6'd0 - off_q3;
      if (valid_q[3]) begin
        if ({1'b0, off_q3} + 7'(Bytes) <= 7'd64) begin
          window = words_q[line_q3][{off_q3, 3'b000} +: Width];
        end else begin
          window = (words_q[line_q3][511 -: Width] >> {down, 3'b000}) |
                   (words_q[~line_q3][Width-1:0] << {up, 3'b000});
        end
      end
    end
  end else begin : gen_long_window
    logic [1:0] next, last;
    assign next = line_q3 + 2'd1;
    assign last = line_q3 + 2'd2;
    always_comb begin
      window = '0;
      if (valid_q[3]) begin
        window = Width'({words_q[last], words_q[next], words_q[line_q3]} >> {off_q3, 3'b000});
      end
    end
  end

  // --- output queue; a place is taken when a request is accepted ---
  localparam int unsigned PlaceW = $clog2(Places) + 1;
  logic [PlaceW-1:0] taken_q, unused_count;
  logic              leave, unused_fifo_ready;

  assign room  = taken_q != PlaceW'(Places);
  assign leave = out_valid_o && out_ready_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) taken_q <= '0;
    else taken_q <= taken_q + PlaceW'(accept) - PlaceW'(leave);
  end
  vrn_fifo #(
    .Width (Width + UserW),
    .Depth (Places)
  ) u_out (
    .clk_i,
    .rst_ni,
    .valid_i (valid_q[3]),
    .ready_o (unused_fifo_ready),
    .data_i  ({user_q3, window}),
    .valid_o (out_valid_o),
    .ready_i (out_ready_i),
    .data_o  ({out_user_o, out_data_o}),
    .count_o (unused_count)
  );

  `VRN_ASSERT(WindowHasPlace, !valid_q[3] || unused_fifo_ready)
endmodule
