// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Write combiner: gathers rows of 1..Cols bytes at any byte address into 64-byte words with byte masks.
///
/// Latency     3 cycles from a row to the request of the word that it completes or ends
/// Throughput  one row a cycle while addresses ascend without gaps; a row that leaves its word and straddles two others
///             takes two cycles; a word takes one grant
/// Handshake   valid/ready; row_ready_o depends on wr_gnt_i. The request is held until granted.
/// Order       writes leave in order; bytes written twice in one word go out in two words
/// Retire      one cycle after the grant of the word with the last byte of a row that has row_last_i set
/// Reset       drops everything held
module vrn_vector_writer #(
  /// Lanes, 1..64.
  parameter  int unsigned Cols = 16,
  /// 64-byte words of the activation buffer, a power of two in 8..65536; addresses wrap.
  parameter  int unsigned AbufWords = 32768,
  localparam int unsigned AddrW = $clog2(AbufWords)
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              row_valid_i,
  output logic              row_ready_o,
  input  logic [8*Cols-1:0] row_data_i,   // bytes at and above row_bytes_i are zero
  input  logic [6:0]        row_bytes_i,
  input  logic [21:0]       row_addr_i,
  input  logic              row_last_i,   // of its command
  output logic              wr_req_o,
  output logic [AddrW-1:0]  wr_addr_o,
  output logic [63:0]       wr_mask_o,
  output logic [511:0]      wr_data_o,
  input  logic              wr_gnt_i,
  output logic              retire_o
);
  localparam int unsigned SpanW = 512 + 8*Cols;  // a row at the last byte of a word

  if (Cols < 1 || Cols > 64 || AbufWords < 8 || AbufWords > 65536 || (AbufWords & (AbufWords - 1)) != 0) begin : gen_bad_size
    $fatal(1, "vrn_vector_writer: Cols must be 1..64, AbufWords a power of two in 8..65536");
  end

  // ---- stage 1: the row at its place in two words ----
  logic             place_valid_q, place_last_q, place_straddles_q;
  logic [AddrW-1:0] place_word_q;
  logic [63:0]      lo_mask_q, hi_mask_q;
  logic [SpanW-1:0] span_q;
  logic             take, clear;  // the placed row leaves stage 1; the word in work leaves and nothing follows

  logic [5:0]  offset;
  logic [63:0] bytes_mask;
  assign offset      = row_addr_i[5:0];
  assign bytes_mask  = ~({64{1'b1}} << row_bytes_i);
  assign row_ready_o = !place_valid_q || take;

  if (AddrW < 16) begin : gen_wrap
    logic unused_addr;
    assign unused_addr = ^row_addr_i[21:6+AddrW];
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) place_valid_q <= 1'b0;
    else if (row_ready_o) place_valid_q <= row_valid_i;
  end
  always_ff @(posedge clk_i) begin
    if (row_valid_i && row_ready_o) begin
      place_last_q      <= row_last_i;
      place_straddles_q <= {1'b0, offset} + row_bytes_i > 7'd64;
      place_word_q      <= row_addr_i[6 +: AddrW];
      lo_mask_q         <= bytes_mask << offset;
      hi_mask_q         <= bytes_mask >> (7'd64 - {1'b0, offset});
      span_q            <= SpanW'(row_data_i) << {offset, 3'b000};
    end
  end

  // ---- stage 2: the word in work; bytes outside its mask are zero ----
  logic             word_valid_q, word_last_q;
  logic [AddrW-1:0] word_addr_q;
  logic [63:0]      word_mask_q;
  logic [511:0]     word_data_q;
  // ---- stage 3: the word on the port ----
  logic             out_valid_q, out_last_q, retire_q;
  logic [AddrW-1:0] out_addr_q;
  logic [63:0]      out_mask_q;
  logic [511:0]     out_data_q;

  logic room, joins, put, put_merged;
  assign room  = !out_valid_q || wr_gnt_i;
  assign joins = !word_valid_q ||
                 (!word_last_q && word_addr_q == place_word_q && (word_mask_q & lo_mask_q) == '0);

  always_comb begin
    take       = 1'b0;
    clear      = 1'b0;
    put        = 1'b0;  // the word in work moves to the port
    put_merged = 1'b0;  // together with the placed row
    if (place_valid_q) begin
      if (joins) begin
        if (place_straddles_q || (place_last_q && room)) begin
          put_merged = room;
          take       = room;
        end else begin
          take = 1'b1;
        end
      end else if (room) begin
        put  = 1'b1;
        take = !place_straddles_q;
        clear = place_straddles_q;
      end
    end else begin
      put  = word_valid_q && word_last_q && room;
      clear = put;
    end
  end

  logic word_valid_d;
  always_comb begin
    word_valid_d = word_valid_q;
    if (clear) word_valid_d = 1'b0;
    else if (put_merged) word_valid_d = place_straddles_q;
    else if (take) word_valid_d = 1'b1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      word_valid_q <= 1'b0;
      out_valid_q  <= 1'b0;
      retire_q     <= 1'b0;
    end else begin
      word_valid_q <= word_valid_d;
      if (room) out_valid_q <= put || put_merged;
      retire_q <= out_valid_q && wr_gnt_i && out_last_q;
    end
  end

  always_ff @(posedge clk_i) begin : p_words
    logic [511:0] merged;
    merged = span_q[511:0];
    if (take && !put && word_valid_q) merged = merged | word_data_q;
    if (put) begin
      out_addr_q <= word_addr_q;
      out_mask_q <= word_mask_q;
      out_data_q <= word_data_q;
      out_last_q <= word_last_q;
    end else if (put_merged) begin
      out_addr_q <= place_word_q;
      out_mask_q <= lo_mask_q | (word_valid_q ? word_mask_q : '0);
      out_data_q <= merged;
      out_last_q <= place_last_q && !place_straddles_q;
    end
    if (put_merged) begin
      word_addr_q <= place_word_q + AddrW'(1);
      word_mask_q <= hi_mask_q;
      word_data_q <= 512'(span_q[SpanW-1:512]);
      word_last_q <= place_last_q;
    end else if (take) begin
      word_addr_q <= place_word_q;
      word_mask_q <= lo_mask_q | (!put && word_valid_q ? word_mask_q : '0);
      word_data_q <= merged;
      word_last_q <= place_last_q;
    end
  end

  assign wr_req_o  = out_valid_q;
  assign wr_addr_o = out_addr_q;
  assign wr_mask_o = out_mask_q;
  assign wr_data_o = out_data_q;
  assign retire_o  = retire_q;

  `VRN_ASSERT_HELD(WriteHeld, wr_req_o && !wr_gnt_i, wr_req_o, {wr_addr_o, wr_mask_o})
  `VRN_ASSERT(WriteNotEmpty, !wr_req_o || wr_mask_o != '0)
endmodule
