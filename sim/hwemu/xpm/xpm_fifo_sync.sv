// SPDX-License-Identifier: Apache-2.0

/// Behavioural model of the vendor's FIFO on one clock, after UG974 and UG953; docs/hwemu.md says what is modelled.
///
/// Capacity    FIFO_WRITE_DEPTH words, two more in mode fwft (the words fetched ahead)
/// Timing      a write shows at `empty` after its edge (fwft: two edges later, with the word at `dout`); counts and
///             programmable flags are one edge behind
/// Widths      little-endian: the first narrow word is the low part of the wide one
/// Reset       busy until the fourth edge after the last one with rst; `full` is FULL_RESET_VALUE meanwhile
module xpm_fifo_sync #(
  parameter FIFO_MEMORY_TYPE = "auto",
  parameter integer FIFO_WRITE_DEPTH = 2048,
  parameter integer CASCADE_HEIGHT = 0,
  parameter integer WRITE_DATA_WIDTH = 32,
  parameter READ_MODE = "std",
  parameter integer FIFO_READ_LATENCY = 1,
  parameter integer FULL_RESET_VALUE = 0,
  parameter USE_ADV_FEATURES = "0707",
  parameter integer READ_DATA_WIDTH = 32,
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
  localparam int ResetEdges = 4, PowerOnEdges = 5;
  localparam logic [15:0] Features = 16'(hex_value(USE_ADV_FEATURES));
  localparam logic [READ_DATA_WIDTH-1:0] ResetWord = READ_DATA_WIDTH'(hex_value(DOUT_RESET_VALUE));

  if (ECC_MODE != "no_ecc") begin : gen_bad_ecc
    $fatal(1, "xpm_fifo_sync: ECC_MODE other than no_ecc is not modelled");
  end
  if (WRITE_DATA_WIDTH % Unit != 0 || READ_DATA_WIDTH % Unit != 0) begin : gen_bad_widths
    $fatal(1, "xpm_fifo_sync: one width must be a multiple of the other");
  end
  if (READ_MODE != "std" && READ_MODE != "fwft") begin : gen_bad_mode
    $fatal(1, "xpm_fifo_sync: READ_MODE is std or fwft");
  end

  logic [Unit-1:0] mem [Units];
  int unsigned write_at_q = 0, read_at_q = 0;
  int unsigned stored_q = 0;  // units in the memory
  int unsigned held_q = 0;    // and in the words fetched ahead
  int unsigned busy_q = PowerOnEdges;
  logic        ahead_valid_q = 1'b0, out_valid_q = 1'b0;
  logic [READ_DATA_WIDTH-1:0] ahead_q, word;
  logic [READ_DATA_WIDTH-1:0] pipe_q [Latency];
  logic [Latency-1:0]         pipe_valid_q = '0;
  logic prog_full_q = 1'b0, prog_empty_q = 1'b1, wr_ack_q = 1'b0, overflow_q = 1'b0, underflow_q = 1'b0;
  logic [WR_DATA_COUNT_WIDTH-1:0] wr_count_q = '0;
  logic [RD_DATA_COUNT_WIDTH-1:0] rd_count_q = '0;
  logic busy, no_room, nothing, write, read, move, fetch;

  assign busy    = busy_q != 0;
  assign no_room = stored_q + WriteUnits > Units;
  assign nothing = Fwft ? !out_valid_q : stored_q < ReadUnits;
  assign write   = wr_en && !no_room && !busy && !rst;
  assign read    = rd_en && !nothing && !busy && !rst;
  assign move    = ahead_valid_q && (!out_valid_q || read);
  assign fetch   = Fwft ? stored_q >= ReadUnits && (!ahead_valid_q || move) : read;
  always_comb begin
    for (int i = 0; i < ReadUnits; i++) word[i*Unit +: Unit] = mem[(read_at_q + i) % Units];
  end

  always_ff @(posedge wr_clk) begin
    if (rst) busy_q <= ResetEdges;
    else if (busy) busy_q <= busy_q - 1;
    wr_ack_q    <= write;
    overflow_q  <= wr_en && !write;
    underflow_q <= rd_en && !read;
    if (rst) begin
      write_at_q    <= 0;
      read_at_q     <= 0;
      stored_q      <= 0;
      held_q        <= 0;
      ahead_valid_q <= 1'b0;
      out_valid_q   <= 1'b0;
      pipe_valid_q  <= '0;
      prog_full_q   <= 1'b0;
      prog_empty_q  <= 1'b1;
      wr_count_q    <= '0;
      rd_count_q    <= '0;
      for (int i = 0; i < Latency; i++) pipe_q[i] <= ResetWord;
    end else begin
      if (write) begin
        for (int i = 0; i < WriteUnits; i++) mem[(write_at_q + i) % Units] <= din[i*Unit +: Unit];
        write_at_q <= (write_at_q + WriteUnits) % Units;
      end
      if (fetch) read_at_q <= (read_at_q + ReadUnits) % Units;
      stored_q <= stored_q + (write ? WriteUnits : 0) - (fetch ? ReadUnits : 0);
      held_q   <= held_q + (write ? WriteUnits : 0) - (read ? ReadUnits : 0);
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
      prog_full_q  <= held_q >= PROG_FULL_THRESH * WriteUnits;
      prog_empty_q <= nothing || held_q <= PROG_EMPTY_THRESH * ReadUnits;
      wr_count_q   <= WR_DATA_COUNT_WIDTH'(held_q / WriteUnits);
      rd_count_q   <= nothing ? '0 : RD_DATA_COUNT_WIDTH'(held_q / ReadUnits);
    end
  end

  localparam bit FullInReset = FULL_RESET_VALUE != 0;
  assign full          = busy ? FullInReset : no_room;
  assign almost_full   = Features[3] && (busy ? FullInReset : stored_q + 2 * WriteUnits > Units);
  assign prog_full     = Features[1] && (busy ? FullInReset : prog_full_q);
  assign wr_data_count = Features[2] ? wr_count_q : '0;
  assign overflow      = Features[0] && overflow_q;
  assign wr_ack        = Features[4] && wr_ack_q;
  assign empty         = busy || nothing;
  assign almost_empty  = Features[11] && (busy || nothing || held_q < 2 * ReadUnits);
  assign prog_empty    = Features[9] && (busy || prog_empty_q);
  assign rd_data_count = Features[10] ? rd_count_q : '0;
  assign underflow     = Features[8] && underflow_q;
  assign data_valid    = Features[12] && (Fwft ? !empty : pipe_valid_q[Latency-1]);
  assign dout          = pipe_q[Fwft ? 0 : Latency-1];
  assign wr_rst_busy   = busy;
  assign rd_rst_busy   = busy;
  assign sbiterr       = 1'b0;
  assign dbiterr       = 1'b0;
endmodule
