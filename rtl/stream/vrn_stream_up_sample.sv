// SPDX-License-Identifier: Apache-2.0

/// Every pixel ScaleW times side by side, every row of those ScaleH times; or, with Phases, as many pixels that come with
/// it laid out so: the twin of kernel up_sample.
///
/// Latency     2 cycles to m_axis          Throughput  1 beat per cycle, of x while the first row leaves in phases
/// Handshake   AXI4-Stream                 Comb. path  none
/// Reset       begins with a new row
module vrn_stream_up_sample #(
  /// Pixels of a row, >= 1; channels of a pixel; those of a beat, which divide Channels.
  parameter int unsigned Width    = 4,
  parameter int unsigned Channels = 4,
  parameter int unsigned Lanes    = 2,
  /// How often a row and a pixel of it leave, >= 1 each.
  parameter int unsigned ScaleH = 2,
  parameter int unsigned ScaleW = 2,
  /// 1: repeated; ScaleH * ScaleW: a pixel of x has so many times Channels.
  parameter int unsigned Phases = 1,
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
    $fatal(1, "vrn_stream_up_sample: Lanes must divide Channels");
  end
  if (Width < 1 || ScaleH < 1 || ScaleW < 1) begin : gen_bad_scale
    $fatal(1, "vrn_stream_up_sample: Width, ScaleH and ScaleW must be >= 1");
  end
  if (Phases != 1 && Phases != ScaleH * ScaleW) begin : gen_bad_phases
    $fatal(1, "vrn_stream_up_sample: Phases must be 1 or ScaleH * ScaleW");
  end
  localparam int unsigned Folds = Channels / Lanes;
  localparam int unsigned Pixel = Phases * Folds;  // beats that a pixel of x has
  localparam int unsigned Words = Width * Pixel;
  localparam bit          Brought = Phases > 1;
  localparam int unsigned MostCopies = Brought ? Phases : ScaleW;
  localparam int unsigned AddrW = Words > 1 ? $clog2(Words) : 1;
  localparam int unsigned FoldW = Folds > 1 ? $clog2(Folds) : 1;
  localparam int unsigned CopyW = MostCopies > 1 ? $clog2(MostCopies) : 1;
  localparam int unsigned LineW = ScaleH > 1 ? $clog2(ScaleH) : 1;

  // ---- which beat leaves next ----
  logic [FoldW-1:0]   fold_q;
  logic [CopyW-1:0]   copy_q;
  logic [LineW-1:0]   line_q;
  logic [AddrW-1:0]   pixel_q;          // where its first beat lies
  logic [AddrW-1:0]   line_at_q, at_q;  // from there on, where the first beat of the line and of the copy lie
  logic [AddrW-1:0]   place, line_at_d;
  logic               first, fold_last, copy_last, pixel_last, line_last, want, leaves, x_valid, go, room;
  logic [8*Lanes-1:0] x_data;
  assign place      = pixel_q + at_q + AddrW'(fold_q);
  assign first      = line_q == '0;
  assign fold_last  = fold_q == FoldW'(Folds - 1);
  assign copy_last  = copy_q == (Brought && first ? CopyW'(MostCopies - 1) : CopyW'(ScaleW - 1));
  assign pixel_last = pixel_q == AddrW'(Words - Pixel);
  assign line_last  = line_q == LineW'(ScaleH - 1);
  assign line_at_d  = !Brought || line_last ? '0 : line_at_q + AddrW'(ScaleW * Folds);
  assign want       = first && (Brought || copy_q == '0);
  assign leaves     = !Brought || !first || 32'(copy_q) < ScaleW;
  assign go         = (!want || x_valid) && (!leaves || room);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fold_q    <= '0;
      copy_q    <= '0;
      pixel_q   <= '0;
      line_q    <= '0;
      line_at_q <= '0;
      at_q      <= '0;
    end else if (go) begin
      fold_q <= fold_last ? '0 : fold_q + FoldW'(1);
      if (fold_last) begin
        copy_q <= copy_last ? '0 : copy_q + CopyW'(1);
        if (Brought) at_q <= !copy_last ? at_q + AddrW'(Folds) : pixel_last ? line_at_d : line_at_q;
        if (copy_last) begin
          pixel_q <= pixel_last ? '0 : pixel_q + AddrW'(Pixel);
          if (pixel_last) begin
            line_q    <= line_last ? '0 : line_q + LineW'(1);
            line_at_q <= line_at_d;
          end
        end
      end
    end
  end

  vrn_stream_in #(
    .Bytes(Lanes)
  ) u_in (
    .clk_i,
    .rst_ni,
    .s_axis_tvalid,
    .s_axis_tready,
    .s_axis_tdata,
    .want_i (want),
    .valid_o(x_valid),
    .data_o (x_data),
    .take_i (go && want)
  );

  // ---- one row: a beat that is read again has been written in an earlier cycle ----
  logic [8*Lanes-1:0] row_q [Words];
  logic [8*Lanes-1:0] beat_q;
  logic               beat_valid_q;
  always_ff @(posedge clk_i) begin
    if (go && want) row_q[place] <= x_data;
    if (go) beat_q <= want ? x_data : row_q[place];
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) beat_valid_q <= 1'b0;
    else         beat_valid_q <= go && leaves;
  end

  vrn_stream_out #(
    .Bytes (Lanes),
    .Places(Depth + 1)
  ) u_out (
    .clk_i,
    .rst_ni,
    .room_o (room),
    .claim_i(go && leaves),
    .valid_i(beat_valid_q),
    .data_i (beat_q),
    .m_axis_tvalid,
    .m_axis_tready,
    .m_axis_tdata
  );
endmodule
