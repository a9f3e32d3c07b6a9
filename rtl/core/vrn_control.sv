// SPDX-License-Identifier: Apache-2.0

/// Control: fetch and dispatch of one command stream.
///
/// Latency   4 cycles and the memory's own from start_i to the first command offered to its unit
module vrn_control #(
  /// Commands fetched ahead, a multiple of 4, >= 8.
  parameter int unsigned FetchDepth = 32,
  /// Commands of each unit's queue, >= 1.
  parameter int unsigned QueueDepth = 16,
  /// Whether there is a depthwise unit.
  parameter bit          Depthwise  = 1'b1
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         start_i,
  output logic         done_o,
  output logic         abort_o,
  input  logic [63:0]  base_i,
  input  logic [31:0]  count_i,

  output logic         ar_valid_o,
  input  logic         ar_ready_i,
  output logic [63:0]  ar_addr_o,
  output logic [7:0]   ar_len_o,
  input  logic         r_valid_i,
  output logic         r_ready_o,
  input  logic [511:0] r_data_i,
  input  logic [1:0]   r_resp_i,

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
  input  logic [4:0]   retire_i,
  input  logic [4:0]   busy_i,

  output logic         error_valid_o,
  output logic [2:0]   error_code_o,
  output logic [63:0]  error_address_o,
  output logic [4:0]   issue_o,
  output logic         ev_fetch_words_o
);
  logic         restart, halt, fetch_idle, exhausted, cmd_valid, cmd_ready, cmd_bad, cmd_bad_decode;
  logic [31:0]  index;
  logic [511:0] cmd;

  vrn_fetch #(
    .Depth(FetchDepth)
  ) u_fetch (
    .clk_i,
    .rst_ni,
    .restart_i       (restart),
    .halt_i          (halt),
    .base_i,
    .count_i,
    .index_i         (index),
    .cmd_valid_o     (cmd_valid),
    .cmd_ready_i     (cmd_ready),
    .cmd_o           (cmd),
    .cmd_bad_o       (cmd_bad),
    .cmd_bad_decode_o(cmd_bad_decode),
    .idle_o          (fetch_idle),
    .exhausted_o     (exhausted),
    .ar_valid_o,
    .ar_ready_i,
    .ar_addr_o,
    .ar_len_o,
    .r_valid_i,
    .r_ready_o,
    .r_data_i,
    .r_resp_i,
    .ev_fetch_words_o
  );

  vrn_dispatch #(
    .QueueDepth(QueueDepth),
    .Depthwise (Depthwise)
  ) u_dispatch (
    .clk_i,
    .rst_ni,
    .start_i,
    .done_o,
    .abort_o,
    .base_i,
    .fetch_restart_o  (restart),
    .fetch_halt_o     (halt),
    .fetch_index_o    (index),
    .fetch_idle_i     (fetch_idle),
    .fetch_exhausted_i(exhausted),
    .cmd_valid_i      (cmd_valid),
    .cmd_ready_o      (cmd_ready),
    .cmd_i            (cmd),
    .cmd_bad_i        (cmd_bad),
    .cmd_bad_decode_i (cmd_bad_decode),
    .load_valid_o,
    .load_ready_i,
    .load_cmd_o,
    .matrix_valid_o,
    .matrix_ready_i,
    .matrix_cmd_o,
    .vector_valid_o,
    .vector_ready_i,
    .vector_cmd_o,
    .depthwise_valid_o,
    .depthwise_ready_i,
    .depthwise_cmd_o,
    .store_valid_o,
    .store_ready_i,
    .store_cmd_o,
    .retire_i,
    .busy_i,
    .error_valid_o,
    .error_code_o,
    .error_address_o,
    .issue_o
  );
endmodule
