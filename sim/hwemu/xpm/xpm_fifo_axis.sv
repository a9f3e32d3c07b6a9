// SPDX-License-Identifier: Apache-2.0

/// Behavioural model of the vendor's AXI4-Stream FIFO, after UG974 and UG953: a fwft FIFO around the whole beat. In
/// packet mode a packet leaves when its last beat is in, or when the FIFO is full.
module xpm_fifo_axis #(
  parameter CLOCKING_MODE = "common_clock",
  parameter FIFO_MEMORY_TYPE = "auto",
  parameter PACKET_FIFO = "false",
  parameter integer FIFO_DEPTH = 2048,
  parameter integer CASCADE_HEIGHT = 0,
  parameter integer TDATA_WIDTH = 32,
  parameter integer TID_WIDTH = 1,
  parameter integer TDEST_WIDTH = 1,
  parameter integer TUSER_WIDTH = 1,
  parameter ECC_MODE = "no_ecc",
  parameter integer RELATED_CLOCKS = 0,
  parameter USE_ADV_FEATURES = "1000",
  parameter integer WR_DATA_COUNT_WIDTH = 1,
  parameter integer RD_DATA_COUNT_WIDTH = 1,
  parameter integer PROG_FULL_THRESH = 10,
  parameter integer PROG_EMPTY_THRESH = 10,
  parameter EN_SIM_ASSERT_ERR = "warning",
  parameter integer SIM_ASSERT_CHK = 0,
  parameter integer CDC_SYNC_STAGES = 2
) (
  input  logic                           s_aresetn,
  input  logic                           s_aclk,
  input  logic                           m_aclk,
  input  logic                           s_axis_tvalid,
  output logic                           s_axis_tready,
  input  logic [TDATA_WIDTH-1:0]         s_axis_tdata,
  input  logic [TDATA_WIDTH/8-1:0]       s_axis_tstrb,
  input  logic [TDATA_WIDTH/8-1:0]       s_axis_tkeep,
  input  logic                           s_axis_tlast,
  input  logic [TID_WIDTH-1:0]           s_axis_tid,
  input  logic [TDEST_WIDTH-1:0]         s_axis_tdest,
  input  logic [TUSER_WIDTH-1:0]         s_axis_tuser,
  output logic                           m_axis_tvalid,
  input  logic                           m_axis_tready,
  output logic [TDATA_WIDTH-1:0]         m_axis_tdata,
  output logic [TDATA_WIDTH/8-1:0]       m_axis_tstrb,
  output logic [TDATA_WIDTH/8-1:0]       m_axis_tkeep,
  output logic                           m_axis_tlast,
  output logic [TID_WIDTH-1:0]           m_axis_tid,
  output logic [TDEST_WIDTH-1:0]         m_axis_tdest,
  output logic [TUSER_WIDTH-1:0]         m_axis_tuser,
  output logic                           prog_full_axis,
  output logic [WR_DATA_COUNT_WIDTH-1:0] wr_data_count_axis,
  output logic                           almost_full_axis,
  output logic                           prog_empty_axis,
  output logic [RD_DATA_COUNT_WIDTH-1:0] rd_data_count_axis,
  output logic                           almost_empty_axis,
  input  logic                           injectsbiterr_axis,
  input  logic                           injectdbiterr_axis,
  output logic                           sbiterr_axis,
  output logic                           dbiterr_axis
);
  localparam int Width = TDATA_WIDTH + 2 * (TDATA_WIDTH / 8) + 1 + TID_WIDTH + TDEST_WIDTH + TUSER_WIDTH;
  localparam bit TwoClocks = CLOCKING_MODE != "common_clock";
  localparam int ResetStages = 3;

  logic [Width-1:0]       in_word, out_word;
  logic [ResetStages-1:0] reset_q = '1;
  logic                   full, empty, out_clock, pass;
  assign out_clock = TwoClocks ? m_aclk : s_aclk;
  assign in_word = {s_axis_tuser, s_axis_tdest, s_axis_tid, s_axis_tlast, s_axis_tkeep, s_axis_tstrb, s_axis_tdata};
  assign {m_axis_tuser, m_axis_tdest, m_axis_tid, m_axis_tlast, m_axis_tkeep, m_axis_tstrb, m_axis_tdata} = out_word;
  assign s_axis_tready = !full;
  assign m_axis_tvalid = !empty && pass;
  always_ff @(posedge s_aclk) reset_q <= {reset_q[ResetStages-2:0], !s_aresetn};

  if (TwoClocks) begin : gen_async
    xpm_fifo_async #(
      .FIFO_WRITE_DEPTH(FIFO_DEPTH), .WRITE_DATA_WIDTH(Width), .READ_DATA_WIDTH(Width), .READ_MODE("fwft"), .FIFO_READ_LATENCY(0),
      .FULL_RESET_VALUE(1), .USE_ADV_FEATURES(USE_ADV_FEATURES), .CDC_SYNC_STAGES(CDC_SYNC_STAGES), .ECC_MODE(ECC_MODE),
      .WR_DATA_COUNT_WIDTH(WR_DATA_COUNT_WIDTH), .RD_DATA_COUNT_WIDTH(RD_DATA_COUNT_WIDTH),
      .PROG_FULL_THRESH(PROG_FULL_THRESH), .PROG_EMPTY_THRESH(PROG_EMPTY_THRESH)
    ) u_fifo (
      .sleep(1'b0), .rst(reset_q[ResetStages-1]), .wr_clk(s_aclk), .wr_en(s_axis_tvalid && s_axis_tready), .din(in_word), .full(full),
      .prog_full(prog_full_axis), .wr_data_count(wr_data_count_axis), .overflow(), .wr_rst_busy(), .almost_full(almost_full_axis), .wr_ack(),
      .rd_clk(m_aclk), .rd_en(m_axis_tvalid && m_axis_tready), .dout(out_word), .empty(empty), .prog_empty(prog_empty_axis),
      .rd_data_count(rd_data_count_axis), .underflow(), .rd_rst_busy(), .almost_empty(almost_empty_axis), .data_valid(),
      .injectsbiterr(1'b0), .injectdbiterr(1'b0), .sbiterr(sbiterr_axis), .dbiterr(dbiterr_axis));
  end else begin : gen_sync
    xpm_fifo_sync #(
      .FIFO_WRITE_DEPTH(FIFO_DEPTH), .WRITE_DATA_WIDTH(Width), .READ_DATA_WIDTH(Width), .READ_MODE("fwft"), .FIFO_READ_LATENCY(0),
      .FULL_RESET_VALUE(1), .USE_ADV_FEATURES(USE_ADV_FEATURES), .ECC_MODE(ECC_MODE),
      .WR_DATA_COUNT_WIDTH(WR_DATA_COUNT_WIDTH), .RD_DATA_COUNT_WIDTH(RD_DATA_COUNT_WIDTH),
      .PROG_FULL_THRESH(PROG_FULL_THRESH), .PROG_EMPTY_THRESH(PROG_EMPTY_THRESH)
    ) u_fifo (
      .sleep(1'b0), .rst(reset_q[ResetStages-1]), .wr_clk(s_aclk), .wr_en(s_axis_tvalid && s_axis_tready), .din(in_word), .full(full),
      .prog_full(prog_full_axis), .wr_data_count(wr_data_count_axis), .overflow(), .wr_rst_busy(), .almost_full(almost_full_axis), .wr_ack(),
      .rd_en(m_axis_tvalid && m_axis_tready), .dout(out_word), .empty(empty), .prog_empty(prog_empty_axis),
      .rd_data_count(rd_data_count_axis), .underflow(), .rd_rst_busy(), .almost_empty(almost_empty_axis), .data_valid(),
      .injectsbiterr(1'b0), .injectdbiterr(1'b0), .sbiterr(sbiterr_axis), .dbiterr(dbiterr_axis));
  end

  if (PACKET_FIFO == "true") begin : gen_packets
    // packets that came in whole, as the reading side knows them
    localparam int Stages = TwoClocks ? CDC_SYNC_STAGES : 1;
    int unsigned in_q = 0, out_q = 0;
    int unsigned seen_q [Stages];
    logic [Stages-1:0] full_q = '0;
    logic open_q = 1'b0;  // a packet longer than the FIFO is on its way
    logic in_last, out_last;
    assign in_last  = s_axis_tvalid && s_axis_tready && s_axis_tlast;
    assign out_last = m_axis_tvalid && m_axis_tready && m_axis_tlast;
    always_ff @(posedge s_aclk) begin
      if (reset_q[ResetStages-1]) in_q <= 0;
      else if (in_last) in_q <= in_q + 1;
    end
    always_ff @(posedge out_clock) begin
      seen_q[0] <= in_q;
      for (int i = 1; i < Stages; i++) seen_q[i] <= seen_q[i-1];
      full_q <= Stages'({full_q, full && !reset_q[ResetStages-1] && !empty});
      if (reset_q[ResetStages-1]) begin
        out_q  <= 0;
        open_q <= 1'b0;
      end else begin
        if (out_last) out_q <= out_q + 1;
        open_q <= !out_last && (open_q || full_q[Stages-1]);
      end
    end
    assign pass = open_q || seen_q[Stages-1] != out_q;
  end else begin : gen_stream
    assign pass = 1'b1;
  end
endmodule
