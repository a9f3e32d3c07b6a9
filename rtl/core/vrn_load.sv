// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Load unit: strided rows from memory into the activation, weight, parameter or depthwise buffer.
///
/// The address side runs ahead of the data side by up to ReadsInFlight bursts, over rows and over commands; data comes
/// back in order (one AXI id), so commands retire in order. ReadsInFlight * BurstBytes must cover bandwidth x latency.
///
/// Latency     2 cycles from an accepted command to its first address; a word is in its buffer at once
/// Throughput  1 word per cycle while the buffer's port is granted
/// Comb. path  r_valid_i -> wr_req_o, wr_gnt_i -> r_ready_o
module vrn_load #(
  /// Bursts asked for and not yet received, >= 1.
  parameter int unsigned ReadsInFlight = 16,
  /// Longest burst in bytes: 64, 128, ... 4096.
  parameter int unsigned BurstBytes = 1024,
  /// Words of the buffers, powers of two.
  parameter int unsigned AbufWords = 1024,
  parameter int unsigned WbufWords = 256,
  parameter int unsigned PbufWords = 128,
  parameter int unsigned DbufWords = 128,
  localparam int unsigned AbufAddrW = $clog2(AbufWords),
  localparam int unsigned WbufAddrW = $clog2(WbufWords),
  localparam int unsigned PbufAddrW = $clog2(PbufWords),
  localparam int unsigned DbufAddrW = $clog2(DbufWords)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 cmd_valid_i,
  output logic                 cmd_ready_o,
  input  logic [511:0]         cmd_i,
  /// Base addresses of regions 3..0.
  input  logic [255:0]         region_base_i,
  output logic                 retire_o,
  output logic                 busy_o,

  output logic                 ar_valid_o,
  input  logic                 ar_ready_i,
  output logic [63:0]          ar_addr_o,
  output logic [7:0]           ar_len_o,
  input  logic                 r_valid_i,
  output logic                 r_ready_o,
  input  logic [511:0]         r_data_i,
  input  logic [1:0]           r_resp_i,

  output logic                 wr_req_o,
  output logic [AbufAddrW-1:0] wr_addr_o,
  output logic [63:0]          wr_mask_o,
  output logic [511:0]         wr_data_o,
  input  logic                 wr_gnt_i,
  output logic                 wb_wr_en_o,
  output logic [WbufAddrW-1:0] wb_wr_addr_o,
  output logic [511:0]         wb_wr_data_o,
  output logic                 pb_wr_en_o,
  output logic [PbufAddrW-1:0] pb_wr_addr_o,
  output logic [511:0]         pb_wr_data_o,
  output logic                 db_wr_en_o,
  output logic [DbufAddrW-1:0] db_wr_addr_o,
  output logic [511:0]         db_wr_data_o,

  /// A word arrived with an error; address of its burst.
  output logic                 error_valid_o,
  output logic                 error_decode_o,
  output logic [63:0]          error_address_o,

  output logic                 ev_load_busy_o,
  output logic                 ev_load_words_o,
  output logic                 ev_load_stall_memory_o,
  output logic                 ev_load_stall_buffer_o,
  output logic                 ev_abuf_writes_load_o,
  output logic                 ev_wbuf_writes_o,
  output logic                 ev_pbuf_writes_o,
  output logic                 ev_dbuf_writes_o
);
  if (ReadsInFlight < 1) begin : gen_bad_reads
    $fatal(1, "vrn_load: ReadsInFlight must be >= 1");
  end
  if (AbufWords < 8 || WbufWords < 2 || PbufWords < 2 || DbufWords < 2 || AbufWords > 65536 || WbufWords > 65536 ||
      PbufWords > 65536 || DbufWords > 65536) begin : gen_bad_words
    $fatal(1, "vrn_load: buffers must have 2 (activations: 8) to 65536 words");
  end

  vrn_npu_pkg::cmd_load_t cmd;
  assign cmd = cmd_i;

  // --- address side ---
  logic        burst_valid, burst_ready, burst_first, burst_last, burst_end;
  logic [63:0] burst_addr;
  logic [5:0]  burst_len, burst_first_byte, burst_last_byte;
  logic [15:0] burst_word;
  logic [1:0]  burst_select;

  vrn_burst_walker #(
    .BurstBytes(BurstBytes),
    .UserW     (2)
  ) u_walker (
    .clk_i,
    .rst_ni,
    .cmd_valid_i,
    .cmd_ready_o,
    .cmd_memory_i        (region_base_i[cmd.region[1:0]*64 +: 64] + 64'(cmd.offset)),
    .cmd_buffer_i        (cmd.buffer),
    .cmd_row_bytes_i     (cmd.row_bytes),
    .cmd_n1_i            (cmd.n1),
    .cmd_memory_stride1_i(cmd.memory_stride1),
    .cmd_buffer_stride1_i(cmd.buffer_stride1),
    .cmd_n2_i            (cmd.n2),
    .cmd_memory_stride2_i(cmd.memory_stride2),
    .cmd_buffer_stride2_i(cmd.buffer_stride2),
    .cmd_user_i          (cmd.buffer_select),
    .valid_o             (burst_valid),
    .ready_i             (burst_ready),
    .addr_o              (burst_addr),
    .len_o               (burst_len),
    .word_o              (burst_word),
    .first_o             (burst_first),
    .first_byte_o        (burst_first_byte),
    .last_o              (burst_last),
    .last_byte_o         (burst_last_byte),
    .end_o               (burst_end),
    .user_o              (burst_select)
  );

  // --- bursts in flight ---
  typedef struct packed {
    logic [63:0] addr;
    logic [5:0]  len;
    logic [15:0] word;
    logic        first;
    logic [5:0]  first_byte;
    logic        last;
    logic [5:0]  last_byte;
    logic        ends;
    logic [1:0]  select;
  } flight_t;
  localparam int unsigned FlightW = 64 + 6 + 16 + 1 + 6 + 1 + 6 + 1 + 2;

  flight_t issued;
  flight_t head;
  logic    flight_room, head_valid, head_done;
  assign issued.addr       = burst_addr;
  assign issued.len        = burst_len;
  assign issued.word       = burst_word;
  assign issued.first      = burst_first;
  assign issued.first_byte = burst_first_byte;
  assign issued.last       = burst_last;
  assign issued.last_byte  = burst_last_byte;
  assign issued.ends       = burst_end;
  assign issued.select     = burst_select;

  // An offered address stays offered: room, once there, is only taken by the offer itself.
  assign ar_valid_o  = burst_valid && flight_room;
  assign ar_addr_o   = burst_addr;
  assign ar_len_o    = {2'b00, burst_len};
  assign burst_ready = ar_ready_i && flight_room;

  logic [$clog2(ReadsInFlight+2)-1:0] flight_level;  // only the queue's own room matters here
  vrn_queue #(
    .Width(FlightW),
    .Depth(ReadsInFlight)
  ) u_flight (
    .clk_i,
    .rst_ni,
    .flush_i(1'b0),
    .valid_i(burst_valid && ar_ready_i),
    .ready_o(flight_room),
    .data_i (issued),
    .valid_o(head_valid),
    .ready_i(head_done),
    .data_o (head),
    .level_o(flight_level)
  );

  // --- data side ---
  localparam logic [1:0] SelActivations = 2'd0, SelWeights = 2'd1, SelParameters = 2'd2, SelDepthwise = 2'd3;
  logic [5:0]  beat_q;
  logic [15:0] word;
  logic        take, beat_first, beat_last, to_abuf;
  assign word       = head.word + 16'(beat_q);
  assign beat_first = beat_q == '0;
  assign beat_last  = beat_q == head.len;
  assign to_abuf    = head.select == SelActivations;
  assign r_ready_o  = head_valid && (!to_abuf || wr_gnt_i);
  assign take       = r_valid_i && r_ready_o;
  assign head_done  = take && beat_last;

  assign wr_req_o  = r_valid_i && head_valid && to_abuf;
  assign wr_addr_o = word[AbufAddrW-1:0];
  assign wr_mask_o = (beat_first && head.first ? ~64'd0 << head.first_byte : ~64'd0) &
                     (beat_last && head.last ? ~64'd0 >> (6'd63 - head.last_byte) : ~64'd0);
  assign wr_data_o = r_data_i;
  assign wb_wr_en_o   = take && head.select == SelWeights;
  assign wb_wr_addr_o = word[WbufAddrW-1:0];
  assign wb_wr_data_o = r_data_i;
  assign pb_wr_en_o   = take && head.select == SelParameters;
  assign pb_wr_addr_o = word[PbufAddrW-1:0];
  assign pb_wr_data_o = r_data_i;
  assign db_wr_en_o   = take && head.select == SelDepthwise;
  assign db_wr_addr_o = word[DbufAddrW-1:0];
  assign db_wr_data_o = r_data_i;

  logic [15:0] inside_q;  // commands accepted and not retired
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      beat_q   <= '0;
      retire_o <= 1'b0;
      inside_q <= '0;
    end else begin
      if (take) beat_q <= beat_last ? '0 : beat_q + 6'd1;
      retire_o <= head_done && head.ends;
      inside_q <= inside_q + 16'(cmd_valid_i && cmd_ready_o) - 16'(retire_o);
    end
  end
  assign busy_o = inside_q != '0;

  assign error_valid_o   = take && r_resp_i[1];
  assign error_decode_o  = r_resp_i[0];
  assign error_address_o = head.addr;

  assign ev_load_busy_o         = busy_o;
  assign ev_load_words_o        = take;
  assign ev_load_stall_memory_o = head_valid && !r_valid_i;
  assign ev_load_stall_buffer_o = head_valid && r_valid_i && !r_ready_o;
  assign ev_abuf_writes_load_o  = take && to_abuf;
  assign ev_wbuf_writes_o       = wb_wr_en_o;
  assign ev_pbuf_writes_o       = pb_wr_en_o;
  assign ev_dbuf_writes_o       = db_wr_en_o;

  `VRN_ASSERT(DataExpected, !r_valid_i || busy_o)
  `VRN_ASSERT(WholeWords, !(take && !to_abuf) || wr_mask_o == ~64'd0)
endmodule
