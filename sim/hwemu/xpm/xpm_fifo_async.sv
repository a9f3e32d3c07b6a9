// SPDX-License-Identifier: Apache-2.0

/// Behavioural model of the vendor's FIFO between two clocks, after UG974 and UG953.
///
/// Capacity    FIFO_WRITE_DEPTH - 1 words, two more in mode fwft
/// Crossing    each side sees the other's pointer CDC_SYNC_STAGES + 2 edges of its own clock late; the exact delay is no
///             contract of the macro
/// Reset       rst belongs to wr_clk and passes to the read side and back: both sides are busy until it has returned
module xpm_fifo_async #(
  parameter FIFO_MEMORY_TYPE = "auto",
  parameter integer FIFO_WRITE_DEPTH = 2048,
  parameter integer CASCADE_HEIGHT = 0,
  parameter integer RELATED_CLOCKS = 0,
  parameter integer WRITE_DATA_WIDTH = 32,
  parameter READ_MODE = "std",
  parameter integer FIFO_READ_LATENCY = 1,
  parameter integer FULL_RESET_VALUE = 0,
  parameter USE_ADV_FEATURES = "0707",
  parameter integer READ_DATA_WIDTH = 32,
  parameter integer CDC_SYNC_STAGES = 2,
  parameter integer WR_DATA_COUNT_WIDTH = 1,
  parameter integer PROG_FULL_THRESH = 10,
  parameter integer RD_DATA_COUNT_WIDTH = 1,
  parameter integer PROG_EMPTY_THRESH = 10,
  parameter DOUT_RESET_VALUE = "0",
  parameter ECC_MODE = "no_ecc",
  parameter EN_SIM_ASSERT_ERR = "warning",
  parameter integer SIM_ASSERT_CHK = 0,
  parameter integer WAKEUP_TIME = 0
) (
  input  logic                           sleep,
  input  logic                           rst,
  input  logic                           wr_clk,
  input  logic                           wr_en,
  input  logic [WRITE_DATA_WIDTH-1:0]    din,
  output logic                           full,
  output logic                           prog_full,
  output logic [WR_DATA_COUNT_WIDTH-1:0] wr_data_count,
  output logic                           overflow,
  output logic                           wr_rst_busy,
  output logic                           almost_full,
  output logic                           wr_ack,
  input  logic                           rd_clk,
  input  logic                           rd_en,
  output logic [READ_DATA_WIDTH-1:0]     dout,
  output logic                           empty,
  output logic                           prog_empty,
  output logic [RD_DATA_COUNT_WIDTH-1:0] rd_data_count,
  output logic                           underflow,
  output logic                           rd_rst_busy,
  output logic                           almost_empty,
  output logic                           data_valid,
  input  logic                           injectsbiterr,
  input  logic                           injectdbiterr,
  output logic                           sbiterr,
  output logic                           dbiterr
);
  `include "vrn_xpm_text.svh"

  localparam int Unit = WRITE_DATA_WIDTH < READ_DATA_WIDTH ? WRITE_DATA_WIDTH : READ_DATA_WIDTH;
  localparam int WriteUnits = WRITE_DATA_WIDTH / Unit;
  localparam int ReadUnits = READ_DATA_WIDTH / Unit;
  localparam int Units = FIFO_WRITE_DEPTH * WriteUnits;
  localparam bit Fwft = READ_MODE == "fwft";
  localparam int Latency = FIFO_READ_LATENCY < 1 ? 1 : FIFO_READ_LATENCY;
  localparam int Stages = CDC_SYNC_STAGES + 1;
  localparam logic [15:0] Features = 16'(hex_value(USE_ADV_FEATURES));
  localparam logic [READ_DATA_WIDTH-1:0] ResetWord = READ_DATA_WIDTH'(hex_value(DOUT_RESET_VALUE));

  if (ECC_MODE != "no_ecc") begin : gen_bad_ecc
    $fatal(1, "xpm_fifo_async: ECC_MODE other than no_ecc is not modelled");
  end
  if (WRITE_DATA_WIDTH % Unit != 0 || READ_DATA_WIDTH % Unit != 0) begin : gen_bad_widths
    $fatal(1, "xpm_fifo_async: one width must be a multiple of the other");
  end
  if (READ_MODE != "std" && READ_MODE != "fwft") begin : gen_bad_mode
    $fatal(1, "xpm_fifo_async: READ_MODE is std or fwft");
  end

  logic [Unit-1:0] mem [Units];
  // units written, fetched from the memory and read since reset; never wrapped, so differences are levels
  longint unsigned written_q = 0, fetched_q = 0, taken_q = 0;
  longint unsigned written_to_r_q [Stages];
  longint unsigned fetched_to_w_q [Stages];
  longint unsigned taken_to_w_q [Stages];
  longint unsigned written_seen_q = 0, fetched_seen_q = 0, taken_seen_q = 0;
  // reset: asked for by the write side, seen and answered by the read side
  logic ask_q = 1'b1, w_busy_q = 1'b1;
  logic [Stages-1:0] ask_to_r_q = '1, answer_to_w_q = '0;
  logic r_busy;
  assign r_busy = ask_to_r_q[Stages-1];

  // write side
  logic no_room, write, wr_ack_q = 1'b0, overflow_q = 1'b0, prog_full_q = 1'b0;
  logic [WR_DATA_COUNT_WIDTH-1:0] wr_count_q = '0;
  assign no_room = written_q - fetched_seen_q + longint'(WriteUnits) > longint'(Units - WriteUnits);
  assign write   = wr_en && !no_room && !w_busy_q && !rst;
  always_ff @(posedge wr_clk) begin
    answer_to_w_q <= {answer_to_w_q[Stages-2:0], r_busy};
    if (rst) ask_q <= 1'b1;
    else if (answer_to_w_q[Stages-1]) ask_q <= 1'b0;
    w_busy_q <= rst || ask_q || answer_to_w_q != '0;
    fetched_to_w_q[0] <= fetched_q;
    taken_to_w_q[0]   <= taken_q;
    for (int i = 1; i < Stages; i++) begin
      fetched_to_w_q[i] <= fetched_to_w_q[i-1];
      taken_to_w_q[i]   <= taken_to_w_q[i-1];
    end
    wr_ack_q   <= write;
    overflow_q <= wr_en && !write;
    if (rst || w_busy_q) begin
      written_q      <= 0;
      fetched_seen_q <= 0;
      taken_seen_q   <= 0;
      prog_full_q    <= 1'b0;
      wr_count_q     <= '0;
    end else begin
      fetched_seen_q <= fetched_to_w_q[Stages-1];
      taken_seen_q   <= taken_to_w_q[Stages-1];
      if (write) begin
        for (int i = 0; i < WriteUnits; i++) mem[int'((written_q + longint'(i)) % longint'(Units))] <= din[i*Unit +: Unit];
        written_q <= written_q + longint'(WriteUnits);
      end
      prog_full_q <= written_q - taken_seen_q >= longint'(PROG_FULL_THRESH * WriteUnits);
      wr_count_q  <= WR_DATA_COUNT_WIDTH'((written_q - taken_seen_q) / longint'(WriteUnits));
    end
  end

  // read side
  logic ahead_valid_q = 1'b0, out_valid_q = 1'b0, underflow_q = 1'b0, prog_empty_q = 1'b1;
  logic nothing, read, move, fetch;
  logic [READ_DATA_WIDTH-1:0] ahead_q, word;
  logic [READ_DATA_WIDTH-1:0] pipe_q [Latency];
  logic [Latency-1:0]         pipe_valid_q = '0;
  logic [RD_DATA_COUNT_WIDTH-1:0] rd_count_q = '0;
  longint unsigned held;
  assign nothing = Fwft ? !out_valid_q : written_seen_q - fetched_q < longint'(ReadUnits);
  assign read    = rd_en && !nothing && !r_busy;
  assign move    = ahead_valid_q && (!out_valid_q || read);
  assign fetch   = Fwft ? written_seen_q - fetched_q >= longint'(ReadUnits) && (!ahead_valid_q || move) : read;
  assign held    = written_seen_q - taken_q;
  always_comb begin
    for (int i = 0; i < ReadUnits; i++) word[i*Unit +: Unit] = mem[int'((fetched_q + longint'(i)) % longint'(Units))];
  end
  always_ff @(posedge rd_clk) begin
    ask_to_r_q        <= {ask_to_r_q[Stages-2:0], ask_q};
    written_to_r_q[0] <= written_q;
    for (int i = 1; i < Stages; i++) written_to_r_q[i] <= written_to_r_q[i-1];
    underflow_q <= rd_en && !read;
    if (r_busy) begin
      written_seen_q <= 0;
      fetched_q      <= 0;
      taken_q        <= 0;
      ahead_valid_q  <= 1'b0;
      out_valid_q    <= 1'b0;
      pipe_valid_q   <= '0;
      prog_empty_q   <= 1'b1;
      rd_count_q     <= '0;
      for (int i = 0; i < Latency; i++) pipe_q[i] <= ResetWord;
    end else begin
      written_seen_q <= written_to_r_q[Stages-1];
      if (fetch) fetched_q <= fetched_q + longint'(ReadUnits);
      if (read) taken_q <= taken_q + longint'(ReadUnits);
      if (Fwft) begin
        ahead_valid_q <= fetch || (ahead_valid_q && !move);
        out_valid_q   <= move || (out_valid_q && !read);
        if (fetch) ahead_q <= word;
        if (move) pipe_q[0] <= ahead_q;
      end else begin
        if (read) pipe_q[0] <= word;
        pipe_valid_q <= Latency'({pipe_valid_q, read});
        for (int i = 1; i < Latency; i++) begin
          if (pipe_valid_q[i-1]) pipe_q[i] <= pipe_q[i-1];
        end
      end
      prog_empty_q <= nothing || held <= longint'(PROG_EMPTY_THRESH * ReadUnits);
      rd_count_q   <= nothing ? '0 : RD_DATA_COUNT_WIDTH'(held / longint'(ReadUnits));
    end
  end

  localparam bit FullInReset = FULL_RESET_VALUE != 0;
  assign full          = w_busy_q ? FullInReset : no_room;
  assign almost_full   = Features[3] && (w_busy_q ? FullInReset
                         : written_q - fetched_seen_q + longint'(2 * WriteUnits) > longint'(Units - WriteUnits));
  assign prog_full     = Features[1] && (w_busy_q ? FullInReset : prog_full_q);
  assign wr_data_count = Features[2] ? wr_count_q : '0;
  assign overflow      = Features[0] && overflow_q;
  assign wr_ack        = Features[4] && wr_ack_q;
  assign empty         = r_busy || nothing;
  assign almost_empty  = Features[11] && (r_busy || nothing || held < longint'(2 * ReadUnits));
  assign prog_empty    = Features[9] && (r_busy || prog_empty_q);
  assign rd_data_count = Features[10] ? rd_count_q : '0;
  assign underflow     = Features[8] && underflow_q;
  assign data_valid    = Features[12] && (Fwft ? !empty : pipe_valid_q[Latency-1]);
  assign dout          = pipe_q[Fwft ? 0 : Latency-1];
  assign wr_rst_busy   = w_busy_q;
  assign rd_rst_busy   = r_busy;
  assign sbiterr       = 1'b0;
  assign dbiterr       = 1'b0;
endmodule
