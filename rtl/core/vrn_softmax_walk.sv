// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Walks the pixels of a softmax command, three times each: for every pass (maximum, sum, results) the channels of the
/// pixel in pieces of at most Cols that lie in one block of channels.
///
/// Address     base + y*row + x*pitch + b*block_stride + first channel of the piece in its block, modulo 2^22
/// Latency     2 cycles from an accepted command to its first piece, then one piece a cycle
/// Handshake   valid/ready; a command is accepted when the one before has no piece left
module vrn_softmax_walk #(
  /// Lanes, 1..64.
  parameter int unsigned Cols = 16
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         cmd_valid_i,
  input  logic [511:0] cmd_i,
  output logic         start_o,         // one cycle, before the first piece
  output logic         piece_valid_o,
  input  logic         piece_ready_i,
  output logic [21:0]  piece_addr_o,
  output logic [21:0]  piece_out_o,     // where its results go
  output logic [6:0]   piece_bytes_o,   // channels of the piece
  output logic [1:0]   piece_pass_o,
  output logic         piece_last_o,    // of its pass
  output logic         piece_end_o      // of the command
);
  localparam logic [1:0] LastPass = 2'd2;

  vrn_npu_pkg::cmd_softmax_t cmd, c_q;
  assign cmd = cmd_i;
  logic unused_fields;
  assign unused_fields = ^{c_q.unused, c_q.descriptor, c_q.wait_store, c_q.wait_depthwise, c_q.wait_vector, c_q.wait_matrix,
                           c_q.wait_load, c_q.layer, c_q.opcode};

  logic        start_q, valid_q;
  logic [1:0]  pass_q;
  logic [9:0]  x_left_q, y_left_q;
  logic [15:0] left_q;      // channels of the pass from this piece on
  logic [6:0]  first_q;     // channel of the piece in its block
  // of the piece's block, of its pixel, of its row of pixels
  logic [21:0] in_q, in_pixel_q, in_row_q, out_q, out_pixel_q, out_row_q;

  logic [6:0] in_block_left, bytes;
  logic       block_end, last, pixel_end, x_last, y_last, step;
  assign in_block_left = c_q.block - first_q;
  always_comb begin
    bytes = 7'(Cols);
    if (in_block_left < bytes) bytes = in_block_left;
    if (left_q < 16'(bytes)) bytes = left_q[6:0];
  end
  assign block_end = bytes == in_block_left;
  assign last      = left_q == 16'(bytes);
  assign pixel_end = last && pass_q == LastPass;
  assign x_last    = x_left_q == '0;
  assign y_last    = y_left_q == '0;
  assign step      = valid_q && piece_ready_i;

  logic [21:0] next_in, next_out;  // pixel
  assign next_in  = x_last ? in_row_q + 22'(c_q.in_row) : in_pixel_q + 22'(c_q.in_pitch);
  assign next_out = x_last ? out_row_q + 22'(c_q.out_row) : out_pixel_q + 22'(c_q.out_pitch);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      start_q <= 1'b0;
      valid_q <= 1'b0;
    end else begin
      start_q <= cmd_valid_i;
      if (start_q) valid_q <= 1'b1;
      else if (step && piece_end_o) valid_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (cmd_valid_i) c_q <= cmd;
    if (start_q) begin
      pass_q      <= '0;
      x_left_q    <= c_q.n_x - 10'd1;
      y_left_q    <= c_q.n_y - 10'd1;
      left_q      <= c_q.channels;
      first_q     <= '0;
      in_q        <= c_q.in_base;
      in_pixel_q  <= c_q.in_base;
      in_row_q    <= c_q.in_base;
      out_q       <= c_q.out_base;
      out_pixel_q <= c_q.out_base;
      out_row_q   <= c_q.out_base;
    end else if (step) begin
      if (!last) begin
        left_q  <= left_q - 16'(bytes);
        first_q <= block_end ? '0 : first_q + bytes;
        if (block_end) begin
          in_q  <= in_q + c_q.in_block;
          out_q <= out_q + c_q.out_block;
        end
      end else begin
        left_q  <= c_q.channels;
        first_q <= '0;
        pass_q  <= pixel_end ? '0 : pass_q + 2'd1;
        in_q    <= pixel_end ? next_in : in_pixel_q;
        out_q   <= pixel_end ? next_out : out_pixel_q;
      end
      if (pixel_end) begin
        in_pixel_q  <= next_in;
        out_pixel_q <= next_out;
        x_left_q    <= x_last ? c_q.n_x - 10'd1 : x_left_q - 10'd1;
        if (x_last) begin
          y_left_q  <= y_left_q - 10'd1;
          in_row_q  <= next_in;
          out_row_q <= next_out;
        end
      end
    end
  end

  assign start_o       = start_q;
  assign piece_valid_o = valid_q;
  assign piece_addr_o  = in_q + 22'(first_q);
  assign piece_out_o   = out_q + 22'(first_q);
  assign piece_bytes_o = bytes;
  assign piece_pass_o  = pass_q;
  assign piece_last_o  = last;
  assign piece_end_o   = pixel_end && x_last && y_last;

  logic sound;
  assign sound = cmd.n_y != '0 && cmd.n_x != '0 && cmd.channels != '0 && cmd.block != '0 && cmd.block <= 7'd64;
  `VRN_ASSERT(CommandIsSound, !cmd_valid_i || sound)
endmodule
