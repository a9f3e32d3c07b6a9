// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Store unit: strided rows from the activation buffer to memory.
///
/// Data is read behind the address, never held back by its acceptance: an AXI slave may wait for the data first.
/// A command retires with the last of its write responses (one AXI id: they come in order).
///
/// Latency     3 cycles from an accepted command to its first address, 3 more to its first data
/// Throughput  1 word per cycle while the activation buffer grants every read
module vrn_store #(
  /// Bursts sent and not yet answered, >= 1.
  parameter int unsigned WritesInFlight = 16,
  /// Longest burst in bytes: 64, 128, ... 4096.
  parameter int unsigned BurstBytes = 1024,
  /// Words of the activation buffer, a power of two.
  parameter int unsigned AbufWords = 1024,
  localparam int unsigned AbufAddrW = $clog2(AbufWords)
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

  output logic                 rd_req_o,
  output logic [AbufAddrW-1:0] rd_addr_o,
  input  logic                 rd_gnt_i,
  input  logic [511:0]         rd_data_i,

  output logic                 aw_valid_o,
  input  logic                 aw_ready_i,
  output logic [63:0]          aw_addr_o,
  output logic [7:0]           aw_len_o,
  output logic                 w_valid_o,
  input  logic                 w_ready_i,
  output logic [511:0]         w_data_o,
  output logic [63:0]          w_strb_o,
  output logic                 w_last_o,
  input  logic                 b_valid_i,
  output logic                 b_ready_o,
  input  logic [1:0]           b_resp_i,

  /// A burst was answered with an error; its address.
  output logic                 error_valid_o,
  output logic                 error_decode_o,
  output logic [63:0]          error_address_o,

  output logic                 ev_store_busy_o,
  output logic                 ev_store_words_o,
  output logic                 ev_abuf_reads_store_o
);
  if (WritesInFlight < 1) begin : gen_bad_writes
    $fatal(1, "vrn_store: WritesInFlight must be >= 1");
  end
  if (AbufWords < 8 || AbufWords > 65536) begin : gen_bad_words
    $fatal(1, "vrn_store: AbufWords must be 8 to 65536");
  end

  vrn_npu_pkg::cmd_store_t cmd;
  assign cmd = cmd_i;

  logic        burst_valid, burst_ready, burst_first, burst_last, burst_end;
  logic [63:0] burst_addr;
  logic [5:0]  burst_len, burst_first_byte, burst_last_byte;
  logic [15:0] burst_word;
  logic        burst_user;  // the walker carries at least one bit

  vrn_burst_walker #(
    .BurstBytes(BurstBytes),
    .UserW     (1)
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
    .cmd_user_i          (1'b0),
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
    .user_o              (burst_user)
  );

  // --- addresses: a burst is begun when its address can be offered, its reads can start and its answer awaited ---
  logic        aw_valid_q;
  logic [63:0] aw_addr_q;
  logic [5:0]  aw_len_q;
  logic        flight_room, flight_valid, flight_end, begins;
  logic [63:0] flight_addr;
  logic        reading_q, read_last_word;
  assign burst_ready = (!aw_valid_q || aw_ready_i) && flight_room && (!reading_q || read_last_word);
  assign begins      = burst_valid && burst_ready;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) aw_valid_q <= 1'b0;
    else if (begins) aw_valid_q <= 1'b1;
    else if (aw_ready_i) aw_valid_q <= 1'b0;
  end
  always_ff @(posedge clk_i) begin
    if (begins) begin
      aw_addr_q <= burst_addr;
      aw_len_q  <= burst_len;
    end
  end
  assign aw_valid_o = aw_valid_q;
  assign aw_addr_o  = aw_addr_q;
  assign aw_len_o   = {2'b00, aw_len_q};

  // --- answers ---
  logic [$clog2(WritesInFlight+2)-1:0] flight_level;  // only the queue's own room matters here
  vrn_queue #(
    .Width(65),
    .Depth(WritesInFlight)
  ) u_flight (
    .clk_i,
    .rst_ni,
    .flush_i(1'b0),
    .valid_i(begins),
    .ready_o(flight_room),
    .data_i ({burst_end, burst_addr}),
    .valid_o(flight_valid),
    .ready_i(b_valid_i),
    .data_o ({flight_end, flight_addr}),
    .level_o(flight_level)
  );
  assign b_ready_o       = flight_valid;
  assign error_valid_o   = b_valid_i && b_ready_o && b_resp_i[1];
  assign error_decode_o  = b_resp_i[0];
  assign error_address_o = flight_addr;

  // --- reads: one word a cycle while there is room for it in the data queue ---
  localparam int unsigned DataDepth = 8;
  localparam int unsigned LevelW = $clog2(DataDepth + 2);
  logic [15:0]       word_q;
  logic [5:0]        left_q, first_byte_q, last_byte_q;
  logic              mask_first_q, mask_last_q;  // next word begins a row; last word of the burst ends one
  logic [LevelW-1:0] level;
  logic [1:0]        flying_q;                   // words granted and not yet in the data queue, oldest in bit 1
  logic              granted;
  assign rd_req_o       = reading_q && 32'(level) + 32'(flying_q[0]) + 32'(flying_q[1]) < DataDepth;
  assign rd_addr_o      = word_q[AbufAddrW-1:0];
  assign granted        = rd_req_o && rd_gnt_i;
  assign read_last_word = granted && left_q == '0;

  typedef struct packed {
    logic       last;
    logic       first_partial;
    logic [5:0] first_byte;
    logic       last_partial;
    logic [5:0] last_byte;
  } edge_t;
  edge_t edge_now;
  edge_t edge_q;
  edge_t edge_q2;
  assign edge_now.last          = left_q == '0;
  assign edge_now.first_partial = mask_first_q;
  assign edge_now.first_byte    = first_byte_q;
  assign edge_now.last_partial  = mask_last_q && left_q == '0;
  assign edge_now.last_byte     = last_byte_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      reading_q <= 1'b0;
      flying_q  <= '0;
    end else begin
      if (begins) reading_q <= 1'b1;
      else if (read_last_word) reading_q <= 1'b0;
      flying_q <= {flying_q[0], granted};
    end
  end
  always_ff @(posedge clk_i) begin
    if (begins) begin
      word_q       <= burst_word;
      left_q       <= burst_len;
      mask_first_q <= burst_first;
      first_byte_q <= burst_first_byte;
      mask_last_q  <= burst_last;
      last_byte_q  <= burst_last_byte;
    end else if (granted) begin
      word_q       <= word_q + 16'd1;
      left_q       <= left_q - 6'd1;
      mask_first_q <= 1'b0;
    end
    edge_q  <= edge_now;
    edge_q2 <= edge_q;
  end

  logic [63:0] strobe;
  assign strobe = (edge_q2.first_partial ? ~64'd0 << edge_q2.first_byte : ~64'd0) &
                  (edge_q2.last_partial ? ~64'd0 >> (6'd63 - edge_q2.last_byte) : ~64'd0);

  logic data_room;  // guaranteed by the count of flying words, see DataFits
  vrn_queue #(
    .Width(512 + 64 + 1),
    .Depth(DataDepth)
  ) u_data (
    .clk_i,
    .rst_ni,
    .flush_i(1'b0),
    .valid_i(flying_q[1]),
    .ready_o(data_room),
    .data_i ({edge_q2.last, strobe, rd_data_i}),
    .valid_o(w_valid_o),
    .ready_i(w_ready_i),
    .data_o ({w_last_o, w_strb_o, w_data_o}),
    .level_o(level)
  );

  logic [15:0] inside_q;  // commands accepted and not retired
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      retire_o <= 1'b0;
      inside_q <= '0;
    end else begin
      retire_o <= b_valid_i && b_ready_o && flight_end;
      inside_q <= inside_q + 16'(cmd_valid_i && cmd_ready_o) - 16'(retire_o);
    end
  end
  assign busy_o = inside_q != '0;

  assign ev_store_busy_o       = busy_o;
  assign ev_store_words_o      = w_valid_o && w_ready_i;
  assign ev_abuf_reads_store_o = granted;

  `VRN_ASSERT(DataFits, !flying_q[1] || data_room)
  `VRN_ASSERT_HELD(AddressHeld, aw_valid_o && !aw_ready_i, aw_valid_o, {aw_addr_o, aw_len_o})
  `VRN_ASSERT(ResponseExpected, !b_valid_i || busy_o)
endmodule
