// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Address generator of the matrix unit: one request per vector of a `matrix` command, in the order
/// kh, kw, cb, ct, y, x.
///
/// Latency     3 cycles from an accepted command to its first request
/// Throughput  1 request per cycle
/// Handshake   valid/ready on both sides, held until taken; cmd_ready_o is a register
/// Reset       drops all commands
///
/// A second command is held ready behind the running one: its first request follows the last one of
/// its predecessor without a gap, unless that predecessor was a single vector (two cycles a command
/// at least). Everything advances by additions; the products of strides and pitches are formed
/// once, when a command is accepted.
module vrn_matrix_agu #(
  /// Bytes of a window at most, 1..127.
  parameter  int unsigned Window  = 16,
  /// Rows of the accumulator, a power of two in 2..1024.
  parameter  int unsigned AccRows = 512,
  localparam int unsigned RowW    = $clog2(AccRows)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             cmd_valid_i,
  output logic             cmd_ready_o,
  input  logic [511:0]     cmd_i,
  output logic             req_valid_o,
  input  logic             req_ready_i,
  output logic [21:0]      req_addr_o,
  /// Bytes at the end of the window that lie outside the image or the window.
  output logic [6:0]       req_spare_o,
  /// First vector of its command.
  output logic             req_first_o,
  /// First vector of its pass: makes the next weight tile active.
  output logic             req_swap_o,
  /// Last vector of its command.
  output logic             req_last_o,
  /// The sum replaces its accumulator row instead of being added.
  output logic             req_overwrite_o,
  /// The sum goes to the vector unit instead of back to the accumulator.
  output logic             req_emit_o,
  output logic [RowW-1:0]  req_row_o,
  /// Some byte is padding: those below low and those from high on read as pad.
  output logic             req_edge_o,
  output logic [6:0]       req_low_o,
  output logic [6:0]       req_high_o,
  output logic [7:0]       req_pad_o
);
  // signed byte position in an image row: the largest fields' n_x*in_step, 2^15 pixels of pitch 127
  // and n_kw*kw_pixels*pitch fit together
  localparam int unsigned PosW  = 26;
  localparam int unsigned LineW = 18;  // signed image row

  if (Window < 1 || Window > 127 || AccRows < 2 || AccRows > 1024 ||
      (AccRows & (AccRows - 1)) != 0) begin : gen_bad_size
    $fatal(1, "vrn_matrix_agu: Window in 1..127, AccRows a power of two in 2..1024");
  end

  // --- command held ready, with its products ---
  vrn_npu_pkg::cmd_matrix_t cmd, wait_q, run_q;
  logic                     wait_valid_q, run_valid_q, accept, start, step, final_vector;
  logic [21:0]              wait_stride_row_q, wait_dil_row_q, run_stride_row_q, run_dil_row_q;
  // bytes along an image row
  logic [PosW-1:0]          wait_pos_q, wait_width_q, wait_step_q, wait_kw_q;
  logic [PosW-1:0]          run_pos_q, run_width_q, run_step_q, run_kw_q;

  assign cmd         = cmd_i;
  assign cmd_ready_o = !wait_valid_q;
  assign accept      = cmd_valid_i && cmd_ready_o;
  assign start       = wait_valid_q && (!run_valid_q || (step && final_vector));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wait_valid_q <= 1'b0;
      run_valid_q  <= 1'b0;
    end else begin
      wait_valid_q <= accept || (wait_valid_q && !start);
      run_valid_q  <= start || (run_valid_q && !(step && final_vector));
    end
  end
  always_ff @(posedge clk_i) begin
    if (accept) begin
      wait_q            <= cmd;
      wait_stride_row_q <= 22'(cmd.stride_y) * 22'(cmd.in_row);
      wait_dil_row_q    <= 22'(cmd.dil_y) * 22'(cmd.in_row);
      wait_pos_q        <= PosW'($signed(cmd.ix0)) * PosW'(cmd.in_pitch);
      wait_width_q      <= PosW'(cmd.in_w) * PosW'(cmd.in_pitch);
      wait_step_q       <= PosW'(cmd.stride_x) * PosW'(cmd.in_pitch);
      wait_kw_q         <= PosW'(cmd.kw_pixels) * PosW'(cmd.in_pitch);
    end
    if (start) begin
      run_q            <= wait_q;
      run_stride_row_q <= wait_stride_row_q;
      run_dil_row_q    <= wait_dil_row_q;
      run_pos_q        <= wait_pos_q;
      run_width_q      <= wait_width_q;
      run_step_q       <= wait_step_q;
      run_kw_q         <= wait_kw_q;
    end
  end

  // --- loops ---
  logic [7:0]       kh_q, kw_q;
  logic [11:0]      cb_q;
  logic [9:0]       ct_q, y_q, x_q;
  logic             last_kh, last_kw, last_cb, last_ct, last_y, last_x;
  // where the current kh, (kh, kw), pass, y, x begin
  logic [21:0]      kh_addr_q, kw_addr_q, pass_addr_q, line_addr_q, addr_q;
  logic [PosW-1:0]  pass_pos_q, pos_q;
  logic [LineW-1:0] pass_line_q, line_q;
  logic [RowW-1:0]  row_q;

  assign last_kh      = kh_q == run_q.n_kh - 8'd1;
  assign last_kw      = kw_q == run_q.n_kw - 8'd1;
  assign last_cb      = cb_q == run_q.n_cb - 12'd1;
  assign last_ct      = ct_q == run_q.n_ct - 10'd1;
  assign last_y       = y_q == run_q.n_y - 10'd1;
  assign last_x       = x_q == run_q.n_x - 10'd1;
  assign final_vector = last_kh && last_kw && last_cb && last_ct && last_y && last_x;

  // start of the next pass, when ct, y and x are at their ends
  logic [21:0]      next_kh_addr, next_kw_addr, next_pass_addr;
  logic [PosW-1:0]  next_pass_pos;
  logic [LineW-1:0] next_pass_line;
  always_comb begin
    next_kh_addr   = kh_addr_q;
    next_kw_addr   = kw_addr_q;
    next_pass_addr = pass_addr_q;
    next_pass_pos  = pass_pos_q;
    next_pass_line = pass_line_q;
    if (last_ct) begin
      if (!last_cb) begin
        next_pass_addr = pass_addr_q + run_q.in_block;
      end else if (!last_kw) begin
        next_kw_addr   = kw_addr_q + run_kw_q[21:0];
        next_pass_addr = next_kw_addr;
        next_pass_pos  = pass_pos_q + run_kw_q;
      end else begin
        next_kh_addr   = kh_addr_q + run_dil_row_q;
        next_kw_addr   = next_kh_addr;
        next_pass_addr = next_kh_addr;
        next_pass_pos  = run_pos_q;
        next_pass_line = pass_line_q + LineW'(run_q.dil_y);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (start) begin
      {kh_q, kw_q, cb_q, ct_q, y_q, x_q} <= '0;
      kh_addr_q   <= wait_q.in_base;
      kw_addr_q   <= wait_q.in_base;
      pass_addr_q <= wait_q.in_base;
      line_addr_q <= wait_q.in_base;
      addr_q      <= wait_q.in_base;
      pass_pos_q  <= wait_pos_q;
      pos_q       <= wait_pos_q;
      pass_line_q <= LineW'($signed(wait_q.iy0));
      line_q      <= LineW'($signed(wait_q.iy0));
      row_q       <= RowW'(wait_q.acc_base);
    end else if (step) begin
      row_q <= last_x && last_y && last_ct ? RowW'(run_q.acc_base) : row_q + RowW'(1);
      x_q   <= last_x ? '0 : x_q + 10'd1;
      if (!last_x) begin
        addr_q <= addr_q + 22'(run_q.in_step);
        pos_q  <= pos_q + run_step_q;
      end else if (!last_y) begin
        y_q         <= y_q + 10'd1;
        line_addr_q <= line_addr_q + run_stride_row_q;
        addr_q      <= line_addr_q + run_stride_row_q;
        pos_q       <= pass_pos_q;
        line_q      <= line_q + LineW'(run_q.stride_y);
      end else begin
        y_q         <= '0;
        ct_q        <= last_ct ? '0 : ct_q + 10'd1;
        if (last_ct) cb_q <= last_cb ? '0 : cb_q + 12'd1;
        if (last_ct && last_cb) kw_q <= last_kw ? '0 : kw_q + 8'd1;
        if (last_ct && last_cb && last_kw) kh_q <= kh_q + 8'd1;
        kh_addr_q   <= next_kh_addr;
        kw_addr_q   <= next_kw_addr;
        pass_addr_q <= next_pass_addr;
        line_addr_q <= next_pass_addr;
        addr_q      <= next_pass_addr;
        pass_pos_q  <= next_pass_pos;
        pos_q       <= next_pass_pos;
        pass_line_q <= next_pass_line;
        line_q      <= next_pass_line;
      end
    end
  end

  // --- what part of the window lies in the image ---
  logic                   first_sum, last_sum, outside;
  logic [6:0]             low, high, size;
  // bytes of the window left of the image; bytes of the image from the window's start on
  logic signed [PosW-1:0] left, rest;
  always_comb begin
    first_sum = kh_q == '0 && kw_q == '0 && cb_q == '0;
    last_sum  = last_kh && last_kw && last_cb;
    left      = -$signed(pos_q);
    rest      = $signed(run_width_q) - $signed(pos_q);
    size      = run_q.window_bytes;
    low       = left <= 0 ? 7'd0 : left >= PosW'(size) ? size : left[6:0];
    high      = rest <= 0 ? 7'd0 : rest >= PosW'(size) ? size : rest[6:0];
    outside   = line_q[LineW-1] || line_q >= LineW'(run_q.in_h) || low >= high;
  end

  // --- request register ---
  logic req_valid_q;
  assign req_valid_o = req_valid_q;
  assign step        = run_valid_q && (!req_valid_q || req_ready_i);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) req_valid_q <= 1'b0;
    else req_valid_q <= step || (req_valid_q && !req_ready_i);
  end
  always_ff @(posedge clk_i) begin
    if (step) begin
      req_addr_o      <= addr_q;
      req_spare_o     <= outside ? 7'(Window) : 7'(Window) - high;
      req_swap_o      <= x_q == '0 && y_q == '0;
      req_first_o     <= x_q == '0 && y_q == '0 && ct_q == '0 && first_sum;
      req_last_o      <= final_vector;
      req_overwrite_o <= run_q.init && first_sum;
      req_emit_o      <= run_q.emit && last_sum;
      req_row_o       <= row_q;
      req_edge_o      <= outside || low != '0 || high != size;
      req_low_o       <= low;
      req_high_o      <= outside ? low : high;
      req_pad_o       <= run_q.pad;
    end
  end

  logic unused_cmd;  // some fields were used on the way, some belong to other parts and to dispatch
  assign unused_cmd = ^run_q;

  `VRN_ASSERT(KernelLegal, !run_valid_q || (run_q.n_kh != '0 && run_q.n_kw != '0))
  `VRN_ASSERT(BlocksLegal, !run_valid_q || run_q.n_cb != '0)
  `VRN_ASSERT(OutputLegal, !run_valid_q || (run_q.n_ct != '0 && run_q.n_y != '0 && run_q.n_x != '0))
  `VRN_ASSERT(WindowLegal, !run_valid_q || (size != '0 && Window - 32'(size) < 32'd128))  // no more than Window
  `VRN_ASSERT(StepIsStride, !run_valid_q || run_q.n_x == 10'd1 || PosW'(run_q.in_step) == run_step_q)
  `VRN_ASSERT(KernelStepIsPixels,
              !run_valid_q || run_q.n_kw == 8'd1 || run_q.kw_bytes == run_kw_q[11:0])
  `VRN_ASSERT_HELD(ReqHeld, req_valid_o && !req_ready_i, req_valid_o, {req_addr_o, req_row_o})
endmodule
