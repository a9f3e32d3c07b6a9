// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Walks the rows of a vector command in order (ct, y, x) and gives the byte address of each.
///
/// Address     base + ct*tile + y*row + x*pitch, modulo 2^22
/// Latency     2 cycles from an accepted command to its first row; the next command waits in a slot, so that rows
///             of consecutive commands follow one another without a gap
/// Handshake   valid/ready; cmd_ready_o comes from a register
module vrn_vector_row_agu #(
  /// Bits that a command hands to its rows, >= 1.
  parameter int unsigned UserW = 1
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             cmd_valid_i,
  output logic             cmd_ready_o,
  input  logic [9:0]       cmd_n_ct_i,
  input  logic [9:0]       cmd_n_y_i,
  input  logic [9:0]       cmd_n_x_i,
  input  logic [21:0]      cmd_base_i,
  input  logic [21:0]      cmd_tile_i,
  input  logic [17:0]      cmd_row_i,
  input  logic [6:0]       cmd_pitch_i,
  input  logic [UserW-1:0] cmd_user_i,
  output logic             row_valid_o,
  input  logic             row_ready_i,
  output logic [21:0]      row_addr_o,
  output logic             row_tile_last_o,  // of the column tile
  output logic             row_last_o,       // of the command
  output logic [UserW-1:0] row_user_o,
  output logic             start_o           // one cycle, with the first row of a command
);
  // the command behind the one at work
  logic             next_valid_q;
  logic [9:0]       next_n_ct_q, next_n_y_q, next_n_x_q;
  logic [21:0]      next_base_q, next_tile_q;
  logic [17:0]      next_row_q;
  logic [6:0]       next_pitch_q;
  logic [UserW-1:0] next_user_q;
  // the one at work; counters hold what is left behind the present row
  logic             valid_q, start_q;
  logic [9:0]       ct_left_q, y_left_q, x_left_q;
  logic [9:0]       n_y_q, n_x_q;
  logic [21:0]      addr_q, row_addr_q, tile_addr_q, tile_q;
  logic [17:0]      row_q;
  logic [6:0]       pitch_q;
  logic [UserW-1:0] user_q;

  logic x_last, y_last, step, load;
  assign x_last = x_left_q == '0;
  assign y_last = y_left_q == '0;
  assign step   = valid_q && row_ready_i;
  assign load   = next_valid_q && (!valid_q || (step && row_last_o));

  assign cmd_ready_o     = !next_valid_q;
  assign row_valid_o     = valid_q;
  assign row_addr_o      = addr_q;
  assign row_tile_last_o = x_last && y_last;
  assign row_last_o      = x_last && y_last && ct_left_q == '0;
  assign row_user_o      = user_q;
  assign start_o         = start_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      next_valid_q <= 1'b0;
      valid_q      <= 1'b0;
      start_q      <= 1'b0;
    end else begin
      start_q <= load;
      if (cmd_ready_o) next_valid_q <= cmd_valid_i;
      else if (load) next_valid_q <= 1'b0;
      if (load) valid_q <= 1'b1;
      else if (step && row_last_o) valid_q <= 1'b0;
    end
  end

  logic [21:0] row_addr_d, tile_addr_d;
  assign row_addr_d  = row_addr_q + 22'(row_q);
  assign tile_addr_d = tile_addr_q + tile_q;

  always_ff @(posedge clk_i) begin
    if (cmd_valid_i && cmd_ready_o) begin
      next_n_ct_q  <= cmd_n_ct_i;
      next_n_y_q   <= cmd_n_y_i;
      next_n_x_q   <= cmd_n_x_i;
      next_base_q  <= cmd_base_i;
      next_tile_q  <= cmd_tile_i;
      next_row_q   <= cmd_row_i;
      next_pitch_q <= cmd_pitch_i;
      next_user_q  <= cmd_user_i;
    end
    if (load) begin
      ct_left_q   <= next_n_ct_q - 10'd1;
      y_left_q    <= next_n_y_q - 10'd1;
      x_left_q    <= next_n_x_q - 10'd1;
      n_y_q       <= next_n_y_q;
      n_x_q       <= next_n_x_q;
      addr_q      <= next_base_q;
      row_addr_q  <= next_base_q;
      tile_addr_q <= next_base_q;
      tile_q      <= next_tile_q;
      row_q       <= next_row_q;
      pitch_q     <= next_pitch_q;
      user_q      <= next_user_q;
    end else if (step) begin
      if (!x_last) begin
        x_left_q <= x_left_q - 10'd1;
        addr_q   <= addr_q + 22'(pitch_q);
      end else begin
        x_left_q <= n_x_q - 10'd1;
        if (!y_last) begin
          y_left_q   <= y_left_q - 10'd1;
          addr_q     <= row_addr_d;
          row_addr_q <= row_addr_d;
        end else begin
          y_left_q    <= n_y_q - 10'd1;
          ct_left_q   <= ct_left_q - 10'd1;
          addr_q      <= tile_addr_d;
          row_addr_q  <= tile_addr_d;
          tile_addr_q <= tile_addr_d;
        end
      end
    end
  end

  `VRN_ASSERT_HELD(RowHeld, row_valid_o && !row_ready_i, row_valid_o, row_addr_o)
  `VRN_ASSERT(CountsNotZero, !cmd_valid_i || (cmd_n_ct_i != '0 && cmd_n_y_i != '0 && cmd_n_x_i != '0))
endmodule
