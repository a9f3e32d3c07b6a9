// SPDX-License-Identifier: Apache-2.0

/// Folded product of a matrix with one vector after another, requantised: the twin of kernel matrix_vector.
///
/// Latency     $clog2(Simd) + 8 cycles from the last input to its result at m_axis
/// Throughput  1 fold per cycle: Inputs / Simd * Outputs / Pe cycles a vector
/// Handshake   AXI4-Stream                                                    Comb. path  none
/// Reset       begins with a new vector
module vrn_stream_matrix_vector #(
  /// Length of the vector and of the result; inputs and outputs of a cycle, which divide them. Matrices, >= 1, which take
  /// one vector each in turn.
  parameter int unsigned Inputs  = 8,
  parameter int unsigned Outputs = 8,
  parameter int unsigned Simd    = 2,
  parameter int unsigned Pe      = 2,
  parameter int unsigned Groups  = 1,
  /// Levels that stand for zero, and limits of the result, -128 to 127.
  parameter int ZeroX = 0,
  parameter int ZeroY = 0,
  parameter int Lo    = -128,
  parameter int Hi    = 127,
  /// Beats that wait behind the pipeline, >= 1.
  parameter int unsigned Depth = 2,
  /// Words of a fold's weights, [fold][output][input]; of a beat's channels, as vrn_stream_sums takes them.
  parameter WeightsFile  = "",
  parameter ChannelsFile = ""
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              s_axis_tvalid,
  output logic              s_axis_tready,
  input  logic [8*Simd-1:0] s_axis_tdata,
  output logic              m_axis_tvalid,
  input  logic              m_axis_tready,
  output logic [8*Pe-1:0]   m_axis_tdata
);
  if (Simd < 1 || Pe < 1 || Inputs % Simd != 0 || Outputs % Pe != 0 || Inputs < 1 || Outputs < 1 || Groups < 1) begin : gen_bad_fold
    $fatal(1, "vrn_stream_matrix_vector: Simd must divide Inputs, Pe must divide Outputs, Groups must be >= 1");
  end
  localparam int unsigned InFolds  = Inputs / Simd;
  localparam int unsigned OutFolds = Outputs / Pe;
  localparam int unsigned InW      = InFolds > 1 ? $clog2(InFolds) : 1;
  localparam int unsigned AllFolds = OutFolds * Groups;
  localparam int unsigned AllW     = AllFolds > 1 ? $clog2(AllFolds) : 1;
  localparam int unsigned FoldW    = InFolds * AllFolds > 1 ? $clog2(InFolds * AllFolds) : 1;
  localparam int unsigned Levels   = $clog2(Simd);  // of the adder tree
  localparam int unsigned Leaves   = 1 << Levels;
  localparam int unsigned TermW    = 16 + Levels;   // a product of 9 by 8 bits fits 16
  localparam int unsigned Stages   = Levels + 7;    // operands, product, tree, sum, requantisation

  // ---- which fold ----
  logic [InW-1:0]    in;
  logic [AllW-1:0]   out;  // of all matrices
  logic [FoldW-1:0]  fold;
  logic              want, first, last, unused_last, x_valid, go, room;
  logic [8*Simd-1:0] x_data;
  assign go = (!want || x_valid) && (!last || room);

  vrn_stream_in #(
    .Bytes(Simd)
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

  vrn_stream_folds #(
    .Inner(InFolds),
    .Outer(AllFolds)
  ) u_folds (
    .clk_i,
    .rst_ni,
    .en_i        (go),
    .inner_o     (in),
    .outer_o     (out),
    .word_o      (fold),
    .first_o     (first),
    .last_o      (last),
    .outer_last_o(unused_last)
  );
  // a matrix reads its vector with its first outputs
  if (OutFolds == 1) begin : gen_always
    assign want = 1'b1;
  end else begin : gen_first
    localparam int unsigned OutW = $clog2(OutFolds);
    logic [OutW-1:0] at_q;
    assign want = at_q == '0;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)         at_q <= '0;
      else if (go && last) at_q <= at_q == OutW'(OutFolds - 1) ? '0 : at_q + OutW'(1);
    end
  end

  // ---- operands: the vector is read once and used again by later output folds ----
  logic [8*Simd-1:0]    x_q;
  logic [8*Pe*Simd-1:0] weights;
  if (OutFolds > 1) begin : gen_held
    logic [8*Simd-1:0] held_q [InFolds];
    always_ff @(posedge clk_i) begin
      if (go && want) held_q[in] <= x_data;
      if (go) x_q <= want ? x_data : held_q[in];
    end
  end else begin : gen_not_held
    logic [InW-1:0] unused_in;
    assign unused_in = in;
    always_ff @(posedge clk_i) begin
      if (go) x_q <= x_data;
    end
  end
  vrn_stream_rom #(
    .Width(8 * Pe * Simd),
    .Depth(InFolds * AllFolds),
    .File (WeightsFile)
  ) u_weights (
    .clk_i,
    .en_i  (go),
    .addr_i(fold),
    .data_o(weights)
  );

  // ---- what travels beside the data: bit k belongs to stage k ----
  logic [Levels+2:1]          valid_q, first_q, last_q;
  logic [AllW*(Levels+1)-1:0] out_at_q;  // stages 1 to Levels + 1
  if (Levels > 0) begin : gen_delay
    always_ff @(posedge clk_i) out_at_q <= {out_at_q[AllW*Levels-1:0], out};
  end else begin : gen_no_delay
    always_ff @(posedge clk_i) out_at_q <= out;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[Levels+1:1], go};
  end
  always_ff @(posedge clk_i) begin
    first_q <= {first_q[Levels+1:1], first};
    last_q  <= {last_q[Levels+1:1], last};
  end

  logic [64*Pe-1:0] channels;
  vrn_stream_rom #(
    .Width(64 * Pe),
    .Depth(AllFolds),
    .File (ChannelsFile)
  ) u_channels (
    .clk_i,
    .en_i  (valid_q[Levels+1] && first_q[Levels+1]),
    .addr_i(out_at_q[AllW*Levels +: AllW]),
    .data_o(channels)
  );

  // ---- products and their tree: one output's leaves side by side, filled up with zeros to a power of two ----
  logic [TermW*Pe-1:0] term_d, term_q;
  function automatic logic signed [15:0] product(input logic [7:0] x, input logic [7:0] w);
    product = (16'($signed(x)) - 16'(ZeroX)) * 16'($signed(w));
  endfunction
  if (Levels == 0) begin : gen_products
    always_ff @(posedge clk_i) begin : p_stages
      if (valid_q[1]) begin
        for (int unsigned p = 0; p < Pe; p++) term_d[TermW*p +: TermW] = product(x_q, weights[8*p +: 8]);
        term_q <= term_d;
      end
    end
  end else begin : gen_tree
    // level l stands behind level l - 1 in one array; a blocking last stage first, private but for term_q
    logic signed [TermW-1:0] tree_q [2*Pe*Leaves];
    always_ff @(posedge clk_i) begin : p_stages
      for (int unsigned l = Levels; l >= 1; l--) begin
        if (valid_q[1+l]) begin
          for (int unsigned k = 0; k < (Pe * Leaves) >> l; k++) begin
            tree_q[2*Pe*(Leaves - (Leaves >> l)) + k] = tree_q[2*Pe*(Leaves - (Leaves >> (l - 1))) + 2*k]
                                                      + tree_q[2*Pe*(Leaves - (Leaves >> (l - 1))) + 2*k + 1];
          end
        end
      end
      if (valid_q[1+Levels]) begin
        for (int unsigned p = 0; p < Pe; p++) term_d[TermW*p +: TermW] = tree_q[2*Pe*(Leaves - 1) + p];
        term_q <= term_d;
      end
      if (valid_q[1]) begin
        for (int unsigned p = 0; p < Pe; p++) begin
          for (int unsigned i = 0; i < Simd; i++) begin
            tree_q[p*Leaves + i] = TermW'(product(x_q[8*i +: 8], weights[8*(p*Simd + i) +: 8]));
          end
          for (int unsigned i = Simd; i < Leaves; i++) tree_q[p*Leaves + i] = '0;
        end
      end
    end
  end

  logic            result_valid;
  logic [8*Pe-1:0] result;
  vrn_stream_sums #(
    .Lanes(Pe),
    .TermW(TermW),
    .ZeroY(ZeroY),
    .Lo   (Lo),
    .Hi   (Hi)
  ) u_sums (
    .clk_i,
    .rst_ni,
    .valid_i  (valid_q[Levels+2]),
    .first_i  (first_q[Levels+2]),
    .last_i   (last_q[Levels+2]),
    .term_i   (term_q),
    .channel_i(channels),
    .valid_o  (result_valid),
    .data_o   (result)
  );
  vrn_stream_out #(
    .Bytes (Pe),
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
