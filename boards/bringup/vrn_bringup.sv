// SPDX-License-Identifier: Apache-2.0

/// Bring-up kernel: proves registers, completion, clocks, one memory bank and arithmetic of a card, one compute unit a bank.
///
/// Register    0x10 memory (64 bits)  0x1c mode  0x24 words  0x2c seed  ap_ctrl_hs below
/// Read only   0x34 kMagic  0x38 cycles  0x3c ticks of ap_clk_2  0x40 sum (64 bits)  0x48 first (64 bits)
///
/// mode 0      waits `words` cycles
/// mode 1      writes `words` 64-byte words; 64-bit lane k of word i is {~x, x} with x = seed + 8 i + k
/// mode 2      reads `words` words: `first` is the first lane, `sum` that of all lanes modulo 2^64
///
/// cycles and ticks run from ap_start to ap_done. Bursts are of 64 words: `memory` is aligned to 4096 bytes, or `words` is 1.
module vrn_bringup #(
  /// Cuts the carry of the sum at bit 32: a card that computes wrongly, for trying the check.
  parameter bit WrongSum = 1'b0
) (
  input  logic         ap_clk,
  input  logic         ap_rst_n,
  input  logic         ap_clk_2,
  input  logic         ap_rst_n_2,
  output logic         interrupt,
  input  logic         s_axi_control_awvalid,
  output logic         s_axi_control_awready,
  input  logic [6:0]   s_axi_control_awaddr,
  input  logic         s_axi_control_wvalid,
  output logic         s_axi_control_wready,
  input  logic [31:0]  s_axi_control_wdata,
  input  logic [3:0]   s_axi_control_wstrb,
  output logic         s_axi_control_bvalid,
  input  logic         s_axi_control_bready,
  output logic [1:0]   s_axi_control_bresp,
  input  logic         s_axi_control_arvalid,
  output logic         s_axi_control_arready,
  input  logic [6:0]   s_axi_control_araddr,
  output logic         s_axi_control_rvalid,
  input  logic         s_axi_control_rready,
  output logic [31:0]  s_axi_control_rdata,
  output logic [1:0]   s_axi_control_rresp,

  output logic         m_axi_gmem0_arvalid,
  input  logic         m_axi_gmem0_arready,
  output logic [63:0]  m_axi_gmem0_araddr,
  output logic [7:0]   m_axi_gmem0_arlen,
  output logic [2:0]   m_axi_gmem0_arsize,
  output logic [1:0]   m_axi_gmem0_arburst,
  input  logic         m_axi_gmem0_rvalid,
  output logic         m_axi_gmem0_rready,
  input  logic [511:0] m_axi_gmem0_rdata,
  input  logic [1:0]   m_axi_gmem0_rresp,
  input  logic         m_axi_gmem0_rlast,
  output logic         m_axi_gmem0_awvalid,
  input  logic         m_axi_gmem0_awready,
  output logic [63:0]  m_axi_gmem0_awaddr,
  output logic [7:0]   m_axi_gmem0_awlen,
  output logic [2:0]   m_axi_gmem0_awsize,
  output logic [1:0]   m_axi_gmem0_awburst,
  output logic         m_axi_gmem0_wvalid,
  input  logic         m_axi_gmem0_wready,
  output logic [511:0] m_axi_gmem0_wdata,
  output logic [63:0]  m_axi_gmem0_wstrb,
  output logic         m_axi_gmem0_wlast,
  input  logic         m_axi_gmem0_bvalid,
  output logic         m_axi_gmem0_bready,
  input  logic [1:0]   m_axi_gmem0_bresp
);
  localparam logic [31:0] Magic = 32'h5642_524E;
  localparam logic [31:0] BurstWords = 32'd64;

  // registers, by word; the control word apart
  logic [31:0] words_q [32];
  logic        running_q, done_q, isr_q, start, done, write, read;
  logic [31:0] cycles_q, ticks, mode, seed;
  logic [63:0] sum_q, first_q;
  assign write  = s_axi_control_awvalid && s_axi_control_wvalid && !s_axi_control_bvalid;
  assign read   = s_axi_control_arvalid && !s_axi_control_rvalid;
  assign start  = write && s_axi_control_awaddr[6:2] == 5'd0 && s_axi_control_wdata[0] && !running_q;
  assign mode   = words_q[7];
  assign seed   = words_q[11];
  assign s_axi_control_awready = write;
  assign s_axi_control_wready  = write;
  assign s_axi_control_arready = read;
  assign s_axi_control_bresp   = 2'b00;
  assign s_axi_control_rresp   = 2'b00;
  assign interrupt = words_q[1][0] && isr_q;
  always_ff @(posedge ap_clk or negedge ap_rst_n) begin
    if (!ap_rst_n) begin
      running_q            <= 1'b0;
      done_q               <= 1'b0;
      isr_q                <= 1'b0;
      s_axi_control_bvalid <= 1'b0;
      s_axi_control_rvalid <= 1'b0;
    end else begin
      if (s_axi_control_bready) s_axi_control_bvalid <= 1'b0;
      if (write) s_axi_control_bvalid <= 1'b1;
      if (s_axi_control_rready) s_axi_control_rvalid <= 1'b0;
      if (read) begin
        s_axi_control_rvalid <= 1'b1;
        if (s_axi_control_araddr[6:2] == 5'd0) done_q <= 1'b0;
      end
      if (write && s_axi_control_awaddr[6:2] == 5'd3 && s_axi_control_wdata[0]) isr_q <= 1'b0;
      if (start) running_q <= 1'b1;
      if (done) begin
        running_q <= 1'b0;
        done_q    <= 1'b1;
        if (words_q[2][0]) isr_q <= 1'b1;
      end
    end
  end
  always_ff @(posedge ap_clk) begin
    if (write && s_axi_control_wstrb == 4'hF) words_q[s_axi_control_awaddr[6:2]] <= s_axi_control_wdata;
    if (read) begin
      unique case (s_axi_control_araddr[6:2])
        5'd0:    s_axi_control_rdata <= {28'd0, done_q, !running_q, done_q, running_q};
        5'd13:   s_axi_control_rdata <= Magic;
        5'd14:   s_axi_control_rdata <= cycles_q;
        5'd15:   s_axi_control_rdata <= ticks;
        5'd16:   s_axi_control_rdata <= sum_q[31:0];
        5'd17:   s_axi_control_rdata <= sum_q[63:32];
        5'd18:   s_axi_control_rdata <= first_q[31:0];
        5'd19:   s_axi_control_rdata <= first_q[63:32];
        default: s_axi_control_rdata <= words_q[s_axi_control_araddr[6:2]];
      endcase
    end
    if (start) cycles_q <= 32'd0;
    else if (running_q) cycles_q <= cycles_q + 32'd1;
  end

  // edges of the second clock while the kernel runs; read by the host long after they have stopped
  logic [2:0]  active_q2;
  logic [31:0] ticks_q2;
  assign ticks = ticks_q2;
  always_ff @(posedge ap_clk_2 or negedge ap_rst_n_2) begin
    if (!ap_rst_n_2) active_q2 <= 3'd0;
    else active_q2 <= {active_q2[1:0], running_q};
  end
  always_ff @(posedge ap_clk_2) begin
    if (active_q2[1] && !active_q2[2]) ticks_q2 <= 32'd1;
    else if (active_q2[1]) ticks_q2 <= ticks_q2 + 32'd1;
  end

  // addresses of either direction, burst by burst
  logic [63:0] address_q;
  logic [31:0] ask_left_q, ask_words;
  logic        asks, asked, reads, writes;
  assign reads  = mode == 32'd2;
  assign writes = mode == 32'd1;
  assign asks   = running_q && ask_left_q != 32'd0;
  assign ask_words = ask_left_q < BurstWords ? ask_left_q : BurstWords;
  assign asked  = asks && (reads ? m_axi_gmem0_arready : writes && m_axi_gmem0_awready);
  assign m_axi_gmem0_arvalid = asks && reads;
  assign m_axi_gmem0_awvalid = asks && writes;
  assign m_axi_gmem0_araddr  = address_q;
  assign m_axi_gmem0_awaddr  = address_q;
  assign m_axi_gmem0_arlen   = ask_words[7:0] - 8'd1;
  assign m_axi_gmem0_awlen   = ask_words[7:0] - 8'd1;
  assign {m_axi_gmem0_arsize, m_axi_gmem0_awsize}   = {3'd6, 3'd6};
  assign {m_axi_gmem0_arburst, m_axi_gmem0_awburst} = {2'd1, 2'd1};

  // data
  logic [31:0] data_left_q, owed_q, answers_left_q, lane_q;
  logic [5:0]  beat_q;
  logic        sent, answered;
  assign m_axi_gmem0_rready = 1'b1;
  assign m_axi_gmem0_bready = 1'b1;
  assign m_axi_gmem0_wvalid = running_q && writes && owed_q != 32'd0;
  assign m_axi_gmem0_wlast  = beat_q == 6'd63 || data_left_q == 32'd1;
  assign m_axi_gmem0_wstrb  = '1;
  assign sent     = m_axi_gmem0_wvalid && m_axi_gmem0_wready;
  assign answered = m_axi_gmem0_bvalid && m_axi_gmem0_bready;
  logic [31:0] lane [8];
  always_comb begin
    for (int k = 0; k < 8; k++) begin
      lane[k] = lane_q + 32'(k);
      m_axi_gmem0_wdata[64*k +: 64] = {~lane[k], lane[k]};
    end
  end

  // sum of the lanes in three steps
  logic [63:0] pair_q [4];
  logic [63:0] word_q;
  logic [2:0]  summing_q;
  logic        got;
  assign got = running_q && m_axi_gmem0_rvalid;
  function automatic logic [63:0] add(input logic [63:0] x, input logic [63:0] y);
    add = WrongSum ? {x[63:32] + y[63:32], x[31:0] + y[31:0]} : x + y;
  endfunction

  assign done = running_q && ask_left_q == 32'd0 && data_left_q == 32'd0 && answers_left_q == 32'd0 && summing_q == 3'd0;
  always_ff @(posedge ap_clk or negedge ap_rst_n) begin
    if (!ap_rst_n) summing_q <= 3'd0;
    else summing_q <= {summing_q[1:0], got};
  end
  always_ff @(posedge ap_clk) begin
    if (start) begin
      address_q      <= {words_q[5], words_q[4]};
      ask_left_q     <= mode == 32'd1 || mode == 32'd2 ? words_q[9] : 32'd0;
      data_left_q    <= words_q[9];
      answers_left_q <= 32'd0;
      owed_q         <= 32'd0;
      beat_q         <= 6'd0;
      lane_q         <= seed;
      sum_q          <= 64'd0;
    end else begin
      if (asked) begin
        address_q  <= address_q + {26'd0, ask_words, 6'd0};
        ask_left_q <= ask_left_q - ask_words;
      end
      if (running_q && (sent || got || (!reads && !writes && data_left_q != 32'd0))) data_left_q <= data_left_q - 32'd1;
      owed_q         <= owed_q + (asked && writes ? ask_words : 32'd0) - {31'd0, sent};
      answers_left_q <= answers_left_q + {31'd0, asked && writes} - {31'd0, answered};
      if (sent) begin
        beat_q <= m_axi_gmem0_wlast ? 6'd0 : beat_q + 6'd1;
        lane_q <= lane_q + 32'd8;
      end
      if (got && data_left_q == words_q[9]) first_q <= m_axi_gmem0_rdata[63:0];
    end
    for (int k = 0; k < 4; k++) pair_q[k] <= add(m_axi_gmem0_rdata[128*k +: 64], m_axi_gmem0_rdata[128*k+64 +: 64]);
    word_q <= add(add(pair_q[0], pair_q[1]), add(pair_q[2], pair_q[3]));
    if (summing_q[1]) sum_q <= add(sum_q, word_q);
  end
endmodule
