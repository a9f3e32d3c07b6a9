// SPDX-License-Identifier: Apache-2.0

/// One of each macro behind plain ports, for xpm.tests.cpp. Everything runs on clk but the second side of what has one.
module tb_xpm (
  input  logic        clk,
  input  logic        clk2,
  input  logic        rst,
  input  logic        wr_en,
  input  logic        rd_en,
  input  logic [31:0] din,
  // depth 16, std, latency 1 and 2; fwft
  output logic        std_full, std_empty, std_ack, std_over, std_under, std_valid, std_afull, std_aempty, std_pfull, std_busy,
  output logic [4:0]  std_count,
  output logic [31:0] std_dout,
  output logic [31:0] std2_dout,
  output logic        fwft_full, fwft_empty, fwft_valid, fwft_pfull,
  output logic [4:0]  fwft_count,
  output logic [31:0] fwft_dout,
  // 32 bits in, 8 out; 32 in, 64 out
  output logic        narrow_empty, wide_empty,
  output logic [7:0]  narrow_dout,
  output logic [63:0] wide_dout,
  // written at clk, read at clk2
  output logic        async_full, async_busy, async_empty, async_rbusy,
  input  logic        async_rd_en,
  output logic [31:0] async_dout,
  // stream FIFO, in packets
  input  logic        rst_n,
  input  logic        s_valid, s_last, m_ready,
  output logic        s_ready, m_valid, m_last,
  output logic [31:0] m_data,
  // memories
  input  logic        en_a, en_b, regce_b, rst_b,
  input  logic [3:0]  we_a,
  input  logic [3:0]  addr_a,
  input  logic [5:0]  addr_b,
  output logic [7:0]  sdp_dout,
  output logic [31:0] old_dout, new_dout, keep_dout, rom_dout,
  // crossings
  input  logic        cdc_in,
  output logic        single_out, pulse_out, arst_out, srst_out, hs_rcv, hs_req,
  output logic [31:0] hs_out, gray_out
);
  xpm_fifo_sync #(.FIFO_WRITE_DEPTH(16), .USE_ADV_FEATURES("1F1F"), .WR_DATA_COUNT_WIDTH(5), .PROG_FULL_THRESH(10), .FULL_RESET_VALUE(1), .DOUT_RESET_VALUE("aB")) u_std (
    .sleep(1'b0), .rst, .wr_clk(clk), .wr_en, .din, .full(std_full), .prog_full(std_pfull), .wr_data_count(std_count), .overflow(std_over),
    .wr_rst_busy(std_busy), .almost_full(std_afull), .wr_ack(std_ack), .rd_en, .dout(std_dout), .empty(std_empty), .underflow(std_under),
    .almost_empty(std_aempty), .data_valid(std_valid), .injectsbiterr(1'b0), .injectdbiterr(1'b0));
  xpm_fifo_sync #(.FIFO_WRITE_DEPTH(16), .FIFO_READ_LATENCY(2)) u_std2 (
    .sleep(1'b0), .rst, .wr_clk(clk), .wr_en, .din, .rd_en, .dout(std2_dout), .injectsbiterr(1'b0), .injectdbiterr(1'b0));
  xpm_fifo_sync #(.FIFO_WRITE_DEPTH(16), .READ_MODE("fwft"), .USE_ADV_FEATURES("1707"), .WR_DATA_COUNT_WIDTH(5), .PROG_FULL_THRESH(10), .FULL_RESET_VALUE(1)) u_fwft (
    .sleep(1'b0), .rst, .wr_clk(clk), .wr_en, .din, .full(fwft_full), .prog_full(fwft_pfull), .wr_data_count(fwft_count), .rd_en,
    .dout(fwft_dout), .empty(fwft_empty), .data_valid(fwft_valid), .injectsbiterr(1'b0), .injectdbiterr(1'b0));
  xpm_fifo_sync #(.FIFO_WRITE_DEPTH(16), .READ_MODE("fwft"), .READ_DATA_WIDTH(8)) u_narrow (
    .sleep(1'b0), .rst, .wr_clk(clk), .wr_en, .din, .rd_en, .dout(narrow_dout), .empty(narrow_empty), .injectsbiterr(1'b0), .injectdbiterr(1'b0));
  xpm_fifo_sync #(.FIFO_WRITE_DEPTH(16), .READ_MODE("fwft"), .READ_DATA_WIDTH(64)) u_wide (
    .sleep(1'b0), .rst, .wr_clk(clk), .wr_en, .din, .rd_en, .dout(wide_dout), .empty(wide_empty), .injectsbiterr(1'b0), .injectdbiterr(1'b0));
  xpm_fifo_async #(.FIFO_WRITE_DEPTH(16), .READ_MODE("fwft"), .FULL_RESET_VALUE(1), .CDC_SYNC_STAGES(3)) u_async (
    .sleep(1'b0), .rst, .wr_clk(clk), .wr_en, .din, .full(async_full), .wr_rst_busy(async_busy), .rd_clk(clk2), .rd_en(async_rd_en),
    .dout(async_dout), .empty(async_empty), .rd_rst_busy(async_rbusy), .injectsbiterr(1'b0), .injectdbiterr(1'b0));
  xpm_fifo_axis #(.FIFO_DEPTH(16), .PACKET_FIFO("true")) u_axis (
    .s_aresetn(rst_n), .s_aclk(clk), .m_aclk(clk), .s_axis_tvalid(s_valid), .s_axis_tready(s_ready), .s_axis_tdata(din), .s_axis_tstrb('1),
    .s_axis_tkeep('1), .s_axis_tlast(s_last), .s_axis_tid('0), .s_axis_tdest('0), .s_axis_tuser('0), .m_axis_tvalid(m_valid),
    .m_axis_tready(m_ready), .m_axis_tdata(m_data), .m_axis_tlast(m_last), .injectsbiterr_axis(1'b0), .injectdbiterr_axis(1'b0));

  // 16 words of 32 bits written, 64 bytes read
  xpm_memory_sdpram #(.MEMORY_SIZE(512), .WRITE_DATA_WIDTH_A(32), .BYTE_WRITE_WIDTH_A(8), .ADDR_WIDTH_A(4), .READ_DATA_WIDTH_B(8),
    .ADDR_WIDTH_B(6), .READ_LATENCY_B(2), .READ_RESET_VALUE_B("5A"), .WRITE_MODE_B("read_first")) u_sdp (
    .sleep(1'b0), .clka(clk), .ena(en_a), .wea(we_a), .addra(addr_a), .dina(din), .injectsbiterra(1'b0), .injectdbiterra(1'b0),
    .clkb(clk), .rstb(rst_b), .enb(en_b), .regceb(regce_b), .addrb(addr_b), .doutb(sdp_dout));
  for (genvar i = 0; i < 3; i++) begin : gen_mode
    logic [31:0] dout;
    if (i == 0) begin : gen_old
      xpm_memory_spram #(.MEMORY_SIZE(512), .ADDR_WIDTH_A(4), .READ_LATENCY_A(1), .WRITE_MODE_A("read_first")) u_ram (
        .sleep(1'b0), .clka(clk), .rsta(1'b0), .ena(en_a), .regcea(1'b1), .wea(we_a[0]), .addra(addr_a), .dina(din), .injectsbiterra(1'b0),
        .injectdbiterra(1'b0), .douta(dout));
    end else if (i == 1) begin : gen_new
      xpm_memory_tdpram #(.MEMORY_SIZE(512), .ADDR_WIDTH_A(4), .ADDR_WIDTH_B(4), .READ_LATENCY_A(1), .READ_LATENCY_B(1), .WRITE_MODE_A("write_first")) u_ram (
        .sleep(1'b0), .clka(clk), .rsta(1'b0), .ena(en_a), .regcea(1'b1), .wea(we_a[0]), .addra(addr_a), .dina(din), .injectsbiterra(1'b0),
        .injectdbiterra(1'b0), .douta(dout), .clkb(clk2), .rstb(1'b0), .enb(1'b0), .regceb(1'b1), .web(1'b0), .addrb(4'd0), .dinb(32'd0),
        .injectsbiterrb(1'b0), .injectdbiterrb(1'b0));
    end else begin : gen_keep
      xpm_memory_spram #(.MEMORY_SIZE(512), .ADDR_WIDTH_A(4), .READ_LATENCY_A(1), .WRITE_MODE_A("no_change")) u_ram (
        .sleep(1'b0), .clka(clk), .rsta(1'b0), .ena(en_a), .regcea(1'b1), .wea(we_a[0]), .addra(addr_a), .dina(din), .injectsbiterra(1'b0),
        .injectdbiterra(1'b0), .douta(dout));
    end
  end
  assign old_dout  = gen_mode[0].dout;
  assign new_dout  = gen_mode[1].dout;
  assign keep_dout = gen_mode[2].dout;
  xpm_memory_sprom #(.MEMORY_SIZE(128), .ADDR_WIDTH_A(2), .READ_LATENCY_A(1), .MEMORY_INIT_PARAM("DEAD,beef,0,12345678")) u_rom (
    .sleep(1'b0), .clka(clk), .rsta(1'b0), .ena(en_a), .regcea(1'b1), .addra(addr_a[1:0]), .injectsbiterra(1'b0), .injectdbiterra(1'b0),
    .douta(rom_dout));

  xpm_cdc_single u_single (.src_clk(clk), .src_in(cdc_in), .dest_clk(clk2), .dest_out(single_out));
  xpm_cdc_pulse u_pulse (.src_clk(clk), .src_rst(rst), .src_pulse(cdc_in), .dest_clk(clk2), .dest_rst(rst), .dest_pulse(pulse_out));
  xpm_cdc_async_rst #(.RST_ACTIVE_HIGH(1)) u_arst (.src_arst(cdc_in), .dest_clk(clk2), .dest_arst(arst_out));
  xpm_cdc_sync_rst u_srst (.src_rst(cdc_in), .dest_clk(clk2), .dest_rst(srst_out));
  xpm_cdc_handshake #(.DEST_EXT_HSK(0), .WIDTH(32)) u_hs (.src_clk(clk), .src_in(din), .src_send(cdc_in), .src_rcv(hs_rcv), .dest_clk(clk2),
    .dest_req(hs_req), .dest_ack(1'b0), .dest_out(hs_out));
  xpm_cdc_gray #(.WIDTH(32)) u_gray (.src_clk(clk), .src_in_bin(din), .dest_clk(clk2), .dest_out_bin(gray_out));
endmodule
