// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Turns a strided copy of n2 x n1 rows into bursts of whole 64-byte words, at most BurstBytes long, split where the
/// memory address is a multiple of BurstBytes (so no burst crosses 4 KiB).
///
/// Latency     1 cycle from an accepted command to its first burst
/// Throughput  1 burst per cycle, also from row to row and from command to command
/// Handshake   valid/ready, bursts held until taken           Comb. path  ready_i -> cmd_ready_o
module vrn_burst_walker #(
  /// Longest burst in bytes: 64, 128, ... 4096.
  parameter int unsigned BurstBytes = 1024,
  /// Bits carried unchanged from a command to its bursts, >= 1.
  parameter int unsigned UserW = 1
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             cmd_valid_i,
  output logic             cmd_ready_o,
  /// Memory byte address of row (0, 0).
  input  logic [63:0]      cmd_memory_i,
  input  logic [21:0]      cmd_buffer_i,
  input  logic [21:0]      cmd_row_bytes_i,
  input  logic [11:0]      cmd_n1_i,
  input  logic [31:0]      cmd_memory_stride1_i,
  input  logic [21:0]      cmd_buffer_stride1_i,
  input  logic [11:0]      cmd_n2_i,
  input  logic [31:0]      cmd_memory_stride2_i,
  input  logic [21:0]      cmd_buffer_stride2_i,
  input  logic [UserW-1:0] cmd_user_i,
  output logic             valid_o,
  input  logic             ready_i,
  /// Memory address of the first word, a multiple of 64.
  output logic [63:0]      addr_o,
  /// Words of the burst - 1.
  output logic [5:0]       len_o,
  /// Buffer word of the first word.
  output logic [15:0]      word_o,
  /// First (last) burst of a row, and the byte of its first (last) word where the row begins (ends).
  output logic             first_o,
  output logic [5:0]       first_byte_o,
  output logic             last_o,
  output logic [5:0]       last_byte_o,
  /// Last burst of the command.
  output logic             end_o,
  output logic [UserW-1:0] user_o
);
  localparam int unsigned BurstWords = BurstBytes / 64;
  if (BurstBytes < 64 || BurstBytes > 4096 || (BurstBytes & (BurstBytes - 1)) != 0) begin : gen_bad_burst
    $fatal(1, "vrn_burst_walker: BurstBytes must be a power of two from 64 to 4096");
  end

  // the command being walked
  logic             active_q;
  logic [21:0]      row_bytes_q, buffer_stride1_q, buffer_stride2_q;
  logic [31:0]      memory_stride1_q, memory_stride2_q;
  logic [11:0]      n1_q;
  logic [UserW-1:0] user_q;
  // rows and groups still to come after this one
  logic [11:0] rows_q, groups_q;
  // start of the group and of the row
  logic [63:0] group_memory_q, row_memory_q;
  logic [21:0] group_buffer_q, row_buffer_q;
  // next burst of the row
  logic [57:0] word_addr_q;
  logic [15:0] word_q;
  logic [16:0] words_left_q;
  logic        row_first_q;

  // words that a row of `bytes` bytes touches when it begins `at` bytes into a word
  function automatic logic [16:0] row_words(input logic [5:0] at, input logic [21:0] bytes);
    logic [22:0] sum;
    sum = {1'b0, bytes} + {17'd0, at} + 23'd63;
    row_words = sum[22:6];
  endfunction

  logic [6:0] room, count;
  logic       step, row_ends, command_ends;
  assign room         = 7'(BurstWords) - (word_addr_q[6:0] & 7'(BurstWords - 1));
  assign count        = words_left_q < 17'(room) ? words_left_q[6:0] : room;
  assign row_ends     = words_left_q <= 17'(room);
  assign command_ends = row_ends && rows_q == '0 && groups_q == '0;
  assign step         = active_q && (!valid_o || ready_i);
  assign cmd_ready_o  = !active_q || (step && command_ends);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      valid_o  <= 1'b0;
    end else begin
      if (cmd_ready_o) active_q <= cmd_valid_i;
      if (!valid_o || ready_i) valid_o <= active_q;
    end
  end
  always_ff @(posedge clk_i) begin : p_walk
    logic        take_command, take_row;
    logic [63:0] next_memory;
    logic [21:0] next_buffer;
    take_command = cmd_valid_i && cmd_ready_o;
    take_row     = step && row_ends && !command_ends;
    if (take_command) begin
      next_memory = cmd_memory_i;
      next_buffer = cmd_buffer_i;
    end else if (rows_q != '0) begin
      next_memory = row_memory_q + 64'(memory_stride1_q);
      next_buffer = row_buffer_q + buffer_stride1_q;
    end else begin
      next_memory = group_memory_q + 64'(memory_stride2_q);
      next_buffer = group_buffer_q + buffer_stride2_q;
    end
    if (take_command) begin
      row_bytes_q      <= cmd_row_bytes_i;
      memory_stride1_q <= cmd_memory_stride1_i;
      memory_stride2_q <= cmd_memory_stride2_i;
      buffer_stride1_q <= cmd_buffer_stride1_i;
      buffer_stride2_q <= cmd_buffer_stride2_i;
      n1_q             <= cmd_n1_i;
      user_q           <= cmd_user_i;
      groups_q         <= cmd_n2_i - 12'd1;
    end else if (take_row && rows_q == '0) begin
      groups_q <= groups_q - 12'd1;
    end
    if (take_command || (take_row && rows_q == '0)) begin
      group_memory_q <= next_memory;
      group_buffer_q <= next_buffer;
      rows_q         <= (take_command ? cmd_n1_i : n1_q) - 12'd1;
    end else if (take_row) begin
      rows_q <= rows_q - 12'd1;
    end
    if (take_command || take_row) begin
      row_memory_q <= next_memory;
      row_buffer_q <= next_buffer;
      word_addr_q  <= next_memory[63:6];
      word_q       <= next_buffer[21:6];
      words_left_q <= row_words(next_memory[5:0], take_command ? cmd_row_bytes_i : row_bytes_q);
      row_first_q  <= 1'b1;
    end else if (step) begin
      word_addr_q  <= word_addr_q + 58'(count);
      word_q       <= word_q + 16'(count);
      words_left_q <= words_left_q - 17'(count);
      row_first_q  <= 1'b0;
    end
    if (step) begin
      addr_o       <= {word_addr_q, 6'd0};
      len_o        <= 6'(count - 7'd1);
      word_o       <= word_q;
      first_o      <= row_first_q;
      first_byte_o <= row_memory_q[5:0];
      last_o       <= row_ends;
      last_byte_o  <= row_memory_q[5:0] + row_bytes_q[5:0] - 6'd1;
      end_o        <= command_ends;
      user_o       <= user_q;
    end
  end

  // rows begin at the same byte of a word on both sides
  `VRN_ASSERT(Congruent, !active_q || row_buffer_q[5:0] == row_memory_q[5:0])
  `VRN_ASSERT_HELD(Held, valid_o && !ready_i, valid_o, {addr_o, len_o, word_o})
endmodule
