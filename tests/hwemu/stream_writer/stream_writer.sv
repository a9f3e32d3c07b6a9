// SPDX-License-Identifier: Apache-2.0

/// Stream to memory: takes count words and writes them to sum (on 64 bytes) in bursts of up to 16. A packet that
/// ends elsewhere than the vector fails an assertion.
module stream_writer (
  input  logic        ap_clk,
  input  logic        ap_rst_n,
  output logic        interrupt,
  input  logic        s_axi_control_awvalid,
  output logic        s_axi_control_awready,
  input  logic [5:0]  s_axi_control_awaddr,
  input  logic        s_axi_control_wvalid,
  output logic        s_axi_control_wready,
  input  logic [31:0] s_axi_control_wdata,
  input  logic [3:0]  s_axi_control_wstrb,
  output logic        s_axi_control_bvalid,
  input  logic        s_axi_control_bready,
  output logic [1:0]  s_axi_control_bresp,
  input  logic        s_axi_control_arvalid,
  output logic        s_axi_control_arready,
  input  logic [5:0]  s_axi_control_araddr,
  output logic        s_axi_control_rvalid,
  input  logic        s_axi_control_rready,
  output logic [31:0] s_axi_control_rdata,
  output logic [1:0]  s_axi_control_rresp,

  input  logic        words_tvalid,
  output logic        words_tready,
  input  logic [31:0] words_tdata,
  input  logic        words_tlast,

  output logic        m_axi_gmem1_awvalid,
  input  logic        m_axi_gmem1_awready,
  output logic [63:0] m_axi_gmem1_awaddr,
  output logic [7:0]  m_axi_gmem1_awlen,
  output logic [2:0]  m_axi_gmem1_awsize,
  output logic        m_axi_gmem1_wvalid,
  input  logic        m_axi_gmem1_wready,
  output logic [31:0] m_axi_gmem1_wdata,
  output logic [3:0]  m_axi_gmem1_wstrb,
  output logic        m_axi_gmem1_wlast,
  input  logic        m_axi_gmem1_bvalid,
  output logic        m_axi_gmem1_bready,
  input  logic [1:0]  m_axi_gmem1_bresp
);
  logic        start, done, push, active_q, out_full, out_empty, out_pop;
  logic [6:0]  there;  // words in the last FIFO
  logic [63:0] sum;
  logic [31:0] count, take_left_q, out_word;
  vadd_control u_control (
    .clk_i      (ap_clk),
    .rst_ni     (ap_rst_n),
    .aw_valid_i (s_axi_control_awvalid),
    .aw_ready_o (s_axi_control_awready),
    .aw_addr_i  (s_axi_control_awaddr),
    .w_valid_i  (s_axi_control_wvalid),
    .w_ready_o  (s_axi_control_wready),
    .w_data_i   (s_axi_control_wdata),
    .b_valid_o  (s_axi_control_bvalid),
    .b_ready_i  (s_axi_control_bready),
    .ar_valid_i (s_axi_control_arvalid),
    .ar_ready_o (s_axi_control_arready),
    .ar_addr_i  (s_axi_control_araddr),
    .r_valid_o  (s_axi_control_rvalid),
    .r_ready_i  (s_axi_control_rready),
    .r_data_o   (s_axi_control_rdata),
    .interrupt_o(interrupt),
    .start_o    (start),
    .done_i     (done),
    .a_o        (),
    .b_o        (),
    .sum_o      (sum),
    .count_o    (count)
  );
  assign s_axi_control_bresp = 2'b00;
  assign s_axi_control_rresp = 2'b00;
  assign words_tready = active_q && take_left_q != 32'd0 && !out_full;
  assign push = words_tvalid && words_tready;
  xpm_fifo_sync #(.FIFO_WRITE_DEPTH(64), .FULL_RESET_VALUE(1), .READ_MODE("fwft"), .WRITE_DATA_WIDTH(32), .READ_DATA_WIDTH(32), .RD_DATA_COUNT_WIDTH(7)) u_fifo (
    .sleep(1'b0), .rst(!ap_rst_n), .wr_clk(ap_clk), .wr_en(push), .din(words_tdata), .full(out_full), .rd_en(out_pop), .dout(out_word),
    .rd_data_count(there), .empty(out_empty), .injectsbiterr(1'b0), .injectdbiterr(1'b0));
  always_ff @(posedge ap_clk) begin
    if (start) take_left_q <= count;
    else if (push) take_left_q <= take_left_q - 32'd1;
  end
  EndsWithPacket: assert property (@(posedge ap_clk) disable iff (!ap_rst_n) (!push || words_tlast == (take_left_q == 32'd1)))
    else $error("the packet ends at another word than the vector");

  // leaves: bursts of what is there, 16 words or the rest
  typedef enum logic [1:0] {StIdle, StAddress, StData, StAnswer} state_e;
  state_e      state_q;
  logic [63:0] to_q;
  logic [31:0] to_left_q;
  logic [4:0]  burst_q, sent_q;
  logic        burst_ready;
  assign burst_ready = to_left_q != 32'd0 && (there >= 7'd16 || {25'd0, there} == to_left_q);
  logic        offered_q;  // data is offered a cycle before its address, as AXI allows
  assign m_axi_gmem1_awvalid = state_q == StAddress && offered_q;
  assign m_axi_gmem1_awaddr  = to_q;
  assign m_axi_gmem1_awlen   = {3'd0, burst_q} - 8'd1;
  assign m_axi_gmem1_awsize  = 3'd2;
  assign m_axi_gmem1_wvalid  = (state_q == StAddress || state_q == StData) && !out_empty;
  assign m_axi_gmem1_wdata   = out_word;
  assign m_axi_gmem1_wstrb   = 4'hF;
  assign m_axi_gmem1_wlast   = sent_q + 5'd1 == burst_q;
  assign m_axi_gmem1_bready  = 1'b1;
  assign out_pop = m_axi_gmem1_wvalid && m_axi_gmem1_wready;
  assign done    = active_q && to_left_q == 32'd0 && state_q == StIdle;
  always_ff @(posedge ap_clk or negedge ap_rst_n) begin
    if (!ap_rst_n) begin
      state_q  <= StIdle;
      active_q <= 1'b0;
    end else begin
      if (start) active_q <= 1'b1;
      if (done) active_q <= 1'b0;
      unique case (state_q)
        StIdle:    if (active_q && burst_ready) state_q <= StAddress;
        StAddress: if (m_axi_gmem1_awvalid && m_axi_gmem1_awready) state_q <= StData;
        StData:    if (out_pop && m_axi_gmem1_wlast) state_q <= StAnswer;
        StAnswer:  if (m_axi_gmem1_bvalid) state_q <= StIdle;
        default:   state_q <= StIdle;
      endcase
    end
  end
  always_ff @(posedge ap_clk) begin
    if (start) begin
      to_q      <= sum;
      to_left_q <= count;
    end
    if (state_q == StIdle) begin
      burst_q <= there >= 7'd16 ? 5'd16 : there[4:0];
      sent_q  <= 5'd0;
    end
    offered_q <= state_q == StAddress;
    if (out_pop) sent_q <= sent_q + 5'd1;
    if (state_q == StAnswer && m_axi_gmem1_bvalid) begin
      to_q      <= to_q + {57'd0, burst_q, 2'd0};
      to_left_q <= to_left_q - {27'd0, burst_q};
    end
  end
endmodule
