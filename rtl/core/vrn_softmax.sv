// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Softmax of the vector unit: for each pixel the maximum of its channels, the sum of their exponentials, its reciprocal, and
/// the exponentials again as rows for the lanes, whose multiplier is the reciprocal. What a command means is written in
/// rtl/spec/npu.toml, cycle by cycle in docs/rtl/softmax.md.
///
/// Commands    one at a time: cmd_valid_i only when the command before has retired
/// Constants   descriptor and the eight words of exponentials behind it; the reciprocal goes to bank 0 of the lanes' channel
///             parameters
/// Rows        row_valid_o comes two cycles after row_room_i was seen, and is taken
/// Reset       drops a command under way
module vrn_softmax #(
  /// Lanes, 1..64.
  parameter  int unsigned Cols = 16,
  /// Bits of the address of a word of channel parameters in the lanes.
  parameter  int unsigned ChanW = 2,
  /// 64-byte words of the activation buffer, a power of two in 8..65536.
  parameter  int unsigned AbufWords = 32768,
  /// 64-byte words of the parameter buffer, a power of two in 2..4096; addresses wrap.
  parameter  int unsigned PbufWords = 512,
  localparam int unsigned AbufAddrW = $clog2(AbufWords),
  localparam int unsigned PbufAddrW = $clog2(PbufWords)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 cmd_valid_i,
  input  logic [511:0]         cmd_i,
  // activation buffer
  output logic                 rd_req_o,
  output logic [AbufAddrW-1:0] rd_addr_o,
  input  logic                 rd_gnt_i,
  input  logic [511:0]         rd_data_i,
  // parameter buffer
  output logic                 pb_req_o,
  output logic [PbufAddrW-1:0] pb_addr_o,
  input  logic [511:0]         pb_data_i,
  // constants of the lanes: the descriptor is on pb_data_i
  output logic                 desc_we_o,
  output logic                 chan_we_o,
  output logic [ChanW-1:0]     chan_word_o,
  output logic [511:0]         chan_data_o,
  // rows for the lanes
  input  logic                 row_room_i,   // for three rows
  output logic                 row_valid_o,
  output logic [32*Cols-1:0]   row_data_o,
  output logic [6:0]           row_bytes_o,
  output logic [21:0]          row_addr_o,
  output logic                 row_last_o,   // of the command
  // events, each "one more this cycle"
  output logic                 ev_maximum_o,
  output logic                 ev_exponentials_o,
  output logic                 ev_reciprocals_o
);
  localparam int unsigned TileWords = (Cols + 7) / 8;
  localparam int unsigned Folds = $clog2(Cols);   // halvings until one lane is left
  localparam int unsigned Half = (Cols + 1) / 2;
  localparam int unsigned Drain = 2;              // cycles from a piece to its exponentials in the sums
  localparam logic [1:0]  PassMaximum = 2'd0, PassResults = 2'd2;

  typedef enum logic [3:0] {StIdle, StDesc, StWait, StTable, StRun, StMaximum, StSum, StDivide, StChan} state_e;
  state_e     state_d, state_q;
  logic [3:0] count_q;

  // ---- pieces of the pixels, from the buffer ----
  logic              start, walk_valid, walk_ready, walk_last, walk_end;
  logic [21:0]       walk_addr, walk_out;
  logic [6:0]        walk_bytes;
  logic [1:0]        walk_pass;
  logic              piece_valid, take, last, piece_end;
  logic [1:0]        pass;
  logic [6:0]        bytes;
  logic [21:0]       out_addr;
  logic [8*Cols-1:0] x;

  vrn_softmax_walk #(
    .Cols (Cols)
  ) u_walk (
    .clk_i,
    .rst_ni,
    .cmd_valid_i,
    .cmd_i,
    .start_o       (start),
    .piece_valid_o (walk_valid),
    .piece_ready_i (walk_ready),
    .piece_addr_o  (walk_addr),
    .piece_out_o   (walk_out),
    .piece_bytes_o (walk_bytes),
    .piece_pass_o  (walk_pass),
    .piece_last_o  (walk_last),
    .piece_end_o   (walk_end)
  );
  vrn_line_reader #(
    .Bytes     (Cols),
    .UserW     (33),
    .AbufWords (AbufWords)
  ) u_reader (
    .clk_i,
    .rst_ni,
    .flush_i     (start),
    .req_valid_i (walk_valid),
    .req_ready_o (walk_ready),
    .req_addr_i  (walk_addr),
    .req_spare_i (7'(Cols) - walk_bytes),
    .req_user_i  ({walk_pass, walk_last, walk_end, walk_bytes, walk_out}),
    .rd_req_o,
    .rd_addr_o,
    .rd_gnt_i,
    .rd_data_i,
    .out_valid_o (piece_valid),
    .out_ready_i (take),
    .out_data_o  (x),
    .out_user_o  ({pass, last, piece_end, bytes, out_addr})
  );
  assign take = piece_valid && state_q == StRun && (pass != PassResults || row_room_i);

  // ---- sequence: what follows the last piece of a pass ----
  logic divided;
  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle:    if (cmd_valid_i) state_d = StDesc;
      StDesc:    state_d = StWait;
      StWait:    state_d = StTable;
      StTable:   if (count_q == '0) state_d = StRun;
      StRun: begin
        if (take && last) begin
          if (pass == PassMaximum) state_d = Folds == 0 ? StRun : StMaximum;
          else if (pass != PassResults) state_d = StSum;
          else if (piece_end) state_d = StIdle;
        end
      end
      StMaximum: if (count_q == '0) state_d = StRun;
      StSum:     if (count_q == '0) state_d = StDivide;
      StDivide:  if (divided) state_d = StChan;
      StChan:    if (count_q == '0) state_d = StRun;
      default:   state_d = StIdle;
    endcase
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= StIdle;
    else state_q <= state_d;
  end
  // cycles left in the state
  always_ff @(posedge clk_i) begin
    if (state_d == state_q) begin
      if (count_q != '0) count_q <= count_q - 4'd1;
    end else begin
      unique case (state_d)
        StTable:   count_q <= 4'd7;
        StMaximum: count_q <= 4'(Folds) - 4'd1;
        StSum:     count_q <= 4'(Drain + Folds) - 4'd1;
        StDivide:  count_q <= 4'd1;
        StChan:    count_q <= 4'(TileWords) - 4'd1;
        default:   count_q <= '0;
      endcase
    end
  end

  // ---- constants ----
  vrn_npu_pkg::cmd_softmax_t cmd;
  vrn_npu_pkg::descriptor_t  desc;
  assign cmd  = cmd_i;
  assign desc = pb_data_i;
  logic unused_fields;
  assign unused_fields = ^{cmd.unused, cmd.out_pitch, cmd.out_row, cmd.out_block, cmd.out_base, cmd.in_pitch, cmd.in_row,
                           cmd.in_block, cmd.in_base, cmd.block, cmd.channels, cmd.n_x, cmd.n_y, cmd.wait_store,
                           cmd.wait_depthwise, cmd.wait_vector, cmd.wait_matrix, cmd.wait_load, cmd.layer, cmd.opcode,
                           desc.unused, desc.table_base, desc.use_table, desc.bias, desc.uniform, desc.pad, desc.s_ab, desc.m_b,
                           desc.m_a, desc.zero_b, desc.zero_a, desc.hi_2, desc.lo_2, desc.zero_2, desc.hi_1, desc.lo_1,
                           desc.zero_1};

  logic [11:0]  pb_addr_q;
  logic         table_we_q;
  logic [2:0]   table_word_q;
  (* ram_style = "registers" *)  // every lane reads it: a memory would take a copy a lane
  logic [511:0] table_q [8];
  logic [23:0]  m_q;
  logic [5:0]   s_q;
  assign pb_req_o  = state_q == StDesc || state_q == StTable;
  assign pb_addr_o = pb_addr_q[PbufAddrW-1:0];
  assign desc_we_o = state_q == StWait;
  if (PbufAddrW < 12) begin : gen_wrap
    logic unused_pb_addr;
    assign unused_pb_addr = ^pb_addr_q[11:PbufAddrW];
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) table_we_q <= 1'b0;
    else table_we_q <= state_q == StTable;
  end
  always_ff @(posedge clk_i) begin
    if (cmd_valid_i) pb_addr_q <= cmd.descriptor;
    else if (pb_req_o) pb_addr_q <= pb_addr_q + 12'd1;
    if (desc_we_o) {m_q, s_q} <= {desc.m, desc.s};
    table_word_q <= 3'd7 - count_q[2:0];
    if (table_we_q) table_q[table_word_q] <= pb_data_i;
  end

  // ---- maximum, then distance from it, exponential, sum; a lane without a channel adds nothing ----
  logic               first_q;                  // the next piece is the first of its pixel
  logic signed [7:0]  max_q [Cols];
  logic [7:0]         distance_q [Cols];        // 1
  logic [15:0]        exp_q [Cols];             // 2
  logic [31:0]        sum_q [Cols];             // 3
  logic               valid_q1, results_q1, end_q1, valid_q2, results_q2, end_q2;
  logic [6:0]         bytes_q1, bytes_q2;
  logic [21:0]        out_q1, out_q2;
  logic               fold_sum;
  if (Folds == 0) begin : gen_one_lane
    assign fold_sum = 1'b0;
  end else begin : gen_fold
    assign fold_sum = state_q == StSum && count_q < 4'(Folds);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      first_q  <= 1'b1;
      valid_q1 <= 1'b0;
      valid_q2 <= 1'b0;
    end else begin
      if (take) first_q <= last && pass == PassResults;
      valid_q1 <= take && pass != PassMaximum;
      valid_q2 <= valid_q1;
    end
  end
  always_ff @(posedge clk_i) begin
    {results_q1, end_q1, bytes_q1, out_q1} <= {pass == PassResults, piece_end, bytes, out_addr};
    {results_q2, end_q2, bytes_q2, out_q2} <= {results_q1, end_q1, bytes_q1, out_q1};
  end

  function automatic logic signed [7:0] larger(input logic signed [7:0] a, input logic signed [7:0] b);
    larger = a > b ? a : b;
  endfunction

  always_ff @(posedge clk_i) begin
    if (take && pass == PassMaximum) begin
      for (int unsigned i = 0; i < Cols; i++) begin
        max_q[i] <= 7'(i) >= bytes ? (first_q ? -8'sd128 : max_q[i]) :
                    first_q ? signed'(x[8*i +: 8]) : larger(max_q[i], signed'(x[8*i +: 8]));
      end
    end else if (state_q == StMaximum) begin
      for (int unsigned i = 0; i < Half; i++) begin
        max_q[i] <= 2*i + 1 < Cols ? larger(max_q[2*i], max_q[(2*i+1) % Cols]) : max_q[2*i];
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (take && pass != PassMaximum) begin
      for (int unsigned i = 0; i < Cols; i++) distance_q[i] <= max_q[0] - x[8*i +: 8];
    end
    if (valid_q1) begin
      for (int unsigned i = 0; i < Cols; i++) begin
        exp_q[i] <= 7'(i) < bytes_q1 ? table_q[distance_q[i][7:5]][{distance_q[i][4:0], 4'b0000} +: 16] : '0;
      end
    end
    if (take && pass == PassMaximum) begin
      for (int unsigned i = 0; i < Cols; i++) sum_q[i] <= '0;
    end else if (fold_sum) begin
      for (int unsigned i = 0; i < Cols; i++) begin
        sum_q[i] <= i >= Half ? '0 : sum_q[(2*i) % Cols] + (2*i + 1 < Cols ? sum_q[(2*i+1) % Cols] : '0);
      end
    end else if (valid_q2 && !results_q2) begin
      for (int unsigned i = 0; i < Cols; i++) sum_q[i] <= sum_q[i] + 32'(exp_q[i]);
    end
  end

  // ---- reciprocal of the sum, as the multiplier of every lane ----
  logic        divide;
  logic [23:0] reciprocal;
  logic [31:0] sum;
  assign sum    = sum_q[0];
  assign divide = state_q == StDivide && count_q != '0;
  vrn_divider #(
    .NumW (39),
    .DenW (32),
    .QuoW (24)
  ) u_divider (
    .clk_i,
    .rst_ni,
    .start_i (divide),
    .num_i   ({m_q, 15'd0}),
    .den_i   (sum),
    .done_o  (divided),
    .quo_o   (reciprocal)
  );
  assign chan_we_o   = state_q == StChan;
  assign chan_word_o = ChanW'(4'(TileWords) - 4'd1 - count_q);
  assign chan_data_o = {8{2'b00, s_q, reciprocal, 32'd0}};

  // ---- rows ----
  assign row_valid_o = valid_q2 && results_q2;
  assign row_bytes_o = bytes_q2;
  assign row_addr_o  = out_q2;
  assign row_last_o  = end_q2;
  for (genvar i = 0; i < Cols; i++) begin : gen_rows
    assign row_data_o[32*i +: 32] = {16'd0, exp_q[i]};
  end

  assign ev_maximum_o      = take && pass == PassMaximum;
  assign ev_exponentials_o = take && pass != PassMaximum;
  assign ev_reciprocals_o  = divide;

  `VRN_ASSERT(CommandFindsItIdle, !cmd_valid_i || state_q == StIdle)
  `VRN_ASSERT(SumIsWhole, !divide || sum >= 32'd65535)
endmodule
