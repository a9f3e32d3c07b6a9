// SPDX-License-Identifier: Apache-2.0

/// Requantisation of sums: clamp(round(sum * mantissa / 2^shift) + ZeroY, Lo, Hi), halves to even.
///
/// Latency     4 cycles, never stalls     Throughput  1 beat per cycle
/// Reset       clears valid
module vrn_stream_requant #(
  /// Values of a beat, >= 1.
  parameter int unsigned Lanes = 4,
  /// Zero point and limits of the result, -128 to 127.
  parameter int ZeroY = 0,
  parameter int Lo    = -128,
  parameter int Hi    = 127
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                valid_i,
  /// 32 bits a lane, signed.
  input  logic [32*Lanes-1:0] sum_i,
  /// A lane: mantissa in bits 23..0, shift in 29..24.
  input  logic [30*Lanes-1:0] scale_i,
  output logic                valid_o,
  output logic [8*Lanes-1:0]  data_o
);
  logic                valid_q;
  logic [64*Lanes-1:0] product_d, product_q;
  logic [6*Lanes-1:0]  shift_d, shift_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else         valid_q <= valid_i;
  end
  always_comb begin
    for (int unsigned i = 0; i < Lanes; i++) begin
      product_d[64*i +: 64] = 64'($signed(sum_i[32*i +: 32])) * $signed({40'd0, scale_i[30*i +: 24]});
      shift_d[6*i +: 6]     = scale_i[30*i + 24 +: 6];
    end
  end
  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      product_q <= product_d;
      shift_q   <= shift_d;
    end
  end

  vrn_stream_rescale #(
    .Lanes(Lanes),
    .ZeroY(ZeroY),
    .Lo   (Lo),
    .Hi   (Hi)
  ) u_rescale (
    .clk_i,
    .rst_ni,
    .valid_i(valid_q),
    .value_i(product_q),
    .shift_i(shift_q),
    .valid_o,
    .data_o
  );
endmodule
