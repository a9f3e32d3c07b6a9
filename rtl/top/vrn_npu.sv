// SPDX-License-Identifier: Apache-2.0

/// The NPU kernel: core and registers behind Vitis' port names, with the trace ports that simulators read.
///
/// s_axi_control   AXI4-Lite, the map of docs/reference/registers.md     m_axi_gmem0   AXI4, 512 bits, read ids 0 and 1
/// interrupt       level, as enabled in gie and ier                       trace_*       unit u takes, retires a command
module vrn_npu #(
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
  input  logic         ap_clk,
  input  logic         ap_rst_n,
  input  logic         s_axi_control_awvalid,
  output logic         s_axi_control_awready,
  input  logic [11:0]  s_axi_control_awaddr,
  input  logic         s_axi_control_wvalid,
  output logic         s_axi_control_wready,
  input  logic [31:0]  s_axi_control_wdata,
  input  logic [3:0]   s_axi_control_wstrb,
  output logic         s_axi_control_bvalid,
  input  logic         s_axi_control_bready,
  output logic [1:0]   s_axi_control_bresp,
  input  logic         s_axi_control_arvalid,
  output logic         s_axi_control_arready,
  input  logic [11:0]  s_axi_control_araddr,
  output logic         s_axi_control_rvalid,
  input  logic         s_axi_control_rready,
  output logic [31:0]  s_axi_control_rdata,
  output logic [1:0]   s_axi_control_rresp,
  output logic         interrupt,
  output logic         m_axi_gmem0_arvalid,
  input  logic         m_axi_gmem0_arready,
  output logic         m_axi_gmem0_arid,
  output logic [63:0]  m_axi_gmem0_araddr,
  output logic [7:0]   m_axi_gmem0_arlen,
  output logic [2:0]   m_axi_gmem0_arsize,
  output logic [1:0]   m_axi_gmem0_arburst,
  output logic [3:0]   m_axi_gmem0_arcache,
  output logic [2:0]   m_axi_gmem0_arprot,
  input  logic         m_axi_gmem0_rvalid,
  output logic         m_axi_gmem0_rready,
  input  logic         m_axi_gmem0_rid,
  input  logic [511:0] m_axi_gmem0_rdata,
  input  logic [1:0]   m_axi_gmem0_rresp,
  input  logic         m_axi_gmem0_rlast,
  output logic         m_axi_gmem0_awvalid,
  input  logic         m_axi_gmem0_awready,
  output logic         m_axi_gmem0_awid,
  output logic [63:0]  m_axi_gmem0_awaddr,
  output logic [7:0]   m_axi_gmem0_awlen,
  output logic [2:0]   m_axi_gmem0_awsize,
  output logic [1:0]   m_axi_gmem0_awburst,
  output logic [3:0]   m_axi_gmem0_awcache,
  output logic [2:0]   m_axi_gmem0_awprot,
  output logic         m_axi_gmem0_wvalid,
  input  logic         m_axi_gmem0_wready,
  output logic [511:0] m_axi_gmem0_wdata,
  output logic [63:0]  m_axi_gmem0_wstrb,
  output logic         m_axi_gmem0_wlast,
  input  logic         m_axi_gmem0_bvalid,
  output logic         m_axi_gmem0_bready,
  input  logic         m_axi_gmem0_bid,
  input  logic [1:0]   m_axi_gmem0_bresp,
  output logic [4:0]   trace_issue_o,
  output logic [4:0]   trace_retire_o
);
  logic         start, running, done, counter_rd_en;
  logic [63:0]  commands, error_address, counter_data;
  logic [31:0]  command_count;
  logic [255:0] region_base;
  logic [15:0]  error;
  logic [5:0]   counter_index;

  vrn_axil_regs #(
    .Rows  (Rows),
    .Cols  (Cols),
    .DwTaps(DwTaps)
  ) u_regs (
    .clk_i          (ap_clk),
    .rst_ni         (ap_rst_n),
    .aw_valid_i     (s_axi_control_awvalid),
    .aw_ready_o     (s_axi_control_awready),
    .aw_addr_i      (s_axi_control_awaddr),
    .w_valid_i      (s_axi_control_wvalid),
    .w_ready_o      (s_axi_control_wready),
    .w_data_i       (s_axi_control_wdata),
    .w_strb_i       (s_axi_control_wstrb),
    .b_valid_o      (s_axi_control_bvalid),
    .b_ready_i      (s_axi_control_bready),
    .ar_valid_i     (s_axi_control_arvalid),
    .ar_ready_o     (s_axi_control_arready),
    .ar_addr_i      (s_axi_control_araddr),
    .r_valid_o      (s_axi_control_rvalid),
    .r_ready_i      (s_axi_control_rready),
    .r_data_o       (s_axi_control_rdata),
    .interrupt_o    (interrupt),
    .start_o        (start),
    .running_o      (running),
    .done_i         (done),
    .commands_o     (commands),
    .command_count_o(command_count),
    .region_base_o  (region_base),
    .error_i        (error),
    .error_address_i(error_address),
    .counter_rd_en_o(counter_rd_en),
    .counter_index_o(counter_index),
    .counter_data_i (counter_data)
  );
  assign s_axi_control_bresp = 2'b00;
  assign s_axi_control_rresp = 2'b00;

  vrn_core #(
    .Rows         (Rows),
    .Cols         (Cols),
    .AbufBytes    (AbufBytes),
    .WbufBytes    (WbufBytes),
    .PbufBytes    (PbufBytes),
    .AccRows      (AccRows),
    .DwTaps       (DwTaps),
    .DwRows       (DwRows),
    .DwBytes      (DwBytes),
    .ReadsInFlight(ReadsInFlight),
    .BurstBytes   (BurstBytes)
  ) u_core (
    .clk_i          (ap_clk),
    .rst_ni         (ap_rst_n),
    .start_i        (start),
    .running_i      (running),
    .done_o         (done),
    .commands_i     (commands),
    .command_count_i(command_count),
    .region_base_i  (region_base),
    .error_o        (error),
    .error_address_o(error_address),
    .counter_rd_en_i(counter_rd_en),
    .counter_index_i(counter_index),
    .counter_data_o (counter_data),
    .ar_valid_o     (m_axi_gmem0_arvalid),
    .ar_ready_i     (m_axi_gmem0_arready),
    .ar_id_o        (m_axi_gmem0_arid),
    .ar_addr_o      (m_axi_gmem0_araddr),
    .ar_len_o       (m_axi_gmem0_arlen),
    .r_valid_i      (m_axi_gmem0_rvalid),
    .r_ready_o      (m_axi_gmem0_rready),
    .r_id_i         (m_axi_gmem0_rid),
    .r_data_i       (m_axi_gmem0_rdata),
    .r_resp_i       (m_axi_gmem0_rresp),
    .aw_valid_o     (m_axi_gmem0_awvalid),
    .aw_ready_i     (m_axi_gmem0_awready),
    .aw_addr_o      (m_axi_gmem0_awaddr),
    .aw_len_o       (m_axi_gmem0_awlen),
    .w_valid_o      (m_axi_gmem0_wvalid),
    .w_ready_i      (m_axi_gmem0_wready),
    .w_data_o       (m_axi_gmem0_wdata),
    .w_strb_o       (m_axi_gmem0_wstrb),
    .w_last_o       (m_axi_gmem0_wlast),
    .b_valid_i      (m_axi_gmem0_bvalid),
    .b_ready_o      (m_axi_gmem0_bready),
    .b_resp_i       (m_axi_gmem0_bresp),
    .trace_issue_o,
    .trace_retire_o
  );
  // whole words, incrementing, modifiable and bufferable, data access
  localparam logic [2:0] FullWord = 3'd6;
  localparam logic [1:0] Incrementing = 2'b01;
  localparam logic [3:0] Bufferable = 4'b0011;
  assign m_axi_gmem0_arsize  = FullWord;
  assign m_axi_gmem0_arburst = Incrementing;
  assign m_axi_gmem0_arcache = Bufferable;
  assign m_axi_gmem0_arprot  = 3'b000;
  assign m_axi_gmem0_awid    = 1'b0;
  assign m_axi_gmem0_awsize  = FullWord;
  assign m_axi_gmem0_awburst = Incrementing;
  assign m_axi_gmem0_awcache = Bufferable;
  assign m_axi_gmem0_awprot  = 3'b000;
endmodule
