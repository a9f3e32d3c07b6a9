// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Rows x Cols int8 multipliers; each column is a dot product with a pipelined radix-4 adder tree.
/// Body "gen".
///
/// Latency     2 + max(1, ceil(log4(Rows))) cycles from a vector to its sums
/// Throughput  1 vector per cycle
/// Handshake   valid only; nothing here ever waits
/// Reset       drops vectors in flight; weights are undefined until loaded
///
/// A byte goes to a register beside each multiplier that sees it: one in every column of a matrix
/// array (synthesis merges these as far as fan-out allows), a single one where every column has bytes
/// of its own. So there is no skew: a vector marked swap makes the shadow weights active for
/// the whole array in its own cycle, and a shadow word that arrives in that cycle already belongs
/// to the next tile.
///
/// cycle          0    1    2    3    4
/// vec_valid_i    A                          swap: active <= shadow
/// activations         A
/// products                 A
/// tree                          A           sums of four, 16 rows
/// sum_data_o                         A
///
/// All stages stand in one process, last stage first, on flat arrays in steps of Cols: that form
/// lets a simulator's compiler vectorise the loops (four times faster than a module a column).
module vrn_array #(
  /// Rows, 1..64.
  parameter  int unsigned Rows      = 16,
  /// Columns, 1..64.
  parameter  int unsigned Cols      = 16,
  /// Row r of column c sees byte r*RowStep + c*ColStep of the vector.
  parameter  int unsigned RowStep   = 1,
  parameter  int unsigned ColStep   = 0,
  /// Bits that travel with a vector, >= 1.
  parameter  int unsigned UserW     = 1,
  localparam int unsigned Window    = (Rows - 1) * RowStep + (Cols - 1) * ColStep + 1,
  localparam int unsigned WordRows  = 64 / Cols,
  localparam int unsigned TileWords = (Rows + WordRows - 1) / WordRows,
  localparam int unsigned WordIdxW  = TileWords > 1 ? $clog2(TileWords) : 1
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  /// Word of the shadow tile: WordRows whole rows of Cols weights.
  input  logic                load_valid_i,
  input  logic [WordIdxW-1:0] load_word_i,
  input  logic [511:0]        load_data_i,
  input  logic                vec_valid_i,
  input  logic                vec_swap_i,
  input  logic [8*Window-1:0] vec_data_i,
  input  logic [UserW-1:0]    vec_user_i,
  /// What sum_valid_o and sum_user_o will be in the next cycle.
  output logic                next_valid_o,
  output logic [UserW-1:0]    next_user_o,
  output logic                sum_valid_o,
  output logic [32*Cols-1:0]  sum_data_o,
  output logic [UserW-1:0]    sum_user_o
);
  if (Rows < 1 || Rows > 64 || Cols < 1 || Cols > 64 || UserW < 1) begin : gen_bad_size
    $fatal(1, "vrn_array: Rows and Cols in 1..64, UserW >= 1");
  end

  // rows left after each level of the tree; Rows is padded to a power of two with zero products
  localparam int unsigned Rows0  = 1 << $clog2(Rows);
  localparam int unsigned Rows1  = (Rows0 + 3) / 4;
  localparam int unsigned Rows2  = (Rows1 + 3) / 4;
  localparam int unsigned Levels = Rows1 == 1 ? 1 : Rows2 == 1 ? 2 : 3;
  localparam int unsigned Stages = 2 + Levels;
  // all sums but the last level's have four terms; their distance, 0 where a level is not built
  localparam int unsigned Step1  = Levels >= 2 ? Rows1 * Cols : 0;
  localparam int unsigned Step2  = Levels == 3 ? Rows2 * Cols : 0;
  // arrays are powers of two long: no bounds checks in simulation
  localparam int unsigned Size   = Rows0 << $clog2(Cols);
  localparam int unsigned Size1  = Rows1 << $clog2(Cols);
  localparam int unsigned Size2  = Rows2 << $clog2(Cols);

  logic [Stages-1:0]       valid_q;
  logic [Stages*UserW-1:0] user_q;
  logic signed [7:0]       shadow_q [Size];
  logic signed [7:0]       weight_q [Size];
  logic signed [7:0]       act_q [Size];
  logic signed [15:0]      product_q [Size];
  logic signed [17:0]      sum1_q [Size1];
  logic signed [19:0]      sum2_q [Size2];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= {valid_q[Stages-2:0], vec_valid_i};
  end
  always_ff @(posedge clk_i) user_q <= {user_q[(Stages-1)*UserW-1:0], vec_user_i};

  always_ff @(posedge clk_i) begin : p_array
    logic signed [31:0] total;
    // last level, into the output register
    if (valid_q[Stages-2]) begin
      for (int unsigned c = 0; c < Cols; c++) begin
        total = '0;
        for (int unsigned k = 0; k < 4; k++) begin
          if (Levels == 1 && k < Rows0) total += 32'(product_q[c + (k < Rows0 ? k : 0)*Cols]);
          if (Levels == 2 && k < Rows1) total += 32'(sum1_q[c + (k < Rows1 ? k : 0)*Cols]);
          if (Levels == 3 && k < Rows2) total += 32'(sum2_q[c + (k < Rows2 ? k : 0)*Cols]);
        end
        sum_data_o[32*c +: 32] <= total;
      end
    end
    // tree levels: row r joins rows r + k * (rows left), one flat index
    if (Levels == 3 && valid_q[Stages-3]) begin
      for (int unsigned i = 0; i < Rows2*Cols; i++) begin
        sum2_q[i] = 20'(sum1_q[i]) + 20'(sum1_q[i + Step2]) +
                    20'(sum1_q[i + 2*Step2]) + 20'(sum1_q[i + 3*Step2]);
      end
    end
    if (Levels >= 2 && valid_q[1]) begin
      for (int unsigned i = 0; i < Rows1*Cols; i++) begin
        sum1_q[i] = 18'(product_q[i]) + 18'(product_q[i + Step1]) +
                    18'(product_q[i + 2*Step1]) + 18'(product_q[i + 3*Step1]);
      end
    end
    if (valid_q[0]) begin
      for (int unsigned i = 0; i < Rows*Cols; i++) product_q[i] = act_q[i] * weight_q[i];
      for (int unsigned i = Rows*Cols; i < Rows0*Cols; i++) product_q[i] = 16'sd0;
    end
    if (vec_valid_i) begin
      for (int unsigned r = 0; r < Rows; r++) begin
        for (int unsigned c = 0; c < Cols; c++) act_q[r*Cols + c] = vec_data_i[8*(r*RowStep + c*ColStep) +: 8];
      end
      if (vec_swap_i) begin
        for (int unsigned i = 0; i < Rows*Cols; i++) weight_q[i] = shadow_q[i];
      end
    end
    if (load_valid_i) begin
      for (int unsigned w = 0; w < TileWords; w++) begin
        if (load_word_i == WordIdxW'(w)) begin
          for (int unsigned b = 0; b < WordRows*Cols; b++) begin
            if (w*WordRows*Cols + b < Rows*Cols) begin
              shadow_q[w*WordRows*Cols + b] = load_data_i[8*b +: 8];
            end
          end
        end
      end
    end
  end

  assign next_valid_o = valid_q[Stages-2];
  assign next_user_o  = user_q[(Stages-2)*UserW +: UserW];
  assign sum_valid_o  = valid_q[Stages-1];
  assign sum_user_o   = user_q[(Stages-1)*UserW +: UserW];

  `VRN_ASSERT(SwapNeedsVector, !vec_swap_i || vec_valid_i)
  `VRN_ASSERT(WordInTile, !load_valid_i || 32'(load_word_i) < TileWords)
endmodule
