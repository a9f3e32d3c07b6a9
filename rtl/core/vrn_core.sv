// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// The NPU without its registers: control, the units, the buffers between them, counters, one AXI master.
///
/// A run begins with start_i and ends with done_o; in between the arguments hold. The first error of a run stays in
/// error_o and error_address_o until the next start.
/// AXI ids: reads 0 fetch, 1 load; writes 0.
module vrn_core #(
  /// Array geometry, 1 to 64 each.
  parameter int unsigned Rows = 16,
  parameter int unsigned Cols = 16,
  /// Bytes of the buffers, 64 times a power of two.
  parameter int unsigned AbufBytes = 2097152,
  parameter int unsigned WbufBytes = 262144,
  parameter int unsigned PbufBytes = 32768,
  /// Rows of the accumulator memory.
  parameter int unsigned AccRows = 512,
  /// Pixels of a depthwise window, 0: no depthwise unit; rows of its accumulator memory, bytes of its buffer.
  parameter int unsigned DwTaps = 3,
  parameter int unsigned DwRows = 256,
  parameter int unsigned DwBytes = 16384,
  /// Read bursts in flight, >= 1, and the longest burst in bytes, 64 to 4096, a power of two.
  parameter int unsigned ReadsInFlight = 16,
  parameter int unsigned BurstBytes = 1024
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         start_i,
  /// From the cycle after start_i to the one with done_o.
  input  logic         running_i,
  output logic         done_o,
  input  logic [63:0]  commands_i,
  input  logic [31:0]  command_count_i,
  input  logic [255:0] region_base_i,
  output logic [15:0]  error_o,
  output logic [63:0]  error_address_o,
  input  logic         counter_rd_en_i,
  input  logic [5:0]   counter_index_i,
  output logic [63:0]  counter_data_o,

  output logic         ar_valid_o,
  input  logic         ar_ready_i,
  output logic         ar_id_o,
  output logic [63:0]  ar_addr_o,
  output logic [7:0]   ar_len_o,
  input  logic         r_valid_i,
  output logic         r_ready_o,
  input  logic         r_id_i,
  input  logic [511:0] r_data_i,
  input  logic [1:0]   r_resp_i,
  output logic         aw_valid_o,
  input  logic         aw_ready_i,
  output logic [63:0]  aw_addr_o,
  output logic [7:0]   aw_len_o,
  output logic         w_valid_o,
  input  logic         w_ready_i,
  output logic [511:0] w_data_o,
  output logic [63:0]  w_strb_o,
  output logic         w_last_o,
  input  logic         b_valid_i,
  output logic         b_ready_o,
  input  logic [1:0]   b_resp_i,

  /// Unit u takes, retires a command.
  output logic [4:0]   trace_issue_o,
  output logic [4:0]   trace_retire_o,
  /// Everything is idle and fetching restarts: at start_i and behind a fence.
  output logic         trace_restart_o
);
  localparam int unsigned AbufWords = AbufBytes / 64;
  localparam int unsigned WbufWords = WbufBytes / 64;
  localparam int unsigned PbufWords = PbufBytes / 64;
  localparam int unsigned DbufWords = DwBytes / 64;
  localparam bit          Depthwise = DwTaps != 0;
  localparam int unsigned AbufAddrW = $clog2(AbufWords);
  localparam int unsigned WbufAddrW = $clog2(WbufWords);
  localparam int unsigned PbufAddrW = $clog2(PbufWords);
  localparam int unsigned DbufAddrW = $clog2(DbufWords);

  // --- control ---
  logic         fetch_ar_valid, fetch_ar_ready, fetch_r_valid, fetch_r_ready;
  logic [63:0]  fetch_ar_addr;
  logic [7:0]   fetch_ar_len;
  logic         load_valid, load_ready, matrix_valid, matrix_ready;
  logic         vector_valid, vector_ready, depthwise_valid, depthwise_ready, store_valid, store_ready;
  logic [511:0] load_cmd, matrix_cmd, vector_cmd, depthwise_cmd, store_cmd;
  logic [4:0]   retire, busy;
  logic         abort, unit_rst_n;
  logic         control_error;
  logic [2:0]   control_code;
  logic [63:0]  control_address;
  logic         ev_fetch_words;
  assign unit_rst_n     = rst_ni && !abort;
  assign trace_retire_o = retire;

  vrn_control #(
    .Depthwise(Depthwise)
  ) u_control (
    .clk_i,
    .rst_ni,
    .start_i,
    .done_o,
    .abort_o         (abort),
    .base_i          (commands_i),
    .count_i         (command_count_i),
    .ar_valid_o      (fetch_ar_valid),
    .ar_ready_i      (fetch_ar_ready),
    .ar_addr_o       (fetch_ar_addr),
    .ar_len_o        (fetch_ar_len),
    .r_valid_i       (fetch_r_valid),
    .r_ready_o       (fetch_r_ready),
    .r_data_i,
    .r_resp_i,
    .load_valid_o    (load_valid),
    .load_ready_i    (load_ready),
    .load_cmd_o      (load_cmd),
    .matrix_valid_o  (matrix_valid),
    .matrix_ready_i  (matrix_ready),
    .matrix_cmd_o    (matrix_cmd),
    .vector_valid_o  (vector_valid),
    .vector_ready_i  (vector_ready),
    .vector_cmd_o    (vector_cmd),
    .depthwise_valid_o(depthwise_valid),
    .depthwise_ready_i(depthwise_ready),
    .depthwise_cmd_o (depthwise_cmd),
    .store_valid_o   (store_valid),
    .store_ready_i   (store_ready),
    .store_cmd_o     (store_cmd),
    .retire_i        (retire),
    .busy_i          (busy),
    .error_valid_o   (control_error),
    .error_code_o    (control_code),
    .error_address_o (control_address),
    .issue_o         (trace_issue_o),
    .restart_o       (trace_restart_o),
    .ev_fetch_words_o(ev_fetch_words)
  );

  // --- load, store and the port they share with fetch ---
  logic                 load_ar_valid, load_ar_ready, load_r_valid, load_r_ready, ev_read_bursts;
  logic [63:0]          load_ar_addr;
  logic [7:0]           load_ar_len;
  logic                 load_wr_req, load_wr_gnt, wb_wr_en, pb_wr_en, db_wr_en;
  logic [AbufAddrW-1:0] load_wr_addr;
  logic [63:0]          load_wr_mask;
  logic [511:0]         load_wr_data, wb_wr_data, pb_wr_data, db_wr_data;
  logic [WbufAddrW-1:0] wb_wr_addr;
  logic [PbufAddrW-1:0] pb_wr_addr;
  logic [DbufAddrW-1:0] db_wr_addr;
  logic                 load_error, load_error_decode, store_error, store_error_decode;
  logic [63:0]          load_error_address, store_error_address;
  logic                 ev_load_busy, ev_load_words, ev_load_stall_memory, ev_load_stall_buffer;
  logic                 ev_abuf_writes_load, ev_wbuf_writes, ev_pbuf_writes, ev_dbuf_writes;
  logic                 store_rd_req, store_rd_gnt, ev_store_busy, ev_store_words, ev_abuf_reads_store;
  logic [AbufAddrW-1:0] store_rd_addr;
  logic [511:0]         store_rd_data;

  vrn_read_port u_read_port (
    .clk_i,
    .rst_ni,
    .fetch_ar_valid_i(fetch_ar_valid),
    .fetch_ar_ready_o(fetch_ar_ready),
    .fetch_ar_addr_i (fetch_ar_addr),
    .fetch_ar_len_i  (fetch_ar_len),
    .fetch_r_valid_o (fetch_r_valid),
    .fetch_r_ready_i (fetch_r_ready),
    .load_ar_valid_i (load_ar_valid),
    .load_ar_ready_o (load_ar_ready),
    .load_ar_addr_i  (load_ar_addr),
    .load_ar_len_i   (load_ar_len),
    .load_r_valid_o  (load_r_valid),
    .load_r_ready_i  (load_r_ready),
    .m_ar_valid_o    (ar_valid_o),
    .m_ar_ready_i    (ar_ready_i),
    .m_ar_id_o       (ar_id_o),
    .m_ar_addr_o     (ar_addr_o),
    .m_ar_len_o      (ar_len_o),
    .m_r_valid_i     (r_valid_i),
    .m_r_ready_o     (r_ready_o),
    .m_r_id_i        (r_id_i),
    .ev_read_bursts_o(ev_read_bursts)
  );

  vrn_load #(
    .ReadsInFlight(ReadsInFlight),
    .BurstBytes   (BurstBytes),
    .AbufWords    (AbufWords),
    .WbufWords    (WbufWords),
    .PbufWords    (PbufWords),
    .DbufWords    (DbufWords)
  ) u_load (
    .clk_i,
    .rst_ni,
    .cmd_valid_i           (load_valid),
    .cmd_ready_o           (load_ready),
    .cmd_i                 (load_cmd),
    .region_base_i,
    .retire_o              (retire[vrn_npu_pkg::UnitLoad]),
    .busy_o                (busy[vrn_npu_pkg::UnitLoad]),
    .ar_valid_o            (load_ar_valid),
    .ar_ready_i            (load_ar_ready),
    .ar_addr_o             (load_ar_addr),
    .ar_len_o              (load_ar_len),
    .r_valid_i             (load_r_valid),
    .r_ready_o             (load_r_ready),
    .r_data_i,
    .r_resp_i,
    .wr_req_o              (load_wr_req),
    .wr_addr_o             (load_wr_addr),
    .wr_mask_o             (load_wr_mask),
    .wr_data_o             (load_wr_data),
    .wr_gnt_i              (load_wr_gnt),
    .wb_wr_en_o            (wb_wr_en),
    .wb_wr_addr_o          (wb_wr_addr),
    .wb_wr_data_o          (wb_wr_data),
    .pb_wr_en_o            (pb_wr_en),
    .pb_wr_addr_o          (pb_wr_addr),
    .pb_wr_data_o          (pb_wr_data),
    .db_wr_en_o            (db_wr_en),
    .db_wr_addr_o          (db_wr_addr),
    .db_wr_data_o          (db_wr_data),
    .error_valid_o         (load_error),
    .error_decode_o        (load_error_decode),
    .error_address_o       (load_error_address),
    .ev_load_busy_o        (ev_load_busy),
    .ev_load_words_o       (ev_load_words),
    .ev_load_stall_memory_o(ev_load_stall_memory),
    .ev_load_stall_buffer_o(ev_load_stall_buffer),
    .ev_abuf_writes_load_o (ev_abuf_writes_load),
    .ev_wbuf_writes_o      (ev_wbuf_writes),
    .ev_pbuf_writes_o      (ev_pbuf_writes),
    .ev_dbuf_writes_o      (ev_dbuf_writes)
  );

  vrn_store #(
    .WritesInFlight(ReadsInFlight),
    .BurstBytes    (BurstBytes),
    .AbufWords     (AbufWords)
  ) u_store (
    .clk_i,
    .rst_ni,
    .cmd_valid_i          (store_valid),
    .cmd_ready_o          (store_ready),
    .cmd_i                (store_cmd),
    .region_base_i,
    .retire_o             (retire[vrn_npu_pkg::UnitStore]),
    .busy_o               (busy[vrn_npu_pkg::UnitStore]),
    .rd_req_o             (store_rd_req),
    .rd_addr_o            (store_rd_addr),
    .rd_gnt_i             (store_rd_gnt),
    .rd_data_i            (store_rd_data),
    .aw_valid_o,
    .aw_ready_i,
    .aw_addr_o,
    .aw_len_o,
    .w_valid_o,
    .w_ready_i,
    .w_data_o,
    .w_strb_o,
    .w_last_o,
    .b_valid_i,
    .b_ready_o,
    .b_resp_i,
    .error_valid_o        (store_error),
    .error_decode_o       (store_error_decode),
    .error_address_o      (store_error_address),
    .ev_store_busy_o      (ev_store_busy),
    .ev_store_words_o     (ev_store_words),
    .ev_abuf_reads_store_o(ev_abuf_reads_store)
  );

  // --- matrix and vector ---
  logic                 matrix_rd_req, matrix_rd_gnt, wb_rd_en, acc_valid, acc_ready;
  logic [AbufAddrW-1:0] matrix_rd_addr;
  logic [511:0]         matrix_rd_data, wb_rd_data;
  logic [WbufAddrW-1:0] wb_rd_addr;
  logic [32*Cols-1:0]   acc_data;
  logic                 ev_matrix_busy, ev_matrix_vectors, ev_matrix_stall_weights, ev_matrix_stall_input;
  logic                 ev_matrix_stall_output, ev_weight_words, ev_weight_swaps, ev_acc_reads, ev_acc_writes;
  logic                 ev_abuf_reads_matrix;

  vrn_matrix #(
    .Rows     (Rows),
    .Cols     (Cols),
    .AccRows  (AccRows),
    .AbufWords(AbufWords),
    .WbufWords(WbufWords)
  ) u_matrix (
    .clk_i,
    .rst_ni                   (unit_rst_n),
    .cmd_valid_i              (matrix_valid),
    .cmd_ready_o              (matrix_ready),
    .cmd_i                    (matrix_cmd),
    .retire_o                 (retire[vrn_npu_pkg::UnitMatrix]),
    .busy_o                   (busy[vrn_npu_pkg::UnitMatrix]),
    .rd_req_o                 (matrix_rd_req),
    .rd_addr_o                (matrix_rd_addr),
    .rd_gnt_i                 (matrix_rd_gnt),
    .rd_data_i                (matrix_rd_data),
    .wb_req_o                 (wb_rd_en),
    .wb_addr_o                (wb_rd_addr),
    .wb_data_i                (wb_rd_data),
    .acc_valid_o              (acc_valid),
    .acc_ready_i              (acc_ready),
    .acc_data_o               (acc_data),
    .ev_matrix_busy_o         (ev_matrix_busy),
    .ev_matrix_vectors_o      (ev_matrix_vectors),
    .ev_matrix_stall_weights_o(ev_matrix_stall_weights),
    .ev_matrix_stall_input_o  (ev_matrix_stall_input),
    .ev_matrix_stall_output_o (ev_matrix_stall_output),
    .ev_weight_words_o        (ev_weight_words),
    .ev_weight_swaps_o        (ev_weight_swaps),
    .ev_acc_reads_o           (ev_acc_reads),
    .ev_acc_writes_o          (ev_acc_writes),
    .ev_abuf_reads_matrix_o   (ev_abuf_reads_matrix)
  );

  logic                 src_rd_req, src_rd_gnt, oth_rd_req, oth_rd_gnt, vector_wr_req, vector_wr_gnt, pb_rd_en;
  logic [AbufAddrW-1:0] src_rd_addr, oth_rd_addr, vector_wr_addr;
  logic [511:0]         src_rd_data, oth_rd_data, vector_wr_data, pb_rd_data;
  logic [63:0]          vector_wr_mask;
  logic [PbufAddrW-1:0] pb_rd_addr;
  logic                 ev_vector_busy, ev_vector_rows, ev_vector_binary_rows, ev_vector_taps, ev_vector_stall_source;
  logic                 ev_vector_stall_other, ev_vector_stall_write, ev_param_reads, ev_abuf_reads_source;
  logic                 ev_abuf_reads_other, ev_softmax_exponentials, ev_softmax_reciprocals;

  vrn_vector #(
    .Cols     (Cols),
    .AbufWords(AbufWords),
    .PbufWords(PbufWords)
  ) u_vector (
    .clk_i,
    .rst_ni                  (unit_rst_n),
    .cmd_valid_i             (vector_valid),
    .cmd_ready_o             (vector_ready),
    .cmd_i                   (vector_cmd),
    .retire_o                (retire[vrn_npu_pkg::UnitVector]),
    .busy_o                  (busy[vrn_npu_pkg::UnitVector]),
    .acc_valid_i             (acc_valid),
    .acc_ready_o             (acc_ready),
    .acc_data_i              (acc_data),
    .src_rd_req_o            (src_rd_req),
    .src_rd_addr_o           (src_rd_addr),
    .src_rd_gnt_i            (src_rd_gnt),
    .src_rd_data_i           (src_rd_data),
    .oth_rd_req_o            (oth_rd_req),
    .oth_rd_addr_o           (oth_rd_addr),
    .oth_rd_gnt_i            (oth_rd_gnt),
    .oth_rd_data_i           (oth_rd_data),
    .wr_req_o                (vector_wr_req),
    .wr_addr_o               (vector_wr_addr),
    .wr_mask_o               (vector_wr_mask),
    .wr_data_o               (vector_wr_data),
    .wr_gnt_i                (vector_wr_gnt),
    .pb_req_o                (pb_rd_en),
    .pb_addr_o               (pb_rd_addr),
    .pb_data_i               (pb_rd_data),
    .ev_vector_busy_o        (ev_vector_busy),
    .ev_vector_rows_o        (ev_vector_rows),
    .ev_vector_binary_rows_o (ev_vector_binary_rows),
    .ev_vector_taps_o        (ev_vector_taps),
    .ev_vector_stall_source_o(ev_vector_stall_source),
    .ev_vector_stall_other_o (ev_vector_stall_other),
    .ev_vector_stall_write_o (ev_vector_stall_write),
    .ev_param_reads_o        (ev_param_reads),
    .ev_abuf_reads_source_o  (ev_abuf_reads_source),
    .ev_abuf_reads_other_o   (ev_abuf_reads_other),
    .ev_softmax_exponentials_o(ev_softmax_exponentials),
    .ev_softmax_reciprocals_o(ev_softmax_reciprocals)
  );

  // --- depthwise, with its buffer ---
  logic                 dw_rd_req, dw_rd_gnt, dw_wr_req, dw_wr_gnt;
  logic [AbufAddrW-1:0] dw_rd_addr, dw_wr_addr;
  logic [511:0]         dw_rd_data, dw_wr_data;
  logic [63:0]          dw_wr_mask;
  logic                 ev_dw_busy, ev_dw_vectors, ev_dw_stall_weights, ev_dw_stall_input, ev_dw_stall_output;
  logic                 ev_dw_weight_words, ev_dw_weight_swaps, ev_dw_acc_reads, ev_dw_acc_writes, ev_dw_rows;
  logic                 ev_dw_stall_write, ev_dw_param_reads, ev_dw_abuf_reads;

  if (Depthwise) begin : gen_depthwise
    logic                 weight_en, param_en;
    logic [DbufAddrW-1:0] weight_addr, param_addr;
    logic [511:0]         weight_data, param_data;
    vrn_depthwise #(
      .Cols     (Cols),
      .Taps     (DwTaps),
      .Block    (Rows > Cols ? Rows : Cols),
      .AccRows  (DwRows),
      .AbufWords(AbufWords),
      .DbufWords(DbufWords)
    ) u_depthwise (
      .clk_i,
      .rst_ni            (unit_rst_n),
      .cmd_valid_i       (depthwise_valid),
      .cmd_ready_o       (depthwise_ready),
      .cmd_i             (depthwise_cmd),
      .retire_o          (retire[vrn_npu_pkg::UnitDepthwise]),
      .busy_o            (busy[vrn_npu_pkg::UnitDepthwise]),
      .rd_req_o          (dw_rd_req),
      .rd_addr_o         (dw_rd_addr),
      .rd_gnt_i          (dw_rd_gnt),
      .rd_data_i         (dw_rd_data),
      .wr_req_o          (dw_wr_req),
      .wr_addr_o         (dw_wr_addr),
      .wr_mask_o         (dw_wr_mask),
      .wr_data_o         (dw_wr_data),
      .wr_gnt_i          (dw_wr_gnt),
      .weight_req_o      (weight_en),
      .weight_addr_o     (weight_addr),
      .weight_data_i     (weight_data),
      .param_req_o       (param_en),
      .param_addr_o      (param_addr),
      .param_data_i      (param_data),
      .ev_busy_o         (ev_dw_busy),
      .ev_vectors_o      (ev_dw_vectors),
      .ev_stall_weights_o(ev_dw_stall_weights),
      .ev_stall_input_o  (ev_dw_stall_input),
      .ev_stall_output_o (ev_dw_stall_output),
      .ev_weight_words_o (ev_dw_weight_words),
      .ev_weight_swaps_o (ev_dw_weight_swaps),
      .ev_acc_reads_o    (ev_dw_acc_reads),
      .ev_acc_writes_o   (ev_dw_acc_writes),
      .ev_rows_o         (ev_dw_rows),
      .ev_stall_write_o  (ev_dw_stall_write),
      .ev_param_reads_o  (ev_dw_param_reads),
      .ev_abuf_reads_o   (ev_dw_abuf_reads)
    );
    vrn_dbuf #(
      .DbufWords(DbufWords)
    ) u_dbuf (
      .clk_i,
      .wr_en_i      (db_wr_en),
      .wr_addr_i    (db_wr_addr),
      .wr_data_i    (db_wr_data),
      .weight_en_i  (weight_en),
      .weight_addr_i(weight_addr),
      .weight_data_o(weight_data),
      .param_en_i   (param_en),
      .param_addr_i (param_addr),
      .param_data_o (param_data)
    );
  end else begin : gen_no_depthwise
    assign {depthwise_ready, retire[vrn_npu_pkg::UnitDepthwise], busy[vrn_npu_pkg::UnitDepthwise]} = '0;
    assign {dw_rd_req, dw_rd_addr, dw_wr_req, dw_wr_addr, dw_wr_mask, dw_wr_data} = '0;
    assign {ev_dw_busy, ev_dw_vectors, ev_dw_stall_weights, ev_dw_stall_input, ev_dw_stall_output, ev_dw_weight_words,
            ev_dw_weight_swaps, ev_dw_acc_reads, ev_dw_acc_writes, ev_dw_rows, ev_dw_stall_write, ev_dw_param_reads,
            ev_dw_abuf_reads} = '0;
    logic unused_depthwise;
    assign unused_depthwise = ^{depthwise_valid, depthwise_cmd, dw_rd_gnt, dw_rd_data, dw_wr_gnt, db_wr_en, db_wr_addr,
                                db_wr_data};
  end

  // --- buffers ---
  vrn_abuf #(
    .AbufWords(AbufWords),
    .Readers  (5),
    .Writers  (3)
  ) u_abuf (
    .clk_i,
    .rst_ni,
    .rd_req_i ({store_rd_req, dw_rd_req, oth_rd_req, src_rd_req, matrix_rd_req}),
    .rd_addr_i({store_rd_addr, dw_rd_addr, oth_rd_addr, src_rd_addr, matrix_rd_addr}),
    .rd_gnt_o ({store_rd_gnt, dw_rd_gnt, oth_rd_gnt, src_rd_gnt, matrix_rd_gnt}),
    .rd_data_o({store_rd_data, dw_rd_data, oth_rd_data, src_rd_data, matrix_rd_data}),
    .wr_req_i ({load_wr_req, dw_wr_req, vector_wr_req}),
    .wr_addr_i({load_wr_addr, dw_wr_addr, vector_wr_addr}),
    .wr_mask_i({load_wr_mask, dw_wr_mask, vector_wr_mask}),
    .wr_data_i({load_wr_data, dw_wr_data, vector_wr_data}),
    .wr_gnt_o ({load_wr_gnt, dw_wr_gnt, vector_wr_gnt})
  );
  vrn_wbuf #(
    .WbufWords(WbufWords)
  ) u_wbuf (
    .clk_i,
    .wr_en_i  (wb_wr_en),
    .wr_addr_i(wb_wr_addr),
    .wr_data_i(wb_wr_data),
    .rd_en_i  (wb_rd_en),
    .rd_addr_i(wb_rd_addr),
    .rd_data_o(wb_rd_data)
  );
  vrn_pbuf #(
    .PbufWords(PbufWords)
  ) u_pbuf (
    .clk_i,
    .wr_req_i (pb_wr_en),
    .wr_addr_i(pb_wr_addr),
    .wr_data_i(pb_wr_data),
    .rd_req_i (pb_rd_en),
    .rd_addr_i(pb_rd_addr),
    .rd_data_o(pb_rd_data)
  );

  vrn_first_error u_first_error (
    .clk_i,
    .rst_ni,
    .clear_i          (start_i),
    .control_i        (control_error),
    .control_code_i   (control_code),
    .control_address_i(control_address),
    .load_i           (load_error),
    .load_decode_i    (load_error_decode),
    .load_address_i   (load_error_address),
    .store_i          (store_error),
    .store_decode_i   (store_error_decode),
    .store_address_i  (store_error_address),
    .error_o,
    .address_o        (error_address_o)
  );

  // --- activity ---
  // Registered: the counters lag by a cycle, with their clear, and a simulator puts the events together once a cycle only.
  localparam int unsigned N = vrn_npu_pkg::NumCounters;
  logic [N-1:0] events_q, second_q;
  logic         clear_q;
  always_ff @(posedge clk_i) begin
    clear_q  <= start_i;
    second_q <= N'(64'(ev_abuf_reads_other) << vrn_npu_pkg::CntAbufReadsVector);
    events_q <= N'(
      (64'(running_i) << vrn_npu_pkg::CntCycles) |
      (64'(ev_fetch_words) << vrn_npu_pkg::CntFetchWords) |
      (64'(ev_load_busy) << vrn_npu_pkg::CntLoadBusy) |
      (64'(ev_load_words) << vrn_npu_pkg::CntLoadWords) |
      (64'(ev_load_stall_memory) << vrn_npu_pkg::CntLoadStallMemory) |
      (64'(ev_load_stall_buffer) << vrn_npu_pkg::CntLoadStallBuffer) |
      (64'(ev_matrix_busy) << vrn_npu_pkg::CntMatrixBusy) |
      (64'(ev_matrix_vectors) << vrn_npu_pkg::CntMatrixVectors) |
      (64'(ev_matrix_stall_weights) << vrn_npu_pkg::CntMatrixStallWeights) |
      (64'(ev_matrix_stall_input) << vrn_npu_pkg::CntMatrixStallInput) |
      (64'(ev_matrix_stall_output) << vrn_npu_pkg::CntMatrixStallOutput) |
      (64'(ev_weight_words) << vrn_npu_pkg::CntWeightWords) |
      (64'(ev_weight_swaps) << vrn_npu_pkg::CntWeightSwaps) |
      (64'(ev_acc_reads) << vrn_npu_pkg::CntAccReads) |
      (64'(ev_acc_writes) << vrn_npu_pkg::CntAccWrites) |
      (64'(ev_vector_busy) << vrn_npu_pkg::CntVectorBusy) |
      (64'(ev_vector_rows) << vrn_npu_pkg::CntVectorRows) |
      (64'(ev_vector_binary_rows) << vrn_npu_pkg::CntVectorBinaryRows) |
      (64'(ev_vector_taps) << vrn_npu_pkg::CntVectorTaps) |
      (64'(ev_vector_stall_source) << vrn_npu_pkg::CntVectorStallSource) |
      (64'(ev_vector_stall_other) << vrn_npu_pkg::CntVectorStallOther) |
      (64'(ev_vector_stall_write) << vrn_npu_pkg::CntVectorStallWrite) |
      (64'(ev_param_reads) << vrn_npu_pkg::CntParamReads) |
      (64'(ev_abuf_reads_matrix) << vrn_npu_pkg::CntAbufReadsMatrix) |
      (64'(ev_abuf_reads_source) << vrn_npu_pkg::CntAbufReadsVector) |
      (64'(ev_abuf_reads_store) << vrn_npu_pkg::CntAbufReadsStore) |
      (64'(ev_abuf_writes_load) << vrn_npu_pkg::CntAbufWritesLoad) |
      (64'(vector_wr_req && vector_wr_gnt) << vrn_npu_pkg::CntAbufWritesVector) |
      (64'(ev_wbuf_writes) << vrn_npu_pkg::CntWbufWrites) |
      (64'(ev_pbuf_writes) << vrn_npu_pkg::CntPbufWrites) |
      (64'(ev_store_busy) << vrn_npu_pkg::CntStoreBusy) |
      (64'(ev_store_words) << vrn_npu_pkg::CntStoreWords) |
      (64'(ev_read_bursts) << vrn_npu_pkg::CntReadBursts) |
      (64'(aw_valid_o && aw_ready_i) << vrn_npu_pkg::CntWriteBursts) |
      (64'(ev_dw_busy) << vrn_npu_pkg::CntDepthwiseBusy) |
      (64'(ev_dw_vectors) << vrn_npu_pkg::CntDepthwiseVectors) |
      (64'(ev_dw_stall_weights) << vrn_npu_pkg::CntDepthwiseStallWeights) |
      (64'(ev_dw_stall_input) << vrn_npu_pkg::CntDepthwiseStallInput) |
      (64'(ev_dw_stall_output) << vrn_npu_pkg::CntDepthwiseStallOutput) |
      (64'(ev_dw_weight_words) << vrn_npu_pkg::CntDepthwiseWeightWords) |
      (64'(ev_dw_weight_swaps) << vrn_npu_pkg::CntDepthwiseWeightSwaps) |
      (64'(ev_dw_acc_reads) << vrn_npu_pkg::CntDepthwiseAccReads) |
      (64'(ev_dw_acc_writes) << vrn_npu_pkg::CntDepthwiseAccWrites) |
      (64'(ev_dw_rows) << vrn_npu_pkg::CntDepthwiseRows) |
      (64'(ev_dw_stall_write) << vrn_npu_pkg::CntDepthwiseStallWrite) |
      (64'(ev_dw_param_reads) << vrn_npu_pkg::CntDepthwiseParamReads) |
      (64'(ev_dw_abuf_reads) << vrn_npu_pkg::CntAbufReadsDepthwise) |
      (64'(dw_wr_req && dw_wr_gnt) << vrn_npu_pkg::CntAbufWritesDepthwise) |
      (64'(ev_dbuf_writes) << vrn_npu_pkg::CntDbufWrites) |
      (64'(ev_softmax_exponentials) << vrn_npu_pkg::CntSoftmaxExponentials) |
      (64'(ev_softmax_reciprocals) << vrn_npu_pkg::CntSoftmaxReciprocals));
  end
  vrn_counters u_counters (
    .clk_i,
    .clear_i   (clear_q),
    .event_i   (events_q),
    .event2_i  (second_q),
    .rd_en_i   (counter_rd_en_i),
    .rd_index_i(counter_index_i),
    .rd_data_o (counter_data_o)
  );
endmodule
