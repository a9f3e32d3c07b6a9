// SPDX-License-Identifier: Apache-2.0

/// Sums of one result's terms, from the bias on, and their requantisation.
///
/// Latency     5 cycles from the last term to the result, never stalls     Throughput  1 beat of terms per cycle
/// Reset       clears valid
module vrn_stream_sums #(
  /// Results of a beat, >= 1; bits of a term, 1 to 32.
  parameter int unsigned Lanes = 4,
  parameter int unsigned TermW = 16,
  /// Zero point and limits of the result, -128 to 127.
  parameter int ZeroY = 0,
  parameter int Lo    = -128,
  parameter int Hi    = 127
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   valid_i,
  input  logic                   first_i,
  input  logic                   last_i,
  input  logic [TermW*Lanes-1:0] term_i,
  /// A lane, from first_i on: bias in bits 31..0, mantissa in 55..32, shift in 61..56.
  input  logic [64*Lanes-1:0]    channel_i,
  output logic                   valid_o,
  output logic [8*Lanes-1:0]     data_o
);
  if (TermW < 1 || TermW > 32) begin : gen_bad_width
    $fatal(1, "vrn_stream_sums: TermW must be 1 to 32");
  end

  logic                valid_q;
  logic [32*Lanes-1:0] sum_d, sum_q;
  logic [30*Lanes-1:0] scale_d, scale_q;
  logic [2*Lanes-1:0]  unused_channel;

  always_comb begin
    for (int unsigned i = 0; i < Lanes; i++) begin
      sum_d[32*i +: 32]         = (first_i ? channel_i[64*i +: 32] : sum_q[32*i +: 32]) + 32'($signed(term_i[TermW*i +: TermW]));
      scale_d[30*i +: 30]       = channel_i[64*i + 32 +: 30];
      unused_channel[2*i +: 2]  = channel_i[64*i + 62 +: 2];
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else         valid_q <= valid_i && last_i;
  end
  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      sum_q <= sum_d;
      if (last_i) scale_q <= scale_d;
    end
  end

  vrn_stream_requant #(
    .Lanes(Lanes),
    .ZeroY(ZeroY),
    .Lo   (Lo),
    .Hi   (Hi)
  ) u_requant (
    .clk_i,
    .rst_ni,
    .valid_i(valid_q),
    .sum_i  (sum_q),
    .scale_i(scale_q),
    .valid_o,
    .data_o
  );
endmodule
