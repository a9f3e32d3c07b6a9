// SPDX-License-Identifier: Apache-2.0

/// Largest value or average of every window, behind a sliding window that goes by channel: the twin of kernel pool.
///
/// Latency     2 cycles from the last tap to its result at m_axis, 6 of an average      Throughput  1 tap per cycle
/// Handshake   AXI4-Stream                                                             Comb. path  none
/// Reset       begins with a new frame
module vrn_stream_pool #(
  /// Channels of a pixel; of a cycle, which divide them; elements of a window and pixels of a frame, >= 1.
  parameter int unsigned Channels = 8,
  parameter int unsigned Lanes    = 4,
  parameter int unsigned Taps     = 4,
  parameter int unsigned Pixels   = 4,
  /// 1: average, 0: largest.
  parameter int unsigned Average = 0,
  /// Levels that stand for zero, and limits of the result, -128 to 127.
  parameter int ZeroX = 0,
  parameter int ZeroY = 0,
  parameter int Lo    = -128,
  parameter int Hi    = 127,
  /// Beats that wait behind the pipeline, >= 1.
  parameter int unsigned Depth = 2,
  /// Of an average: a scale for each pixel, or one for all; 30 bits each, as vrn_stream_requant takes them.
  parameter int unsigned Scales = 1,
  parameter ScalesFile = ""
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
  if (Lanes < 1 || Channels < 1 || Taps < 1 || Channels % Lanes != 0) begin : gen_bad_lanes
    $fatal(1, "vrn_stream_pool: Lanes must divide Channels, Taps be >= 1");
  end
  if (Scales != 1 && Scales != Pixels) begin : gen_bad_scales
    $fatal(1, "vrn_stream_pool: Scales must be 1 or Pixels");
  end
  localparam int unsigned Folds  = Channels / Lanes;
  localparam int unsigned TapW   = Taps > 1 ? $clog2(Taps) : 1;
  localparam int unsigned FoldW  = Folds > 1 ? $clog2(Folds) : 1;
  localparam int unsigned WordW  = Folds * Taps > 1 ? $clog2(Folds * Taps) : 1;
  localparam int unsigned Stages = Average != 0 ? 5 : 1;  // sum or largest, requantisation

  logic [TapW-1:0]    unused_tap;
  logic [FoldW-1:0]   unused_fold;
  logic [WordW-1:0]   unused_word;
  logic               first, last, fold_last, x_valid, go, room, done_q;
  logic [8*Lanes-1:0] x_data;
  assign go = x_valid && (!last || room);

  vrn_stream_in #(
    .Bytes(Lanes)
  ) u_in (
    .clk_i,
    .rst_ni,
    .s_axis_tvalid,
    .s_axis_tready,
    .s_axis_tdata,
    .want_i (1'b1),
    .valid_o(x_valid),
    .data_o (x_data),
    .take_i (go)
  );

  vrn_stream_folds #(
    .Inner(Taps),
    .Outer(Folds)
  ) u_folds (
    .clk_i,
    .rst_ni,
    .en_i        (go),
    .inner_o     (unused_tap),
    .outer_o     (unused_fold),
    .word_o      (unused_word),
    .first_o     (first),
    .last_o      (last),
    .outer_last_o(fold_last)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) done_q <= 1'b0;
    else         done_q <= go && last;
  end

  logic               result_valid;
  logic [8*Lanes-1:0] result;
  if (Average != 0) begin : gen_average
    localparam int unsigned PixelW = Scales > 1 ? $clog2(Scales) : 1;
    logic [PixelW-1:0]   pixel_q;
    logic [32*Lanes-1:0] sum_d, sum_q;
    logic [29:0]         scale;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) pixel_q <= '0;
      else if (go && last && fold_last) pixel_q <= pixel_q == PixelW'(Scales - 1) ? '0 : pixel_q + PixelW'(1);
    end
    vrn_stream_rom #(
      .Width(30),
      .Depth(Scales),
      .File (ScalesFile)
    ) u_scales (
      .clk_i,
      .en_i  (go && last),
      .addr_i(pixel_q),
      .data_o(scale)
    );
    always_comb begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        sum_d[32*i +: 32] = (first ? '0 : sum_q[32*i +: 32]) + 32'($signed(x_data[8*i +: 8])) - 32'(ZeroX);
      end
    end
    always_ff @(posedge clk_i) begin
      if (go) sum_q <= sum_d;
    end
    vrn_stream_requant #(
      .Lanes(Lanes),
      .ZeroY(ZeroY),
      .Lo   (Lo),
      .Hi   (Hi)
    ) u_requant (
      .clk_i,
      .rst_ni,
      .valid_i(done_q),
      .sum_i  (sum_q),
      .scale_i({Lanes{scale}}),
      .valid_o(result_valid),
      .data_o (result)
    );
  end else begin : gen_largest
    logic [8*Lanes-1:0] best_d, best_q;
    always_comb begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        best_d[8*i +: 8] = first ? 8'(Lo) : best_q[8*i +: 8];
        if ($signed(x_data[8*i +: 8]) > $signed(best_d[8*i +: 8])) best_d[8*i +: 8] = x_data[8*i +: 8];
        if ($signed(best_d[8*i +: 8]) > 8'(Hi)) best_d[8*i +: 8] = 8'(Hi);
      end
    end
    always_ff @(posedge clk_i) begin
      if (go) best_q <= best_d;
    end
    logic unused_last;
    assign unused_last  = fold_last;
    assign result_valid = done_q;
    assign result       = best_q;
  end

  vrn_stream_out #(
    .Bytes (Lanes),
    .Places(Depth + Stages)
  ) u_out (
    .clk_i,
    .rst_ni,
    .room_o (room),
    .claim_i(go && last),
    .valid_i(result_valid),
    .data_i (result),
    .m_axis_tvalid,
    .m_axis_tready,
    .m_axis_tdata
  );
endmodule
