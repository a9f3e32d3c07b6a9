// SPDX-License-Identifier: Apache-2.0

/// sum[i] = a[i] + b[i] as the vendor's own examples are built: xpm_fifo_sync behind both operands and before the
/// writer, flow control by prog_full. Vectors begin on 64 bytes. The adder runs on a second clock when TwoClocks is set,
/// with xpm_fifo_async around it.
module vadd_fifo_kernel #(
  parameter bit TwoClocks = 1'b0
) (
  input  logic        ap_clk,
  input  logic        ap_rst_n,
  input  logic        ap_clk_2,
  input  logic        ap_rst_n_2,
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
  localparam int Depth = 64, Burst = 16;
  logic        start, done, active_q;
  logic [63:0] a, b, sum;
  logic [31:0] count;
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

  // both operands over one port, told apart by their ids; one burst of each under way
  logic [63:0] from_q [2];
  logic [31:0] from_left_q [2];
  logic [1:0]  waiting_q, prog_full, in_full, in_empty;
  logic [31:0] in_word [2];
  logic        ar_valid_q, ar_which_q, add_clk, out_full, out_empty, out_pop;
  logic [6:0]  there;  // words in the last FIFO
  logic [31:0] out_word;
  logic [7:0]  ar_len_q;
  assign add_clk = TwoClocks ? ap_clk_2 : ap_clk;
  assign m_axi_gmem0_arvalid = ar_valid_q;
  assign m_axi_gmem0_arid    = ar_which_q;
  assign m_axi_gmem0_araddr  = from_q[ar_which_q];
  assign m_axi_gmem0_arlen   = ar_len_q;
  assign m_axi_gmem0_arsize  = 3'd2;
  assign m_axi_gmem0_rready  = !in_full[m_axi_gmem0_rid];
  logic [1:0] wants;
  for (genvar i = 0; i < 2; i++) begin : gen_wants
    assign wants[i] = from_left_q[i] != 32'd0 && !waiting_q[i] && !prog_full[i] && !in_full[i];
  end
  always_ff @(posedge ap_clk or negedge ap_rst_n) begin
    if (!ap_rst_n) begin
      ar_valid_q <= 1'b0;
      waiting_q  <= 2'b00;
    end else begin
      if (m_axi_gmem0_rvalid && m_axi_gmem0_rready && m_axi_gmem0_rlast) waiting_q[m_axi_gmem0_rid] <= 1'b0;
      if (ar_valid_q) begin
        if (m_axi_gmem0_arready) ar_valid_q <= 1'b0;
      end else if (wants != 2'b00) begin
        ar_valid_q          <= 1'b1;
        ar_which_q          <= !wants[0];
        waiting_q[!wants[0]] <= 1'b1;
        ar_len_q            <= from_left_q[!wants[0]] >= Burst ? 8'(Burst - 1) : 8'(from_left_q[!wants[0]] - 1);
      end
    end
  end
  always_ff @(posedge ap_clk) begin
    if (start) begin
      from_q[0]      <= a;
      from_q[1]      <= b;
      from_left_q[0] <= count;
      from_left_q[1] <= count;
    end else if (ar_valid_q && m_axi_gmem0_arready) begin
      from_q[ar_which_q]      <= from_q[ar_which_q] + 64'((ar_len_q + 1) * 4);
      from_left_q[ar_which_q] <= from_left_q[ar_which_q] - 32'(ar_len_q) - 1;
    end
  end

  logic add;
  assign add = in_empty == 2'b00 && !out_full;
  if (TwoClocks) begin : gen_async
    xpm_fifo_async #(.CDC_SYNC_STAGES(3), .FIFO_WRITE_DEPTH(Depth), .FULL_RESET_VALUE(1), .PROG_FULL_THRESH(Depth - 2 * Burst), .READ_MODE("fwft"),
      .RELATED_CLOCKS(0), .WRITE_DATA_WIDTH(32), .READ_DATA_WIDTH(32)) u_in [1:0] (
      .sleep(1'b0), .rst(!ap_rst_n), .wr_clk(ap_clk), .wr_en({m_axi_gmem0_rvalid && m_axi_gmem0_rready && m_axi_gmem0_rid == 1'b1,
      m_axi_gmem0_rvalid && m_axi_gmem0_rready && m_axi_gmem0_rid == 1'b0}), .din(m_axi_gmem0_rdata), .full(in_full), .prog_full(prog_full),
      .rd_clk(ap_clk_2), .rd_en(add), .dout({in_word[1], in_word[0]}), .empty(in_empty), .injectsbiterr(1'b0), .injectdbiterr(1'b0));
    xpm_fifo_async #(.CDC_SYNC_STAGES(3), .FIFO_WRITE_DEPTH(Depth), .FULL_RESET_VALUE(1), .READ_MODE("fwft"), .WRITE_DATA_WIDTH(32),
      .READ_DATA_WIDTH(32), .RD_DATA_COUNT_WIDTH(7)) u_out (
      .sleep(1'b0), .rst(!ap_rst_n_2), .wr_clk(ap_clk_2), .wr_en(add), .din(in_word[0] + in_word[1]), .full(out_full), .rd_clk(ap_clk),
      .rd_en(out_pop), .dout(out_word), .rd_data_count(there), .empty(out_empty), .injectsbiterr(1'b0), .injectdbiterr(1'b0));
  end else begin : gen_sync
    xpm_fifo_sync #(.FIFO_MEMORY_TYPE("auto"), .FIFO_WRITE_DEPTH(Depth), .FULL_RESET_VALUE(1), .PROG_FULL_THRESH(Depth - 2 * Burst),
      .READ_MODE("fwft"), .FIFO_READ_LATENCY(1), .WRITE_DATA_WIDTH(32), .READ_DATA_WIDTH(32), .WR_DATA_COUNT_WIDTH($clog2(Depth) + 1)) u_in [1:0] (
      .sleep(1'b0), .rst(!ap_rst_n), .wr_clk(ap_clk), .wr_en({m_axi_gmem0_rvalid && m_axi_gmem0_rready && m_axi_gmem0_rid == 1'b1,
      m_axi_gmem0_rvalid && m_axi_gmem0_rready && m_axi_gmem0_rid == 1'b0}), .din(m_axi_gmem0_rdata), .full(in_full), .prog_full(prog_full),
      .rd_en(add), .dout({in_word[1], in_word[0]}), .empty(in_empty), .injectsbiterr(1'b0), .injectdbiterr(1'b0));
    xpm_fifo_sync #(.FIFO_WRITE_DEPTH(Depth), .FULL_RESET_VALUE(1), .READ_MODE("fwft"), .WRITE_DATA_WIDTH(32), .READ_DATA_WIDTH(32), .RD_DATA_COUNT_WIDTH(7)) u_out (
      .sleep(1'b0), .rst(!ap_rst_n), .wr_clk(ap_clk), .wr_en(add), .din(in_word[0] + in_word[1]), .full(out_full), .rd_en(out_pop),
      .dout(out_word), .rd_data_count(there), .empty(out_empty), .injectsbiterr(1'b0), .injectdbiterr(1'b0));
  end

  // leaves: bursts of what is there, 16 words or the rest
  typedef enum logic [1:0] {StIdle, StAddress, StData, StAnswer} state_e;
  state_e      state_q;
  logic [63:0] to_q;
  logic [31:0] to_left_q;
  logic [4:0]  burst_q, sent_q;
  logic        burst_ready;
  assign burst_ready = to_left_q != 32'd0 && (there >= 7'd16 || {25'd0, there} == to_left_q);
  assign m_axi_gmem1_awvalid = state_q == StAddress;
  assign m_axi_gmem1_awaddr  = to_q;
  assign m_axi_gmem1_awlen   = {3'd0, burst_q} - 8'd1;
  assign m_axi_gmem1_awsize  = 3'd2;
  assign m_axi_gmem1_wvalid  = state_q == StData && !out_empty;
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
        StAddress: if (m_axi_gmem1_awready) state_q <= StData;
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
    if (out_pop) sent_q <= sent_q + 5'd1;
    if (state_q == StAnswer && m_axi_gmem1_bvalid) begin
      to_q      <= to_q + {57'd0, burst_q, 2'd0};
      to_left_q <= to_left_q - {27'd0, burst_q};
    end
  end
endmodule
