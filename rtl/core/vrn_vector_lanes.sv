// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// The arithmetic of the vector unit: Cols lanes that requantise a row of int32, look it up in a table and add, multiply
/// or subtract a second operand, with the constants they need. Rows never stall: whoever sends one has room for its result.
///
/// Latency     10 cycles from row_valid_i to out_valid_o     Throughput  one row a cycle
/// Numbers     v = clamp(rhe((row + bias) * m / 2^s) + zero_1, lo_1, hi_1), row + bias modulo 2^32;
///             v = table[v + 128] if use_table;
///             a = v - zero_a, b = other - zero_b, and e = a*m_a + b*m_b (row_binary_i 1), a*b*m_a (2), a*m_a - b*m_b (3):
///             v = clamp(rhe(e / 2^s_ab) + zero_2, lo_2, hi_2); row_binary_i 0 leaves v as it is
/// Constants   two descriptors, one table, ChanBanks tiles of channel parameters, written a word a cycle. A row takes its
///             channel parameters along; a descriptor, or the table, may change once no row that uses it is inside.
/// Output      bytes of lanes at and above out_bytes_o are zero
/// Reset       clears the valid bits
///
/// cycle   0    1          2        3            4      5      6     7                8               9      10
///         row  sum, m, s  product  floor, up    clamp  table  a, b  a*m_a or a*b, b  that + b*m_b    floor  clamp
///                                                                                    or that * m_a
/// Stage 8 multiplies and adds: 20 by 24 bits and an addend, no longer than the product of stage 2, 32 by 24 bits. So one
/// multiplier of each stage serves all operations.
module vrn_vector_lanes #(
  /// Lanes, 1..64.
  parameter int unsigned Cols = 16,
  /// Tiles of channel parameters held, a power of two >= 2.
  parameter int unsigned ChanBanks = 2,
  /// Whether there is a second operand; without one row_binary_i is 0.
  parameter bit          Operands  = 1'b1,
  localparam int unsigned TileWords = (Cols + 7) / 8,
  localparam int unsigned BankW = $clog2(ChanBanks),
  localparam int unsigned ChanW = BankW + $clog2(TileWords)
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  // constants: a word of the parameter buffer and where it goes
  input  logic               desc_we_i,
  input  logic               desc_bank_i,
  input  logic               table_we_i,
  input  logic [1:0]         table_word_i,
  input  logic               chan_we_i,
  input  logic [ChanW-1:0]   chan_word_i,
  input  logic [511:0]       chan_data_i,
  input  logic [511:0]       word_i,
  // rows
  input  logic               row_valid_i,
  input  logic               row_window_i,   // from window_data_i, else from acc_data_i
  input  logic [32*Cols-1:0] acc_data_i,
  input  logic [32*Cols-1:0] window_data_i,
  input  logic [8*Cols-1:0]  row_other_i,
  input  logic [BankW-1:0]   row_chan_bank_i,
  input  logic               row_desc_bank_i,
  input  logic [1:0]         row_binary_i,
  input  logic               row_last_i,
  input  logic [6:0]         row_bytes_i,
  input  logic [21:0]        row_addr_i,
  // results
  output logic               out_valid_o,
  output logic [8*Cols-1:0]  out_data_o,
  output logic               out_desc_bank_o,
  output logic               out_last_o,
  output logic [6:0]         out_bytes_o,
  output logic [21:0]        out_addr_o
);
  localparam int unsigned Stages = 10;
  localparam int unsigned WordShift = $clog2(TileWords);
  localparam int unsigned ChanDepth = 1 << ChanW;

  if (Cols < 1 || Cols > 64) begin : gen_bad_cols
    $fatal(1, "vrn_vector_lanes: Cols must be 1..64");
  end
  if (ChanBanks < 2 || (1 << BankW) != ChanBanks) begin : gen_bad_banks
    $fatal(1, "vrn_vector_lanes: ChanBanks must be a power of two >= 2");
  end

  // ---- constants ----
  logic [511:0]       chan_q [ChanDepth];
  logic [511:0]       table_q [4];
  logic signed [7:0]  zero_1_q [2];
  logic signed [7:0]  lo_1_q [2];
  logic signed [7:0]  hi_1_q [2];
  logic signed [7:0]  zero_2_q [2];
  logic signed [7:0]  lo_2_q [2];
  logic signed [7:0]  hi_2_q [2];
  logic signed [8:0]  zero_a_q [2];
  logic signed [8:0]  zero_b_q [2];
  logic [23:0]        m_a_q [2];
  logic [23:0]        m_b_q [2];
  logic [5:0]         s_ab_q [2];
  logic               use_table_q [2];

  vrn_npu_pkg::descriptor_t desc;
  assign desc = word_i;
  logic unused_desc;
  assign unused_desc = ^{desc.unused, desc.table_base, desc.s, desc.m, desc.bias, desc.uniform, desc.pad};

  always_ff @(posedge clk_i) begin
    if (chan_we_i) chan_q[chan_word_i] <= chan_data_i;
    if (table_we_i) table_q[table_word_i] <= word_i;
    if (desc_we_i) begin
      zero_1_q[desc_bank_i]    <= desc.zero_1;
      lo_1_q[desc_bank_i]      <= desc.lo_1;
      hi_1_q[desc_bank_i]      <= desc.hi_1;
      zero_2_q[desc_bank_i]    <= desc.zero_2;
      lo_2_q[desc_bank_i]      <= desc.lo_2;
      hi_2_q[desc_bank_i]      <= desc.hi_2;
      zero_a_q[desc_bank_i]    <= desc.zero_a;
      zero_b_q[desc_bank_i]    <= desc.zero_b;
      m_a_q[desc_bank_i]       <= desc.m_a;
      m_b_q[desc_bank_i]       <= desc.m_b;
      s_ab_q[desc_bank_i]      <= desc.s_ab;
      use_table_q[desc_bank_i] <= desc.use_table;
    end
  end

  // ---- what travels beside the data: bit k belongs to stage k ----
  logic [Stages:1]   valid_q, desc_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[Stages-1:1], row_valid_i};
  end
  always_ff @(posedge clk_i) desc_q <= {desc_q[Stages-1:1], row_desc_bank_i};

  // Operation and second operand, as stage k left them: constants without operands, so that their stages vanish.
  localparam logic [1:0] BinaryMultiply = 2'd2, BinarySubtract = 2'd3;
  logic [2*Stages-1:10] binary;
  logic [8*Cols-1:0]    other;  // 5
  if (Operands) begin : gen_operands
    logic [2*Stages-1:2] binary_q;
    logic [8*Cols-1:0]   o1_q, o2_q, o3_q, o4_q, o5_q;
    assign binary = binary_q[2*Stages-1:10];
    assign other  = o5_q;
    always_ff @(posedge clk_i) begin
      binary_q <= {binary_q[2*Stages-3:2], row_binary_i};
      if (valid_q[4]) o5_q <= o4_q;
      if (valid_q[3]) o4_q <= o3_q;
      if (valid_q[2]) o3_q <= o2_q;
      if (valid_q[1]) o2_q <= o1_q;
      if (row_valid_i) o1_q <= row_other_i;
    end
  end else begin : gen_no_operands
    assign binary = '0;
    assign other  = '0;
    logic unused_operands;
    assign unused_operands = ^{row_other_i, row_binary_i};
  end

  // The destination waits in a ring for its row: nothing but the last stage needs it.
  logic [29:0] place_q [16];
  logic [29:0] place;
  logic [3:0]  place_in_q, place_out_q;
  assign place = place_q[place_out_q];
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      place_in_q  <= '0;
      place_out_q <= '0;
    end else begin
      if (row_valid_i) place_in_q <= place_in_q + 4'd1;
      if (valid_q[Stages-1]) place_out_q <= place_out_q + 4'd1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (row_valid_i) place_q[place_in_q] <= {row_last_i, row_bytes_i, row_addr_i};
    if (valid_q[Stages-1]) {out_last_o, out_bytes_o, out_addr_o} <= place;
  end

  // ---- data ----
  // Whether floor = value >> shift goes up by one: rest above one half, or equal to it and floor odd.
  function automatic logic rounds_up(input logic [63:0] value, input logic [5:0] shift, input logic odd);
    logic [63:0] rest;
    rest = (value << ~shift) << 1;  // the bits shifted out, left-aligned; none for shift 0
    rounds_up = rest > {1'b0, {63{1'b1}}} + 64'(!odd);
  endfunction

  // Every value that the clamp can tell from its limits, in few bits. Selections, not branches: a simulator then works on
  // several lanes at a time.
  function automatic logic [15:0] saturated(input logic signed [63:0] value);
    saturated = value > 64'sd511 ? 16'd511 : value < -64'sd512 ? -16'd512 : value[15:0];
  endfunction

  function automatic logic [7:0] clamped(input logic signed [15:0] value, input logic signed [15:0] lo,
                                         input logic signed [15:0] hi);
    clamped = value < lo ? lo[7:0] : value > hi ? hi[7:0] : value[7:0];
  endfunction

  // A choice as a function: a conditional's operands would be widened to the product's 64 bits before it.
  function automatic logic signed [24:0] either(input logic first, input logic signed [24:0] a, input logic signed [24:0] b);
    either = first ? a : b;
  endfunction

  logic [8*Cols-1:0]  out_d, out_q;
  logic [32*Cols-1:0] row_d;
  logic [ChanW-1:0]   chan_base;
  assign chan_base = ChanW'({32'd0, row_chan_bank_i} << WordShift);

  logic [31:0]        sum_q [Cols];       // 1
  logic [23:0]        m_q [Cols];
  logic [5:0]         s_q [Cols];
  logic signed [63:0] prod_q [Cols];      // 2: 56 bits and their sign
  logic [5:0]         s2_q [Cols];
  logic signed [15:0] floor_q [Cols];     // 3
  logic               up_q [Cols];
  logic [8*Cols-1:0]  v4_q, v5_q, v6_q, v7_q, v8_q, v9_q;
  logic signed [15:0] da_q [Cols];        // 6: 10 bits and their sign
  logic signed [15:0] db_q [Cols];
  logic signed [63:0] first_q [Cols];     // 7: 34 bits
  logic signed [15:0] second_q [Cols];
  logic signed [63:0] ab_q [Cols];        // 8: 43 bits
  logic signed [15:0] floor_ab_q [Cols];  // 9
  logic               up_ab_q [Cols];

  // Factors keep their own width up to the product: synthesis builds a multiplier as wide as what it multiplies.
  // The last stage stands first and every stage reads what the one before it left a cycle ago, so blocking assignments
  // serve and a simulator copies nothing. out_q alone is read outside this block and is not blocking.
  always_ff @(posedge clk_i) begin : p_stages
    logic               multiply;
    logic signed [24:0] factor;
    if (valid_q[9]) begin
      out_d = v9_q;
      if (binary[19:18] != 2'd0) begin
        for (int unsigned i = 0; i < Cols; i++) begin
          out_d[8*i +: 8] = clamped(floor_ab_q[i] + 16'(zero_2_q[desc_q[9]]) + 16'(up_ab_q[i]),
                                    16'(lo_2_q[desc_q[9]]), 16'(hi_2_q[desc_q[9]]));
        end
      end
      if (place[28:22] != 7'(Cols)) begin
        for (int unsigned i = 0; i < Cols; i++) out_d[8*i +: 8] = 7'(i) < place[28:22] ? out_d[8*i +: 8] : '0;
      end
      out_q <= out_d;
    end
    if (valid_q[8]) begin
      v9_q = v8_q;
      if (binary[17:16] != 2'd0) begin
        for (int unsigned i = 0; i < Cols; i++) begin
          floor_ab_q[i] = saturated(ab_q[i] >>> s_ab_q[desc_q[8]]);
          up_ab_q[i]    = rounds_up(ab_q[i], s_ab_q[desc_q[8]], floor_ab_q[i][0]);
        end
      end
    end
    if (valid_q[7]) begin
      v8_q = v7_q;
      if (binary[15:14] != 2'd0) begin
        multiply = binary[15:14] == BinaryMultiply;
        factor   = $signed({1'b0, multiply ? m_a_q[desc_q[7]] : m_b_q[desc_q[7]]});
        for (int unsigned i = 0; i < Cols; i++) begin
          ab_q[i] = 64'(either(multiply, 25'($signed(first_q[i][23:0])), 25'(second_q[i]))) * 64'(factor) +
                    (multiply ? 64'sd0 : first_q[i]);
        end
      end
    end
    if (valid_q[6]) begin
      v7_q = v6_q;
      if (binary[13:12] != 2'd0) begin
        multiply = binary[13:12] == BinaryMultiply;
        factor   = $signed({1'b0, m_a_q[desc_q[6]]});
        for (int unsigned i = 0; i < Cols; i++) begin
          first_q[i]  = 64'(da_q[i]) * 64'(either(multiply, 25'(db_q[i]), factor));
          second_q[i] = db_q[i];
        end
      end
    end
    if (valid_q[5]) begin
      v6_q = v5_q;
      if (binary[11:10] != 2'd0) begin
        for (int unsigned i = 0; i < Cols; i++) begin
          da_q[i] = 16'($signed(v5_q[8*i +: 8])) - 16'(zero_a_q[desc_q[5]]);
          db_q[i] = 16'($signed(other[8*i +: 8])) - 16'(zero_b_q[desc_q[5]]);
          if (binary[11:10] == BinarySubtract) db_q[i] = -db_q[i];
        end
      end
    end
    if (valid_q[4]) begin
      if (use_table_q[desc_q[4]]) begin
        for (int unsigned i = 0; i < Cols; i++) begin
          v5_q[8*i +: 8] = table_q[v4_q[8*i+6 +: 2] ^ 2'b10][{v4_q[8*i +: 6], 3'b000} +: 8];
        end
      end else begin
        v5_q = v4_q;
      end
    end
    if (valid_q[3]) begin
      for (int unsigned i = 0; i < Cols; i++) begin
        v4_q[8*i +: 8] = clamped(floor_q[i] + 16'(zero_1_q[desc_q[3]]) + 16'(up_q[i]), 16'(lo_1_q[desc_q[3]]),
                                 16'(hi_1_q[desc_q[3]]));
      end
    end
    if (valid_q[2]) begin
      for (int unsigned i = 0; i < Cols; i++) begin
        floor_q[i] = saturated(prod_q[i] >>> s2_q[i]);
        up_q[i]    = rounds_up(prod_q[i], s2_q[i], floor_q[i][0]);
      end
    end
    if (valid_q[1]) begin
      for (int unsigned i = 0; i < Cols; i++) begin
        prod_q[i] = 64'($signed(sum_q[i])) * 64'($signed({1'b0, m_q[i]}));
        s2_q[i]   = s_q[i];
      end
    end
    if (row_valid_i) begin
      row_d = row_window_i ? window_data_i : acc_data_i;
      for (int unsigned i = 0; i < Cols; i++) begin
        sum_q[i] = row_d[32*i +: 32] + chan_q[chan_base + ChanW'(i / 8)][64*(i%8) +: 32];
        m_q[i]   = chan_q[chan_base + ChanW'(i / 8)][64*(i%8) + 32 +: 24];
        s_q[i]   = chan_q[chan_base + ChanW'(i / 8)][64*(i%8) + 56 +: 6];
      end
    end
  end

  assign out_valid_o     = valid_q[Stages];
  assign out_data_o      = out_q;
  assign out_desc_bank_o = desc_q[Stages];
endmodule
