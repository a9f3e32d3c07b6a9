// SPDX-License-Identifier: Apache-2.0

/// rtl/prim/vrn_ram_1r1w_be.sv for Yosys: a process a byte, which it maps onto byte enables of a block RAM. From the merge
/// of masks there, written for simulators, it would build flip-flops. tests/lint/rtl_placement.py proves the two equal.
module vrn_ram_1r1w_be #(
  parameter  int unsigned Bytes   = 64,
  parameter  int unsigned Depth   = 512,
  parameter  int unsigned Readers = 1,
  parameter  int unsigned Writers = 2,
  localparam int unsigned AddrW   = $clog2(Depth),
  localparam int unsigned Width   = 8 * Bytes
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic [Writers-1:0]       wr_en_i,
  input  logic [Writers*AddrW-1:0] wr_addr_i,
  input  logic [Writers*Bytes-1:0] wr_mask_i,
  input  logic [Writers*Width-1:0] wr_data_i,
  input  logic [Readers-1:0]       rd_en_i,
  input  logic [Readers*AddrW-1:0] rd_addr_i,
  output logic [Width-1:0]         rd_data_o
);
  logic [Width-1:0] mem_q [Depth];
  logic [AddrW-1:0] rd_addr, wr_addr;
  logic [Bytes-1:0] mask;
  logic [Width-1:0] data;

  always_comb begin
    rd_addr = rd_addr_i[AddrW-1:0];
    for (int unsigned k = 1; k < Readers; k++) begin
      if (rd_en_i[k]) rd_addr = rd_addr_i[k*AddrW +: AddrW];
    end
    wr_addr = wr_addr_i[AddrW-1:0];
    mask = wr_mask_i[Bytes-1:0];
    data = wr_data_i[Width-1:0];
    for (int unsigned k = 1; k < Writers; k++) begin
      if (wr_en_i[k]) begin
        wr_addr = wr_addr_i[k*AddrW +: AddrW];
        mask = wr_mask_i[k*Bytes +: Bytes];
        data = wr_data_i[k*Width +: Width];
      end
    end
    if (wr_en_i == '0) mask = '0;
  end

  always_ff @(posedge clk_i) if (|rd_en_i) rd_data_o <= mem_q[rd_addr];

  for (genvar b = 0; b < Bytes; b++) begin : gen_byte
    always_ff @(posedge clk_i) if (mask[b]) mem_q[wr_addr][8*b +: 8] <= data[8*b +: 8];
  end
endmodule
