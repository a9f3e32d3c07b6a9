// SPDX-License-Identifier: Apache-2.0

/// Memory to stream: reads count words from a (on 64 bytes) in bursts of 16 and sends them, the last one with tlast.
/// Control protocol ap_ctrl_chain.
module stream_reader (
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

  output logic        m_axi_gmem0_arvalid,
  input  logic        m_axi_gmem0_arready,
  output logic [0:0]  m_axi_gmem0_arid,
  output logic [63:0] m_axi_gmem0_araddr,
  output logic [7:0]  m_axi_gmem0_arlen,
  output logic [2:0]  m_axi_gmem0_arsize,
  input  logic        m_axi_gmem0_rvalid,
  output logic        m_axi_gmem0_rready,
  input  logic [0:0]  m_axi_gmem0_rid,
  input  logic [31:0] m_axi_gmem0_rdata,
  input  logic [1:0]  m_axi_gmem0_rresp,
  input  logic        m_axi_gmem0_rlast,

  output logic        words_tvalid,
  input  logic        words_tready,
  output logic [31:0] words_tdata,
  output logic        words_tlast
);
  logic        start, done, active_q, ar_valid_q;
  logic [63:0] a, at_q;
  logic [31:0] count, ask_left_q, send_left_q;
  vadd_control #(.Chain(1'b1)) u_control (
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
    .a_o        (a),
    .b_o        (),
    .sum_o      (),
    .count_o    (count)
  );
  assign s_axi_control_bresp = 2'b00;
  assign s_axi_control_rresp = 2'b00;
  assign done = active_q && send_left_q == 32'd0;
  assign m_axi_gmem0_arvalid = ar_valid_q;
  assign m_axi_gmem0_arid    = 1'b0;
  assign m_axi_gmem0_araddr  = at_q;
  assign m_axi_gmem0_arlen   = ask_left_q >= 32'd16 ? 8'd15 : ask_left_q[7:0] - 8'd1;
  assign m_axi_gmem0_arsize  = 3'd2;
  assign m_axi_gmem0_rready  = words_tready;
  assign words_tvalid = m_axi_gmem0_rvalid;
  assign words_tdata  = m_axi_gmem0_rdata;
  assign words_tlast  = send_left_q == 32'd1;
  always_ff @(posedge ap_clk or negedge ap_rst_n) begin
    if (!ap_rst_n) begin
      active_q   <= 1'b0;
      ar_valid_q <= 1'b0;
    end else begin
      if (start) active_q <= 1'b1;
      if (done) active_q <= 1'b0;
      ar_valid_q <= start ? count != 32'd0 : ar_valid_q && !(m_axi_gmem0_arready && ask_left_q <= 32'd16);
    end
  end
  always_ff @(posedge ap_clk) begin
    if (start) begin
      at_q        <= a;
      ask_left_q  <= count;
      send_left_q <= count;
    end else begin
      if (ar_valid_q && m_axi_gmem0_arready) begin
        at_q       <= at_q + 64'd64;
        ask_left_q <= ask_left_q >= 32'd16 ? ask_left_q - 32'd16 : 32'd0;
      end
      if (words_tvalid && words_tready) send_left_q <= send_left_q - 32'd1;
    end
  end
endmodule
