// SPDX-License-Identifier: Apache-2.0

/// Sliding window: an image comes once, in the order of its pixels; every window of it leaves, padding included. The twin
/// of kernel window.
///
/// Rows of the next frame come in while the last windows of this one leave. A window that is ready never waits for rows
/// that only a later one needs.
///
/// Latency     2 cycles from the beat that completes a window to m_axis
/// Throughput  1 beat per cycle, in and out at once
/// Handshake   AXI4-Stream; ready depends on places and on what is stored, not on valid      Comb. path  none
/// Reset       begins with a new frame
module vrn_stream_window #(
  /// Image, >= 1 each; channels of a beat, which divide Channels.
  parameter int unsigned Height   = 8,
  parameter int unsigned Width    = 8,
  parameter int unsigned Channels = 4,
  parameter int unsigned Lanes    = 2,
  /// Window, >= 1 each; padding in front.
  parameter int unsigned KernelH   = 3,
  parameter int unsigned KernelW   = 3,
  parameter int unsigned StrideH   = 1,
  parameter int unsigned StrideW   = 1,
  parameter int unsigned DilationH = 1,
  parameter int unsigned DilationW = 1,
  parameter int unsigned PadTop    = 1,
  parameter int unsigned PadLeft   = 1,
  /// Windows of a frame.
  parameter int unsigned OutH = 8,
  parameter int unsigned OutW = 8,
  /// Rows of the memory: at least one window's, and StrideH.
  parameter int unsigned Rows = 4,
  /// What stands outside of the image, -128 to 127.
  parameter int Pad = 0,
  /// Groups of channels that leave a window one behind another, the channels of a group innermost: from 1 to
  /// Channels / Lanes, which they divide.
  parameter int unsigned Groups = 1,
  /// Beats that wait behind the pipeline, >= 1.
  parameter int unsigned Depth = 2
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               s_axis_tvalid,
  output logic               s_axis_tready,
  input  logic [8*Lanes-1:0] s_axis_tdata,
  output logic               m_axis_tvalid,
  input  logic               m_axis_tready,
  output logic [8*Lanes-1:0] m_axis_tdata
);
  if (Lanes < 1 || Channels < 1 || Channels % Lanes != 0) begin : gen_bad_lanes
    $fatal(1, "vrn_stream_window: Lanes must divide Channels");
  end
  if (Groups < 1 || Channels / Lanes % Groups != 0) begin : gen_bad_groups
    $fatal(1, "vrn_stream_window: Groups must divide Channels / Lanes");
  end
  if (StrideH > Rows || (KernelH - 1) * DilationH + 1 > Rows) begin : gen_bad_rows
    $fatal(1, "vrn_stream_window: Rows must hold one whole window and be at least StrideH");
  end
  localparam int unsigned Folds    = Channels / Lanes;
  localparam int unsigned GroupFolds = Folds / Groups;
  localparam int unsigned RowBeats = Width * Folds;
  localparam int unsigned Words    = Rows * RowBeats;
  localparam int unsigned AddrW    = Words > 1 ? $clog2(Words) : 1;
  // rows and beats of a row as signed positions, from the padding in front to what a window reaches behind
  localparam int unsigned RowW = $clog2(Height + Rows + PadTop + StrideH * OutH + KernelH * DilationH) + 2;
  localparam int unsigned ColW = $clog2((Width + PadLeft + StrideW * OutW + KernelW * DilationW) * Folds) + 2;
  localparam logic signed [RowW-1:0] ImageRows  = RowW'(Height);
  localparam logic signed [RowW-1:0] StoredRows = RowW'(Rows);
  localparam logic signed [ColW-1:0] LineBeats  = ColW'(RowBeats);
  localparam int unsigned FoldW = Folds > 1 ? $clog2(Folds) : 1;
  localparam int unsigned KyW = KernelH > 1 ? $clog2(KernelH) : 1;
  localparam int unsigned KxW = KernelW > 1 ? $clog2(KernelW) : 1;
  localparam int unsigned OyW = OutH > 1 ? $clog2(OutH) : 1;
  localparam int unsigned OxW = OutW > 1 ? $clog2(OutW) : 1;

  // line + rows, around the end of the memory
  function automatic logic [AddrW-1:0] below(input logic [AddrW-1:0] line, input logic [AddrW:0] rows);
    logic [AddrW:0] sum;
    sum   = {1'b0, line} + rows;
    below = AddrW'(sum >= (AddrW + 1)'(Words) ? sum - (AddrW + 1)'(Words) : sum);
  endfunction

  // ---- place of the next beat: window, tap, channel, and the line in memory where its row begins ----
  logic [FoldW-1:0]       fold_q;
  logic [KyW-1:0]         ky_q;
  logic [KxW-1:0]         kx_q;
  logic [OyW-1:0]         oy_q;
  logic [OxW-1:0]         ox_q;
  logic signed [RowW-1:0] top_q, tap_row_q;
  logic signed [ColW-1:0] left_q, tap_col_q;
  logic [AddrW-1:0]       frame_line_q, window_line_q, line_q;
  // ---- what has been read: whole rows of the frame whose windows leave, beats of the next row ----
  logic signed [RowW-1:0] rows_q;
  logic signed [ColW-1:0] beats_q;
  logic [AddrW-1:0]       write_line_q;

  logic signed [RowW-1:0] row, needed;
  logic signed [ColW-1:0] pixel, col;
  logic                   inside_image, ready, fits, room, write, read, row_read;
  assign row    = top_q + tap_row_q;
  assign pixel  = left_q + tap_col_q;
  assign col    = pixel + ColW'(fold_q);
  assign inside_image = row >= 0 && row < ImageRows && pixel >= 0 && pixel < LineBeats;
  assign ready  = !inside_image || row < rows_q || (row == rows_q && col < beats_q);
  // the first row that a later beat needs
  assign needed = top_q < 0 ? '0 : top_q > ImageRows ? ImageRows : top_q;
  assign fits   = rows_q < needed + StoredRows;
  assign write  = ready && room;
  assign s_axis_tready = fits && (!ready || room);
  assign read     = s_axis_tvalid && s_axis_tready;
  assign row_read = read && beats_q == LineBeats - 1;

  logic fold_last, group_last, ky_last, kx_last, step_ky, step_kx, window_done, ox_last, oy_last, frame_done;
  assign fold_last   = fold_q == FoldW'(Folds - 1);
  assign ky_last     = ky_q == KyW'(KernelH - 1);
  assign kx_last     = kx_q == KxW'(KernelW - 1);
  assign step_kx     = group_last;
  assign step_ky     = step_kx && kx_last;
  assign window_done = write && fold_last && kx_last && ky_last;
  assign ox_last     = ox_q == OxW'(OutW - 1);
  assign oy_last     = oy_q == OyW'(OutH - 1);
  assign frame_done  = window_done && ox_last && oy_last;

  if (GroupFolds == 1) begin : gen_alone
    assign group_last = 1'b1;
  end else if (Groups == 1) begin : gen_together
    assign group_last = fold_last;
  end else begin : gen_grouped
    localparam int unsigned AtW = $clog2(GroupFolds);
    logic [AtW-1:0] at_q;  // of the group's beats
    assign group_last = at_q == AtW'(GroupFolds - 1);
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)    at_q <= '0;
      else if (write) at_q <= group_last ? '0 : at_q + AtW'(1);
    end
  end

  logic [AddrW-1:0] next_line;
  assign next_line = oy_last ? below(frame_line_q, (AddrW + 1)'(Height % Rows * RowBeats))
                             : below(window_line_q, (AddrW + 1)'(StrideH * RowBeats));

  localparam logic [AddrW-1:0] FirstLine = AddrW'((Rows - PadTop % Rows) % Rows * RowBeats);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fold_q        <= '0;
      ky_q          <= '0;
      kx_q          <= '0;
      oy_q          <= '0;
      ox_q          <= '0;
      top_q         <= -RowW'(PadTop);
      tap_row_q     <= '0;
      left_q        <= -ColW'(PadLeft * Folds);
      tap_col_q     <= '0;
      frame_line_q  <= FirstLine;
      window_line_q <= FirstLine;
      line_q        <= FirstLine;
    end else if (write) begin
      if (!group_last || (kx_last && ky_last)) fold_q <= fold_last ? '0 : fold_q + FoldW'(1);
      else fold_q <= fold_q - FoldW'(GroupFolds - 1);  // back to the group's first
      if (step_kx) begin
        kx_q      <= kx_last ? '0 : kx_q + KxW'(1);
        tap_col_q <= kx_last ? '0 : tap_col_q + ColW'(DilationW * Folds);
      end
      if (step_ky) begin
        ky_q      <= ky_last ? '0 : ky_q + KyW'(1);
        tap_row_q <= ky_last ? '0 : tap_row_q + RowW'(DilationH);
        line_q    <= ky_last ? window_line_q : below(line_q, (AddrW + 1)'(DilationH * RowBeats));
      end
      if (window_done) begin
        ox_q   <= ox_last ? '0 : ox_q + OxW'(1);
        left_q <= ox_last ? -ColW'(PadLeft * Folds) : left_q + ColW'(StrideW * Folds);
        if (ox_last) begin
          oy_q          <= oy_last ? '0 : oy_q + OyW'(1);
          top_q         <= oy_last ? -RowW'(PadTop) : top_q + RowW'(StrideH);
          window_line_q <= next_line;
          line_q        <= next_line;
          if (oy_last) frame_line_q <= next_line;
        end
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      rows_q       <= '0;
      beats_q      <= '0;
      write_line_q <= '0;
    end else begin
      rows_q <= rows_q + RowW'(row_read) - (frame_done ? RowW'(Height) : '0);
      if (read) beats_q <= row_read ? '0 : beats_q + ColW'(1);
      if (row_read) write_line_q <= below(write_line_q, (AddrW + 1)'(RowBeats));
    end
  end

  // ---- memory: the beat that is read has been written in an earlier cycle ----
  logic [8*Lanes-1:0] mem_q [Words];
  logic [8*Lanes-1:0] beat_q;
  logic               beat_valid_q;
  always_ff @(posedge clk_i) begin
    if (read) mem_q[write_line_q + AddrW'(beats_q)] <= s_axis_tdata;
    if (write) beat_q <= inside_image ? mem_q[line_q + AddrW'(col)] : {Lanes{8'(Pad)}};
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) beat_valid_q <= 1'b0;
    else         beat_valid_q <= write;
  end

  vrn_stream_out #(
    .Bytes (Lanes),
    .Places(Depth + 1)
  ) u_out (
    .clk_i,
    .rst_ni,
    .room_o (room),
    .claim_i(write),
    .valid_i(beat_valid_q),
    .data_i (beat_q),
    .m_axis_tvalid,
    .m_axis_tready,
    .m_axis_tdata
  );
endmodule
