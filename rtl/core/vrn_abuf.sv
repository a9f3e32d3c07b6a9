// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Activation buffer: four banks of 64-byte words, interleaved by the low address bits, one read
/// and one write port a bank.
///
/// Grant       combinational, in the cycle of the request; of several clients at one bank the
///             lowest index wins
/// Read        granted in t: bank register in t+1, rd_data_o of the client in t+2, held until its
///             next granted word arrives
/// Write       granted in t: seen by reads granted from t+1 on
/// Throughput  1 read and 1 write per bank and cycle
/// Reset       drops reads in flight; contents are undefined until written
///
/// A request may be withdrawn or changed while it is not granted. Client k of a port stands at
/// [k*W +: W].
module vrn_abuf #(
  /// 64-byte words, a power of two >= 8.
  parameter  int unsigned AbufWords = 32768,
  /// Read clients, >= 1.
  parameter  int unsigned Readers   = 4,
  /// Write clients, >= 1.
  parameter  int unsigned Writers   = 2,
  localparam int unsigned AddrW     = $clog2(AbufWords)
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic [Readers-1:0]       rd_req_i,
  input  logic [Readers*AddrW-1:0] rd_addr_i,
  output logic [Readers-1:0]       rd_gnt_o,
  output logic [Readers*512-1:0]   rd_data_o,
  input  logic [Writers-1:0]       wr_req_i,
  input  logic [Writers*AddrW-1:0] wr_addr_i,
  input  logic [Writers*64-1:0]    wr_mask_i,
  input  logic [Writers*512-1:0]   wr_data_i,
  output logic [Writers-1:0]       wr_gnt_o
);
  localparam int unsigned Banks     = 4;
  localparam int unsigned BankAddrW = AddrW - 2;

  if (AbufWords < 8 || (AbufWords & (AbufWords - 1)) != 0 || Readers < 1 ||
      Writers < 1) begin : gen_bad_size
    $fatal(1, "vrn_abuf: AbufWords must be a power of two >= 8, Readers and Writers >= 1");
  end

  // --- arbitration: per bank, fixed priority; bits [client][bank], at most one client a bank ---
  logic [Readers*Banks-1:0] rd_wins, rd_wins_q;
  logic [Writers*Banks-1:0] wr_wins;
  always_comb begin : p_read_wins
    logic [Banks-1:0] wanted, taken;
    taken = '0;
    for (int unsigned k = 0; k < Readers; k++) begin
      wanted = rd_req_i[k] ? Banks'(1) << rd_addr_i[k*AddrW +: 2] : '0;
      rd_wins[k*Banks +: Banks] = wanted & ~taken;
      taken = taken | wanted;
    end
  end
  always_comb begin : p_write_wins
    logic [Banks-1:0] wanted, taken;
    taken = '0;
    for (int unsigned k = 0; k < Writers; k++) begin
      wanted = wr_req_i[k] ? Banks'(1) << wr_addr_i[k*AddrW +: 2] : '0;
      wr_wins[k*Banks +: Banks] = wanted & ~taken;
      taken = taken | wanted;
    end
  end
  always_comb begin : p_grants
    for (int unsigned k = 0; k < Readers; k++) rd_gnt_o[k] = rd_wins[k*Banks +: Banks] != '0;
    for (int unsigned k = 0; k < Writers; k++) wr_gnt_o[k] = wr_wins[k*Banks +: Banks] != '0;
  end

  // --- banks: each gets all addresses and selects behind its clock edge ---
  logic [Readers*BankAddrW-1:0] rd_bank_addr;
  logic [Writers*BankAddrW-1:0] wr_bank_addr;
  for (genvar k = 0; k < Readers; k++) begin : gen_rd_addr
    assign rd_bank_addr[k*BankAddrW +: BankAddrW] = rd_addr_i[k*AddrW + 2 +: BankAddrW];
  end
  for (genvar k = 0; k < Writers; k++) begin : gen_wr_addr
    assign wr_bank_addr[k*BankAddrW +: BankAddrW] = wr_addr_i[k*AddrW + 2 +: BankAddrW];
  end
  logic [Banks*512-1:0] bank_data;
  for (genvar b = 0; b < Banks; b++) begin : gen_bank
    logic [Readers-1:0] rd_en;
    logic [Writers-1:0] wr_en;
    for (genvar k = 0; k < Readers; k++) begin : gen_rd_en
      assign rd_en[k] = rd_wins[k*Banks + b];
    end
    for (genvar k = 0; k < Writers; k++) begin : gen_wr_en
      assign wr_en[k] = wr_wins[k*Banks + b];
    end
    vrn_ram_1r1w_be #(
      .Bytes   (64),
      .Depth   (AbufWords / Banks),
      .Readers (Readers),
      .Writers (Writers)
    ) u_ram (
      .clk_i,
      .rst_ni,
      .wr_en_i   (wr_en),
      .wr_addr_i (wr_bank_addr),
      .wr_mask_i,
      .wr_data_i,
      .rd_en_i   (rd_en),
      .rd_addr_i (rd_bank_addr),
      .rd_data_o (bank_data[b*512 +: 512])
    );
  end

  // --- client registers: the wide multiplexers work only for clients that were granted ---
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) rd_wins_q <= '0;
    else rd_wins_q <= rd_wins;
  end
  for (genvar k = 0; k < Readers; k++) begin : gen_client
    logic [511:0] data_q;
    always_ff @(posedge clk_i) begin
      if (rd_wins_q[k*Banks + 0]) data_q <= bank_data[0 +: 512];
      else if (rd_wins_q[k*Banks + 1]) data_q <= bank_data[512 +: 512];
      else if (rd_wins_q[k*Banks + 2]) data_q <= bank_data[1024 +: 512];
      else if (rd_wins_q[k*Banks + 3]) data_q <= bank_data[1536 +: 512];
    end
    assign rd_data_o[k*512 +: 512] = data_q;
  end

  `VRN_ASSERT(RdGntNeedsReq, (rd_gnt_o & ~rd_req_i) == '0)
  `VRN_ASSERT(WrGntNeedsReq, (wr_gnt_o & ~wr_req_i) == '0)
  `VRN_ASSERT(FirstReaderAlwaysGranted, !rd_req_i[0] || rd_gnt_o[0])
endmodule
