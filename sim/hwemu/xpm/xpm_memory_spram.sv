// SPDX-License-Identifier: Apache-2.0

/// The vendor's single-port RAM; vrn_xpm_memory says how it behaves.
module xpm_memory_spram #(
  parameter integer MEMORY_SIZE = 2048,
  parameter MEMORY_PRIMITIVE = "auto",
  parameter ECC_MODE = "no_ecc",
  parameter ECC_TYPE = "none",
  parameter ECC_BIT_RANGE = "7:0",
  parameter MEMORY_INIT_FILE = "none",
  parameter MEMORY_INIT_PARAM = "",
  parameter integer USE_MEM_INIT = 1,
  parameter integer USE_MEM_INIT_MMI = 0,
  parameter integer IGNORE_INIT_SYNTH = 0,
  parameter WAKEUP_TIME = "disable_sleep",
  parameter integer AUTO_SLEEP_TIME = 0,
  parameter integer MESSAGE_CONTROL = 0,
  parameter MEMORY_OPTIMIZATION = "true",
  parameter integer CASCADE_HEIGHT = 0,
  parameter integer SIM_ASSERT_CHK = 0,
  parameter integer WRITE_PROTECT = 1,
  parameter RAM_DECOMP = "auto",
  parameter integer WRITE_DATA_WIDTH_A = 32,
  parameter integer READ_DATA_WIDTH_A = 32,
  parameter integer BYTE_WRITE_WIDTH_A = 32,
  parameter integer ADDR_WIDTH_A = 6,
  parameter READ_RESET_VALUE_A = "0",
  parameter integer READ_LATENCY_A = 2,
  parameter RST_MODE_A = "SYNC",
  parameter WRITE_MODE_A = "read_first"
) (
  input  logic sleep,
  input  logic clka,
  input  logic rsta,
  input  logic ena,
  input  logic regcea,
  input  logic [WRITE_DATA_WIDTH_A/BYTE_WRITE_WIDTH_A-1:0] wea,
  input  logic [ADDR_WIDTH_A-1:0] addra,
  input  logic [WRITE_DATA_WIDTH_A-1:0] dina,
  input  logic injectsbiterra,
  input  logic injectdbiterra,
  output logic [READ_DATA_WIDTH_A-1:0] douta,
  output logic sbiterra,
  output logic dbiterra
);
  vrn_xpm_memory #(
    .SizeBits(longint'(MEMORY_SIZE)),
    .WriteWidthA(WRITE_DATA_WIDTH_A),
    .ReadWidthA(READ_DATA_WIDTH_A),
    .ByteWidthA(BYTE_WRITE_WIDTH_A),
    .AddrWidthA(ADDR_WIDTH_A),
    .LatencyA(READ_LATENCY_A),
    .ModeA(WRITE_MODE_A),
    .ResetValueA(READ_RESET_VALUE_A),
    .ResetKindA(RST_MODE_A),
    .WriteWidthB(READ_DATA_WIDTH_A),
    .ReadWidthB(READ_DATA_WIDTH_A),
    .ByteWidthB(READ_DATA_WIDTH_A),
    .AddrWidthB(ADDR_WIDTH_A),
    .EccMode(ECC_MODE),
    .InitFile(MEMORY_INIT_FILE),
    .InitParam(MEMORY_INIT_PARAM)
  ) u_memory (
    .clka(clka),
    .rsta(rsta),
    .ena(ena),
    .regcea(regcea),
    .wea(wea),
    .addra(addra),
    .dina(dina),
    .douta(douta),
    .clkb(clka),
    .rstb(1'b0),
    .enb(1'b0),
    .regceb(1'b0),
    .web(1'b0),
    .addrb('0),
    .dinb('0),
    .doutb()
  );
  assign sbiterra = 1'b0;
  assign dbiterra = 1'b0;
endmodule
