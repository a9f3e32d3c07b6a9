// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Hands commands in stream order to the queues of their units, and sees to fences and to the end of a run.
///
/// A fence stops fetching, waits until every unit and fetch are idle, and restarts fetching behind itself: what follows
/// starts from the same state whatever came before. A command that came with a bus error or is unknown, or a stream
/// without END, ends the run early: commands already inside load and store finish, so that AXI stays legal, the other
/// units are reset by abort_o.
///
/// Throughput  1 command per cycle         Latency     1 cycle into the queue, 1 from its head to the unit
module vrn_dispatch #(
  /// Commands of each unit's queue, >= 1.
  parameter int unsigned QueueDepth = 16,
  /// Whether there is a depthwise unit; without one its opcode is unknown.
  parameter bit          Depthwise  = 1'b1
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  /// One cycle: start a run.
  input  logic         start_i,
  /// One cycle: the run has ended and everything is idle.
  output logic         done_o,
  /// One cycle: reset the matrix, vector and depthwise units.
  output logic         abort_o,
  /// Address of the command stream.
  input  logic [63:0]  base_i,

  output logic         fetch_restart_o,
  output logic         fetch_halt_o,
  output logic [31:0]  fetch_index_o,
  input  logic         fetch_idle_i,
  input  logic         fetch_exhausted_i,
  input  logic         cmd_valid_i,
  output logic         cmd_ready_o,
  input  logic [511:0] cmd_i,
  input  logic         cmd_bad_i,
  input  logic         cmd_bad_decode_i,

  output logic         load_valid_o,
  input  logic         load_ready_i,
  output logic [511:0] load_cmd_o,
  output logic         matrix_valid_o,
  input  logic         matrix_ready_i,
  output logic [511:0] matrix_cmd_o,
  output logic         vector_valid_o,
  input  logic         vector_ready_i,
  output logic [511:0] vector_cmd_o,
  output logic         depthwise_valid_o,
  input  logic         depthwise_ready_i,
  output logic [511:0] depthwise_cmd_o,
  output logic         store_valid_o,
  input  logic         store_ready_i,
  output logic [511:0] store_cmd_o,
  /// Unit u retires a command.
  input  logic [4:0]   retire_i,
  /// Unit u is doing something; an END or fence waits for all.
  input  logic [4:0]   busy_i,

  /// Code as in the error register, address of the command.
  output logic         error_valid_o,
  output logic [2:0]   error_code_o,
  output logic [63:0]  error_address_o,
  /// Unit u takes a command.
  output logic [4:0]   issue_o
);
  typedef enum logic [2:0] {
    StIdle,
    StRun,
    StFence,   // waits for everything, then restarts fetching
    StEnd,     // waits for everything, then reports
    StDrain,   // after a fatal error: waits for load, store and fetch
    StAbort
  } state_e;
  state_e state_q, state_d;

  // --- decoding ---
  vrn_npu_pkg::cmd_header_t header;  // only the opcode matters here
  assign header = cmd_i;
  logic is_end, is_fence, is_load, is_store, is_matrix, is_vector, is_depthwise, sound, known, head;
  assign is_end       = header.opcode == vrn_npu_pkg::OpEnd;
  assign is_fence     = header.opcode == vrn_npu_pkg::OpFence;
  assign is_load      = header.opcode == vrn_npu_pkg::OpLoad;
  assign is_store     = header.opcode == vrn_npu_pkg::OpStore;
  assign is_matrix    = header.opcode == vrn_npu_pkg::OpMatrix;
  assign is_vector    = header.opcode == vrn_npu_pkg::OpVector || header.opcode == vrn_npu_pkg::OpSoftmax;
  assign is_depthwise = Depthwise && header.opcode == vrn_npu_pkg::OpDepthwise;
  assign known        = is_end || is_fence || is_load || is_store || is_matrix || is_vector || is_depthwise;
  assign head         = state_q == StRun && cmd_valid_i;
  assign sound        = head && !cmd_bad_i;

  logic load_room, matrix_room, vector_room, depthwise_room, store_room;
  logic load_idle, matrix_idle, vector_idle, depthwise_idle, store_idle;
  logic load_empty, store_empty, fatal, all_idle, restart;
  assign cmd_ready_o = sound && (is_end || is_fence || (is_load && load_room) || (is_store && store_room) ||
                                 (is_matrix && matrix_room) || (is_vector && vector_room) ||
                                 (is_depthwise && depthwise_room));
  assign fatal = (head && (cmd_bad_i || !known)) || (state_q == StRun && !cmd_valid_i && fetch_exhausted_i);

  // --- sequence ---
  always_comb begin
    state_d = state_q;
    restart = 1'b0;
    done_o  = 1'b0;
    // asked for by a fence and by the end only
    all_idle = (state_q == StFence || state_q == StEnd) && load_idle && matrix_idle && vector_idle &&
               depthwise_idle && store_idle && busy_i == '0 && fetch_idle_i;
    unique case (state_q)
      StIdle: begin
        restart = start_i;
        if (start_i) state_d = StRun;
      end
      StRun: begin
        if (fatal) state_d = StDrain;
        else if (sound && is_end) state_d = StEnd;
        else if (sound && is_fence) state_d = StFence;
      end
      StFence: begin
        restart = all_idle;
        if (all_idle) state_d = StRun;
      end
      StEnd: begin
        done_o = all_idle;
        if (all_idle) state_d = StIdle;
      end
      StDrain: begin
        if (load_empty && store_empty && !busy_i[vrn_npu_pkg::UnitLoad] && !busy_i[vrn_npu_pkg::UnitStore] &&
            fetch_idle_i)
          state_d = StAbort;
      end
      StAbort: begin
        done_o  = 1'b1;
        state_d = StIdle;
      end
      default: state_d = StIdle;
    endcase
  end

  logic [31:0] index_q;  // of the command at the head
  logic        abort_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      index_q <= '0;
      abort_q <= 1'b0;
    end else begin
      state_q <= state_d;
      abort_q <= state_d == StAbort;  // a flip-flop: it drives asynchronous resets
      if (state_d == StIdle) index_q <= '0;
      else if (cmd_ready_o) index_q <= index_q + 32'd1;
    end
  end
  assign abort_o         = abort_q;
  assign fetch_restart_o = restart;
  assign fetch_halt_o    = state_q != StRun;
  assign fetch_index_o   = index_q;

  assign error_valid_o   = fatal;
  assign error_code_o    = head && cmd_bad_i ? {1'b0, cmd_bad_decode_i, !cmd_bad_decode_i} : 3'd5;
  assign error_address_o = base_i + {26'd0, index_q, 6'd0};

  // --- queues ---
  logic        clear, flush;
  logic [15:0] load_retired, matrix_retired, vector_retired, depthwise_retired, store_retired;
  logic [79:0] retired;
  assign clear   = state_q == StIdle && start_i;
  assign flush   = fatal || state_q == StDrain;
  assign retired = {store_retired, depthwise_retired, vector_retired, matrix_retired, load_retired};
  logic unused_matrix_empty, unused_vector_empty;  // a fatal error resets these units

  vrn_unit_queue #(
    .Depth(QueueDepth)
  ) u_load_queue (
    .clk_i,
    .rst_ni,
    .clear_i     (clear),
    .flush_i     (flush),
    .push_valid_i(sound && is_load),
    .push_ready_o(load_room),
    .push_cmd_i  (cmd_i),
    .retired_i   (retired),
    .cmd_valid_o (load_valid_o),
    .cmd_ready_i (load_ready_i),
    .cmd_o       (load_cmd_o),
    .retire_i    (retire_i[vrn_npu_pkg::UnitLoad]),
    .retired_o   (load_retired),
    .idle_o      (load_idle),
    .unit_idle_o (load_empty)
  );
  vrn_unit_queue #(
    .Depth(QueueDepth)
  ) u_matrix_queue (
    .clk_i,
    .rst_ni,
    .clear_i     (clear),
    .flush_i     (flush),
    .push_valid_i(sound && is_matrix),
    .push_ready_o(matrix_room),
    .push_cmd_i  (cmd_i),
    .retired_i   (retired),
    .cmd_valid_o (matrix_valid_o),
    .cmd_ready_i (matrix_ready_i),
    .cmd_o       (matrix_cmd_o),
    .retire_i    (retire_i[vrn_npu_pkg::UnitMatrix]),
    .retired_o   (matrix_retired),
    .idle_o      (matrix_idle),
    .unit_idle_o (unused_matrix_empty)
  );
  vrn_unit_queue #(
    .Depth(QueueDepth)
  ) u_vector_queue (
    .clk_i,
    .rst_ni,
    .clear_i     (clear),
    .flush_i     (flush),
    .push_valid_i(sound && is_vector),
    .push_ready_o(vector_room),
    .push_cmd_i  (cmd_i),
    .retired_i   (retired),
    .cmd_valid_o (vector_valid_o),
    .cmd_ready_i (vector_ready_i),
    .cmd_o       (vector_cmd_o),
    .retire_i    (retire_i[vrn_npu_pkg::UnitVector]),
    .retired_o   (vector_retired),
    .idle_o      (vector_idle),
    .unit_idle_o (unused_vector_empty)
  );
  if (Depthwise) begin : gen_depthwise
    logic unused_depthwise_empty;
    vrn_unit_queue #(
      .Depth(QueueDepth)
    ) u_depthwise_queue (
      .clk_i,
      .rst_ni,
      .clear_i     (clear),
      .flush_i     (flush),
      .push_valid_i(sound && is_depthwise),
      .push_ready_o(depthwise_room),
      .push_cmd_i  (cmd_i),
      .retired_i   (retired),
      .cmd_valid_o (depthwise_valid_o),
      .cmd_ready_i (depthwise_ready_i),
      .cmd_o       (depthwise_cmd_o),
      .retire_i    (retire_i[vrn_npu_pkg::UnitDepthwise]),
      .retired_o   (depthwise_retired),
      .idle_o      (depthwise_idle),
      .unit_idle_o (unused_depthwise_empty)
    );
  end else begin : gen_no_depthwise
    assign depthwise_valid_o = 1'b0;
    assign depthwise_cmd_o   = '0;
    assign depthwise_retired = '0;
    assign depthwise_room    = 1'b0;
    assign depthwise_idle    = 1'b1;
    logic unused_depthwise_retire;
    assign unused_depthwise_retire = retire_i[vrn_npu_pkg::UnitDepthwise];
  end
  vrn_unit_queue #(
    .Depth(QueueDepth)
  ) u_store_queue (
    .clk_i,
    .rst_ni,
    .clear_i     (clear),
    .flush_i     (flush),
    .push_valid_i(sound && is_store),
    .push_ready_o(store_room),
    .push_cmd_i  (cmd_i),
    .retired_i   (retired),
    .cmd_valid_o (store_valid_o),
    .cmd_ready_i (store_ready_i),
    .cmd_o       (store_cmd_o),
    .retire_i    (retire_i[vrn_npu_pkg::UnitStore]),
    .retired_o   (store_retired),
    .idle_o      (store_idle),
    .unit_idle_o (store_empty)
  );
  assign issue_o[vrn_npu_pkg::UnitLoad]      = load_valid_o && load_ready_i;
  assign issue_o[vrn_npu_pkg::UnitMatrix]    = matrix_valid_o && matrix_ready_i;
  assign issue_o[vrn_npu_pkg::UnitVector]    = vector_valid_o && vector_ready_i;
  assign issue_o[vrn_npu_pkg::UnitDepthwise] = depthwise_valid_o && depthwise_ready_i;
  assign issue_o[vrn_npu_pkg::UnitStore]     = store_valid_o && store_ready_i;

  `VRN_ASSERT(StartIdle, !start_i || state_q == StIdle)
endmodule
