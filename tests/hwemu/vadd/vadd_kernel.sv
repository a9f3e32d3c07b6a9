// SPDX-License-Identifier: Apache-2.0

/// sum[i] = a[i] + b[i] over 32-bit words: an RTL kernel as Vitis takes it. Both operands are read over one port, told
/// apart by their ids, in bursts of at most 16 words that stop at 4 KiB; the sums leave over another port.
module vadd_kernel #(
  /// Set to make a kernel that takes its start and never ends.
  parameter bit NeverDone = 1'b0,
  /// Set to make a kernel whose bursts cross 4 KiB.
  parameter bit CrossesBoundary = 1'b0
) (
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
  typedef enum logic [2:0] {StIdle, StPlan, StReadA, StReadB, StGather, StAddress, StWrite, StAnswer} state_e;
  state_e      state_q;
  logic        start, done;
  logic [63:0] a, b, sum, a_q, b_q, sum_q;
  logic [31:0] count, left_q;
  logic [4:0]  burst_q, got_a_q, got_b_q, sent_q;
  logic [31:0] a_words_q [16];
  logic [31:0] b_words_q [16];

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
    .a_o        (a),
    .b_o        (b),
    .sum_o      (sum),
    .count_o    (count)
  );
  assign s_axi_control_bresp = 2'b00;
  assign s_axi_control_rresp = 2'b00;

  // words up to the nearest 4 KiB boundary of the three vectors, 16 at most
  function automatic logic [10:0] room(input logic [11:0] address);
    room = 11'd1024 - {1'b0, address[11:2]};
  endfunction
  logic [10:0] words;
  always_comb begin
    words = 11'd16;
    if (!CrossesBoundary) begin
      if (room(a_q[11:0]) < words) words = room(a_q[11:0]);
      if (room(b_q[11:0]) < words) words = room(b_q[11:0]);
      if (room(sum_q[11:0]) < words) words = room(sum_q[11:0]);
    end
    if (left_q < {21'd0, words}) words = left_q[10:0];
  end

  logic [7:0] len;
  assign len = {3'd0, burst_q} - 8'd1;
  assign m_axi_gmem0_arvalid = state_q == StReadA || state_q == StReadB;
  assign m_axi_gmem0_arid    = state_q == StReadB;
  assign m_axi_gmem0_araddr  = state_q == StReadB ? b_q : a_q;
  assign m_axi_gmem0_arlen   = len;
  assign m_axi_gmem0_arsize  = 3'd2;
  assign m_axi_gmem0_rready  = 1'b1;
  assign m_axi_gmem1_awvalid = state_q == StAddress;
  assign m_axi_gmem1_awaddr  = sum_q;
  assign m_axi_gmem1_awlen   = len;
  assign m_axi_gmem1_awsize  = 3'd2;
  assign m_axi_gmem1_wvalid  = state_q == StWrite;
  assign m_axi_gmem1_wdata   = a_words_q[sent_q[3:0]] + b_words_q[sent_q[3:0]];
  assign m_axi_gmem1_wstrb   = 4'hF;
  assign m_axi_gmem1_wlast   = sent_q + 5'd1 == burst_q;
  assign m_axi_gmem1_bready  = 1'b1;
  assign done = !NeverDone && state_q == StPlan && left_q == 32'd0;

  always_ff @(posedge ap_clk or negedge ap_rst_n) begin
    if (!ap_rst_n) begin
      state_q <= StIdle;
    end else begin
      unique case (state_q)
        StIdle:    if (start) state_q <= StPlan;
        StPlan:    if (left_q != 32'd0) state_q <= StReadA;
                   else if (done) state_q <= StIdle;
        StReadA:   if (m_axi_gmem0_arready) state_q <= StReadB;
        StReadB:   if (m_axi_gmem0_arready) state_q <= StGather;
        StGather:  if (got_a_q == burst_q && got_b_q == burst_q) state_q <= StAddress;
        StAddress: if (m_axi_gmem1_awready) state_q <= StWrite;
        StWrite:   if (m_axi_gmem1_wready && m_axi_gmem1_wlast) state_q <= StAnswer;
        StAnswer:  if (m_axi_gmem1_bvalid) state_q <= StPlan;
        default:   state_q <= StIdle;
      endcase
    end
  end

  always_ff @(posedge ap_clk) begin
    if (state_q == StIdle) begin
      a_q    <= a;
      b_q    <= b;
      sum_q  <= sum;
      left_q <= count;
    end
    if (state_q == StPlan) begin
      burst_q <= words[4:0];
      got_a_q <= 5'd0;
      got_b_q <= 5'd0;
      sent_q  <= 5'd0;
    end
    if (m_axi_gmem0_rvalid) begin
      if (m_axi_gmem0_rid[0]) begin
        b_words_q[got_b_q[3:0]] <= m_axi_gmem0_rdata;
        got_b_q                 <= got_b_q + 5'd1;
      end else begin
        a_words_q[got_a_q[3:0]] <= m_axi_gmem0_rdata;
        got_a_q                 <= got_a_q + 5'd1;
      end
    end
    if (state_q == StWrite && m_axi_gmem1_wready) sent_q <= sent_q + 5'd1;
    if (state_q == StAnswer && m_axi_gmem1_bvalid) begin
      a_q    <= a_q + {57'd0, burst_q, 2'd0};
      b_q    <= b_q + {57'd0, burst_q, 2'd0};
      sum_q  <= sum_q + {57'd0, burst_q, 2'd0};
      left_q <= left_q - {27'd0, burst_q};
    end
  end
endmodule
