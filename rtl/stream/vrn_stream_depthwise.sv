// SPDX-License-Identifier: Apache-2.0

/// One kernel a channel, behind a sliding window that goes by channel: the twin of kernel depthwise.
///
/// Latency     8 cycles from the last tap to its result at m_axis      Throughput  1 tap per cycle
/// Handshake   AXI4-Stream                                            Comb. path  none
/// Reset       begins with a new pixel
module vrn_stream_depthwise #(
  /// Channels of a pixel; of a cycle, which divide them; elements of a window, >= 1.
  parameter int unsigned Channels = 8,
  parameter int unsigned Lanes    = 4,
  parameter int unsigned Taps     = 9,
  /// Levels that stand for zero, and limits of the result, -128 to 127.
  parameter int ZeroX = 0,
  parameter int ZeroY = 0,
  parameter int Lo    = -128,
  parameter int Hi    = 127,
  /// Beats that wait behind the pipeline, >= 1.
  parameter int unsigned Depth = 2,
  /// Words of a tap's weights, [channel fold][tap][lane]; of a beat's channels, as vrn_stream_sums takes them.
  parameter WeightsFile  = "",
  parameter ChannelsFile = ""
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
    $fatal(1, "vrn_stream_depthwise: Lanes must divide Channels, Taps be >= 1");
  end
  localparam int unsigned Folds = Channels / Lanes;
  localparam int unsigned TapW  = Taps > 1 ? $clog2(Taps) : 1;
  localparam int unsigned FoldW = Folds > 1 ? $clog2(Folds) : 1;
  localparam int unsigned WordW = Folds * Taps > 1 ? $clog2(Folds * Taps) : 1;
  localparam int unsigned Stages = 7;  // operands, product, sum, requantisation

  logic [TapW-1:0]    unused_tap;
  logic [FoldW-1:0]   fold, fold_1_q;
  logic [WordW-1:0]   word;
  logic               first, last, unused_last, x_valid, go, room;
  logic [8*Lanes-1:0] x_data, x_q, weights;
  logic [2:1]         valid_q, first_q, last_q;
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
    .outer_o     (fold),
    .word_o      (word),
    .first_o     (first),
    .last_o      (last),
    .outer_last_o(unused_last)
  );
  vrn_stream_rom #(
    .Width(8 * Lanes),
    .Depth(Folds * Taps),
    .File (WeightsFile)
  ) u_weights (
    .clk_i,
    .en_i  (go),
    .addr_i(word),
    .data_o(weights)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[1], go};
  end
  always_ff @(posedge clk_i) begin
    first_q  <= {first_q[1], first};
    last_q   <= {last_q[1], last};
    fold_1_q <= fold;
    if (go) x_q <= x_data;
  end

  logic [64*Lanes-1:0] channels;
  vrn_stream_rom #(
    .Width(64 * Lanes),
    .Depth(Folds),
    .File (ChannelsFile)
  ) u_channels (
    .clk_i,
    .en_i  (valid_q[1] && first_q[1]),
    .addr_i(fold_1_q),
    .data_o(channels)
  );

  logic [16*Lanes-1:0] term_d, term_q;
  always_comb begin
    for (int unsigned i = 0; i < Lanes; i++) begin
      term_d[16*i +: 16] = (16'($signed(x_q[8*i +: 8])) - 16'(ZeroX)) * 16'($signed(weights[8*i +: 8]));
    end
  end
  always_ff @(posedge clk_i) begin
    if (valid_q[1]) term_q <= term_d;
  end

  logic               result_valid;
  logic [8*Lanes-1:0] result;
  vrn_stream_sums #(
    .Lanes(Lanes),
    .TermW(16),
    .ZeroY(ZeroY),
    .Lo   (Lo),
    .Hi   (Hi)
  ) u_sums (
    .clk_i,
    .rst_ni,
    .valid_i  (valid_q[2]),
    .first_i  (first_q[2]),
    .last_i   (last_q[2]),
    .term_i   (term_q),
    .channel_i(channels),
    .valid_o  (result_valid),
    .data_o   (result)
  );
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
