// SPDX-License-Identifier: Apache-2.0

/// Sum, difference or product of two streams of the same shape: the twin of kernel binary.
///
/// Latency     8 cycles to m_axis                             Throughput  1 beat per cycle
/// Handshake   AXI4-Stream; a beat of b is taken once one of a is there: s_axis_b_tready depends on s_axis_a_tvalid
/// Reset       forgets the beats inside
module vrn_stream_binary #(
  /// Values of a beat, >= 1.
  parameter int unsigned Lanes = 4,
  /// 0: sum, 1: difference, 2: product.
  parameter int unsigned Operation = 0,
  /// Levels that stand for zero, and limits of the result, -128 to 127.
  parameter int ZeroA = 0,
  parameter int ZeroB = 0,
  parameter int ZeroY = 0,
  parameter int Lo    = -128,
  parameter int Hi    = 127,
  /// Mantissas, below 2^24, of the product MultiplierA alone; their common shift, 0 to 63.
  parameter int MultiplierA = 1,
  parameter int MultiplierB = 1,
  parameter int unsigned Shift = 0,
  /// Beats that wait behind the pipeline, >= 1.
  parameter int unsigned Depth = 2
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               s_axis_a_tvalid,
  output logic               s_axis_a_tready,
  input  logic [8*Lanes-1:0] s_axis_a_tdata,
  input  logic               s_axis_b_tvalid,
  output logic               s_axis_b_tready,
  input  logic [8*Lanes-1:0] s_axis_b_tdata,
  output logic               m_axis_tvalid,
  input  logic               m_axis_tready,
  output logic [8*Lanes-1:0] m_axis_tdata
);
  if (Operation > 2 || Shift > 63) begin : gen_bad_operation
    $fatal(1, "vrn_stream_binary: Operation must be 0 to 2, Shift 0 to 63");
  end
  localparam bit          IsProduct = Operation == 2;
  localparam int          FactorB   = Operation == 1 ? -MultiplierB : MultiplierB;
  localparam int unsigned Stages    = 7;  // operands, differences from zero, products, sum, rescaling

  logic               a_valid, b_valid, go, room;
  logic [8*Lanes-1:0] a_data, b_data, a_q, b_q;
  logic [4:1]         valid_q;
  assign go = b_valid && room;

  vrn_stream_in #(
    .Bytes(Lanes)
  ) u_a (
    .clk_i,
    .rst_ni,
    .s_axis_tvalid(s_axis_a_tvalid),
    .s_axis_tready(s_axis_a_tready),
    .s_axis_tdata (s_axis_a_tdata),
    .want_i       (1'b1),
    .valid_o      (a_valid),
    .data_o       (a_data),
    .take_i       (go)
  );
  vrn_stream_in #(
    .Bytes(Lanes)
  ) u_b (
    .clk_i,
    .rst_ni,
    .s_axis_tvalid(s_axis_b_tvalid),
    .s_axis_tready(s_axis_b_tready),
    .s_axis_tdata (s_axis_b_tdata),
    .want_i       (a_valid),
    .valid_o      (b_valid),
    .data_o       (b_data),
    .take_i       (go)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[3:1], go};
  end
  always_ff @(posedge clk_i) begin
    if (go) begin
      a_q <= a_data;
      b_q <= b_data;
    end
  end

  // the last stage first, each reads what the one before it left a cycle ago; value_q alone is read outside
  logic signed [8:0]   da_q [Lanes];
  logic signed [8:0]   db_q [Lanes];
  logic signed [40:0]  first_q [Lanes];
  logic signed [40:0]  second_q [Lanes];
  logic [64*Lanes-1:0] value_d, value_q;
  always_ff @(posedge clk_i) begin : p_stages
    if (valid_q[3]) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        value_d[64*i +: 64] = IsProduct ? 64'(first_q[i]) * 64'(MultiplierA) : 64'(first_q[i]) + 64'(second_q[i]);
      end
      value_q <= value_d;
    end
    if (valid_q[2]) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        first_q[i]  = 41'(da_q[i]) * (IsProduct ? 41'(db_q[i]) : 41'(MultiplierA));
        second_q[i] = IsProduct ? '0 : 41'(db_q[i]) * 41'(FactorB);
      end
    end
    if (valid_q[1]) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        da_q[i] = 9'($signed(a_q[8*i +: 8])) - 9'(ZeroA);
        db_q[i] = 9'($signed(b_q[8*i +: 8])) - 9'(ZeroB);
      end
    end
  end

  logic               result_valid;
  logic [8*Lanes-1:0] result;
  vrn_stream_rescale #(
    .Lanes(Lanes),
    .ZeroY(ZeroY),
    .Lo   (Lo),
    .Hi   (Hi)
  ) u_rescale (
    .clk_i,
    .rst_ni,
    .valid_i(valid_q[4]),
    .value_i(value_q),
    .shift_i({Lanes{6'(Shift)}}),
    .valid_o(result_valid),
    .data_o (result)
  );
  vrn_stream_out #(
    .Bytes (Lanes),
    .Places(Depth + Stages)
  ) u_out (
    .clk_i,
    .rst_ni,
    .room_o (room),
    .claim_i(go),
    .valid_i(result_valid),
    .data_i (result),
    .m_axis_tvalid,
    .m_axis_tready,
    .m_axis_tdata
  );
endmodule
