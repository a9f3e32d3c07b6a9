// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Walks the window taps of a vector command in order (ct, y, x, kh, kw) and gives the address of each and whether its
/// pixel lies inside the image.
///
/// Address     in_base + ct*in_tile + (y*stride_y + kh)*in_row + x*in_step + kw*in_pitch, modulo 2^22
/// Latency     2 cycles from an accepted command to its first tap, then one tap a cycle
/// Handshake   valid/ready; cmd_ready_o comes from a register
module vrn_vector_tap_agu (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         cmd_valid_i,
  output logic         cmd_ready_o,
  input  logic [511:0] cmd_i,
  input  logic         cmd_bank_i,
  output logic         tap_valid_o,
  input  logic         tap_ready_i,
  output logic [21:0]  tap_addr_o,
  output logic         tap_inside_o,
  output logic         tap_first_o,     // of the window
  output logic         tap_last_o,      // of the window
  output logic         tap_sum_o,       // window sum, else maximum
  output logic         tap_bank_o,      // descriptor bank of the command
  output logic [6:0]   tap_bytes_o,     // lanes that count
  output logic         start_o          // one cycle, with the first tap of a command
);
  vrn_npu_pkg::cmd_vector_t cmd, c_q;
  assign cmd = cmd_i;

  logic next_valid_q, next_bank_q, valid_q, bank_q, start_q;
  // counters hold what is left behind the present tap
  logic [9:0]  ct_left_q, y_left_q, x_left_q;
  logic [7:0]  kh_left_q, kw_left_q;
  // address of the tap, of its window row, of its window, of its row of windows, of its tile
  logic [21:0] addr_q, kh_addr_q, x_addr_q, y_addr_q, ct_addr_q;
  logic [21:0] y_step_q;
  // pixel of the tap, of its window; row of its row of windows
  logic [17:0] ix_q, iy_q, x_ix_q, y_iy_q;
  // the fields of the command at work
  logic [9:0]  n_y_q, n_x_q, in_step_q;
  logic [7:0]  k_h_q, k_w_q;
  logic [21:0] in_tile_q;
  logic [17:0] in_row_q;
  logic [6:0]  in_pitch_q;
  logic [3:0]  stride_y_q, stride_x_q;
  logic [15:0] in_h_q, in_w_q, iy0_q, ix0_q;
  logic        sum_q;
  logic [6:0]  bytes_q;

  logic kw_last, kh_last, x_last, y_last, ct_last, done, step, load;
  assign kw_last = kw_left_q == '0;
  assign kh_last = kh_left_q == '0;
  assign x_last  = x_left_q == '0;
  assign y_last  = y_left_q == '0;
  assign ct_last = ct_left_q == '0;
  assign step    = valid_q && tap_ready_i;
  assign done    = step && kw_last && kh_last && x_last && y_last && ct_last;
  assign load    = next_valid_q && (!valid_q || done);

  assign cmd_ready_o  = !next_valid_q;
  assign tap_valid_o  = valid_q;
  assign tap_addr_o   = addr_q;
  // a negative coordinate is a large unsigned one
  assign tap_inside_o = iy_q < 18'(in_h_q) && ix_q < 18'(in_w_q);
  assign tap_first_o  = kh_left_q == k_h_q - 8'd1 && kw_left_q == k_w_q - 8'd1;
  assign tap_last_o   = kw_last && kh_last;
  assign tap_sum_o    = sum_q;
  assign tap_bank_o   = bank_q;
  assign tap_bytes_o  = bytes_q;
  assign start_o      = start_q;

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
      else if (done) valid_q <= 1'b0;
    end
  end

  function automatic logic [17:0] extended(input logic [15:0] coordinate);
    extended = {{2{coordinate[15]}}, coordinate};
  endfunction

  logic [21:0] kh_addr_d, x_addr_d, y_addr_d, ct_addr_d;
  logic [17:0] x_ix_d, y_iy_d;
  assign kh_addr_d = kh_addr_q + 22'(in_row_q);
  assign x_addr_d  = x_addr_q + 22'(in_step_q);
  assign y_addr_d  = y_addr_q + y_step_q;
  assign ct_addr_d = ct_addr_q + in_tile_q;
  assign x_ix_d    = x_ix_q + 18'(stride_x_q);
  assign y_iy_d    = y_iy_q + 18'(stride_y_q);

  always_ff @(posedge clk_i) begin
    if (cmd_valid_i && cmd_ready_o) begin
      c_q         <= cmd;
      next_bank_q <= cmd_bank_i;
    end
    if (load) begin
      bank_q     <= next_bank_q;
      sum_q      <= c_q.source == 2'd2;
      bytes_q    <= c_q.out_bytes;
      ct_left_q  <= c_q.n_ct - 10'd1;
      y_left_q   <= c_q.n_y - 10'd1;
      x_left_q   <= c_q.n_x - 10'd1;
      kh_left_q  <= c_q.k_h - 8'd1;
      kw_left_q  <= c_q.k_w - 8'd1;
      addr_q     <= c_q.in_base;
      kh_addr_q  <= c_q.in_base;
      x_addr_q   <= c_q.in_base;
      y_addr_q   <= c_q.in_base;
      ct_addr_q  <= c_q.in_base;
      y_step_q   <= 22'(c_q.stride_y) * 22'(c_q.in_row);
      ix_q       <= extended(c_q.ix0);
      iy_q       <= extended(c_q.iy0);
      x_ix_q     <= extended(c_q.ix0);
      y_iy_q     <= extended(c_q.iy0);
      n_y_q      <= c_q.n_y;
      n_x_q      <= c_q.n_x;
      k_h_q      <= c_q.k_h;
      k_w_q      <= c_q.k_w;
      in_tile_q  <= c_q.in_tile;
      in_row_q   <= c_q.in_row;
      in_step_q  <= c_q.in_step;
      in_pitch_q <= c_q.in_pitch;
      stride_y_q <= c_q.stride_y;
      stride_x_q <= c_q.stride_x;
      in_h_q     <= c_q.in_h;
      in_w_q     <= c_q.in_w;
      iy0_q      <= c_q.iy0;
      ix0_q      <= c_q.ix0;
    end else if (step) begin
      if (!kw_last) begin
        kw_left_q <= kw_left_q - 8'd1;
        addr_q    <= addr_q + 22'(in_pitch_q);
        ix_q      <= ix_q + 18'd1;
      end else begin
        kw_left_q <= k_w_q - 8'd1;
        if (!kh_last) begin
          kh_left_q <= kh_left_q - 8'd1;
          addr_q    <= kh_addr_d;
          kh_addr_q <= kh_addr_d;
          ix_q      <= x_ix_q;
          iy_q      <= iy_q + 18'd1;
        end else begin
          kh_left_q <= k_h_q - 8'd1;
          if (!x_last) begin
            x_left_q  <= x_left_q - 10'd1;
            addr_q    <= x_addr_d;
            kh_addr_q <= x_addr_d;
            x_addr_q  <= x_addr_d;
            ix_q      <= x_ix_d;
            x_ix_q    <= x_ix_d;
            iy_q      <= y_iy_q;
          end else begin
            x_left_q <= n_x_q - 10'd1;
            ix_q     <= extended(ix0_q);
            x_ix_q   <= extended(ix0_q);
            if (!y_last) begin
              y_left_q  <= y_left_q - 10'd1;
              addr_q    <= y_addr_d;
              kh_addr_q <= y_addr_d;
              x_addr_q  <= y_addr_d;
              y_addr_q  <= y_addr_d;
              iy_q      <= y_iy_d;
              y_iy_q    <= y_iy_d;
            end else begin
              y_left_q  <= n_y_q - 10'd1;
              ct_left_q <= ct_left_q - 10'd1;
              addr_q    <= ct_addr_d;
              kh_addr_q <= ct_addr_d;
              x_addr_q  <= ct_addr_d;
              y_addr_q  <= ct_addr_d;
              ct_addr_q <= ct_addr_d;
              iy_q      <= extended(iy0_q);
              y_iy_q    <= extended(iy0_q);
            end
          end
        end
      end
    end
  end

  logic unused_fields;
  assign unused_fields = ^{c_q.unused, c_q.other_pitch, c_q.other_row, c_q.other_tile, c_q.other_base,
                           c_q.out_pitch, c_q.out_row, c_q.out_tile, c_q.out_base, c_q.descriptor, c_q.binary,
                           c_q.wait_store, c_q.wait_depthwise, c_q.wait_vector, c_q.wait_matrix, c_q.wait_load, c_q.layer,
                           c_q.opcode};

  `VRN_ASSERT_HELD(TapHeld, tap_valid_o && !tap_ready_i, tap_valid_o, tap_addr_o)
endmodule
