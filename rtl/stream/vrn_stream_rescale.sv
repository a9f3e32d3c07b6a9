// SPDX-License-Identifier: Apache-2.0

/// clamp(round(value / 2^shift) + ZeroY, Lo, Hi), halves to even: the end of every operator that scales.
///
/// Latency     3 cycles, never stalls     Throughput  1 beat per cycle
/// Reset       clears valid
module vrn_stream_rescale #(
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
  /// 64 bits a lane.
  input  logic [64*Lanes-1:0] value_i,
  /// 0 to 63, 6 bits a lane.
  input  logic [6*Lanes-1:0]  shift_i,
  output logic                valid_o,
  output logic [8*Lanes-1:0]  data_o
);
  if (Lanes < 1) begin : gen_bad_lanes
    $fatal(1, "vrn_stream_rescale: Lanes must be >= 1");
  end
  if (ZeroY < -128 || ZeroY > 127 || Lo < -128 || Hi > 127 || Lo > Hi) begin : gen_bad_levels
    $fatal(1, "vrn_stream_rescale: ZeroY, Lo and Hi must be -128 to 127, Lo at most Hi");
  end

  // Whether the quotient, rounded down, goes up by one; rest holds the bits shifted out, left-aligned.
  function automatic logic rounds_up(input logic [63:0] value, input logic [5:0] shift, input logic odd);
    logic [63:0] rest;
    rest = (value << ~shift) << 1;
    rounds_up = rest[63] && (rest[62:0] != '0 || odd);
  endfunction

  // Ten bits tell every quotient that the limits let through from those beyond.
  function automatic logic signed [10:0] saturated(input logic signed [63:0] quotient);
    saturated = quotient > 64'sd511 ? 11'sd511 : quotient < -64'sd512 ? -11'sd512 : quotient[10:0];
  endfunction

  logic [2:0]         valid_q;
  logic signed [10:0] floor_q [Lanes];
  logic               up_q [Lanes];
  logic signed [10:0] rounded_q [Lanes];
  logic [8*Lanes-1:0] data_d, data_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[1:0], valid_i};
  end

  // The last stage stands first and reads what the one before it left a cycle ago; data_q alone is read outside.
  always_ff @(posedge clk_i) begin : p_stages
    if (valid_q[1]) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        data_d[8*i +: 8] = rounded_q[i] < 11'(Lo) ? 8'(Lo) : rounded_q[i] > 11'(Hi) ? 8'(Hi) : rounded_q[i][7:0];
      end
      data_q <= data_d;
    end
    if (valid_q[0]) begin
      for (int unsigned i = 0; i < Lanes; i++) rounded_q[i] = floor_q[i] + 11'(ZeroY) + 11'(up_q[i]);
    end
    if (valid_i) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        floor_q[i] = saturated($signed(value_i[64*i +: 64]) >>> shift_i[6*i +: 6]);
        up_q[i]    = rounds_up(value_i[64*i +: 64], shift_i[6*i +: 6], floor_q[i][0]);
      end
    end
  end
  assign valid_o = valid_q[2];
  assign data_o  = data_q;
endmodule
