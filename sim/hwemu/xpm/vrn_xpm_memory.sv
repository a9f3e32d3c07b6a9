// SPDX-License-Identifier: Apache-2.0

/// What all memory macros of the vendor are made of: two ports on one array, after UG974 and UG953.
///
/// Array       words of the narrowest port; a wider port takes several, little-endian. Addresses wrap.
/// Read        sampled with en; at dout after ReadLatency edges (0: combinational). The last register alone obeys regce
///             (latency 2 and more) and rst.
/// Write       by lanes of ByteWidth bits. A port that writes shows the old word, the new one, or holds, as its mode says.
module vrn_xpm_memory #(
  parameter longint SizeBits = 2048,
  parameter integer WriteWidthA = 32,
  parameter integer ReadWidthA = 32,
  parameter integer ByteWidthA = 32,
  parameter integer AddrWidthA = 6,
  parameter integer LatencyA = 2,
  parameter ModeA = "no_change",
  parameter ResetValueA = "0",
  parameter ResetKindA = "SYNC",
  parameter integer WriteWidthB = 32,
  parameter integer ReadWidthB = 32,
  parameter integer ByteWidthB = 32,
  parameter integer AddrWidthB = 6,
  parameter integer LatencyB = 2,
  parameter ModeB = "no_change",
  parameter ResetValueB = "0",
  parameter ResetKindB = "SYNC",
  /// 1: everything on clka, clkb is not used.
  parameter bit CommonClock = 1'b1,
  /// 1: a read at B of what A writes at the same edge shows the new word (simple dual port, write_first).
  parameter bit BypassToB = 1'b0,
  parameter EccMode = "no_ecc",
  parameter InitFile = "none",
  parameter InitParam = ""
) (
  input  logic                                clka,
  input  logic                                rsta,
  input  logic                                ena,
  input  logic                                regcea,
  input  logic [WriteWidthA/ByteWidthA-1:0]   wea,
  input  logic [AddrWidthA-1:0]               addra,
  input  logic [WriteWidthA-1:0]              dina,
  output logic [ReadWidthA-1:0]               douta,
  input  logic                                clkb,
  input  logic                                rstb,
  input  logic                                enb,
  input  logic                                regceb,
  input  logic [WriteWidthB/ByteWidthB-1:0]   web,
  input  logic [AddrWidthB-1:0]               addrb,
  input  logic [WriteWidthB-1:0]              dinb,
  output logic [ReadWidthB-1:0]               doutb
);
  `include "vrn_xpm_text.svh"

  function automatic int smaller(input int x, input int y);
    smaller = x < y ? x : y;
  endfunction
  localparam int PortA = smaller(WriteWidthA, ReadWidthA);  // what an address of the port counts
  localparam int PortB = smaller(WriteWidthB, ReadWidthB);
  localparam int Unit = smaller(PortA, PortB);
  localparam int Units = int'(SizeBits / longint'(Unit));
  localparam int UnitsA = PortA / Unit, UnitsB = PortB / Unit;
  localparam int WriteUnitsA = WriteWidthA / Unit, ReadUnitsA = ReadWidthA / Unit;
  localparam int WriteUnitsB = WriteWidthB / Unit, ReadUnitsB = ReadWidthB / Unit;

  if (EccMode != "no_ecc") begin : gen_bad_ecc
    $fatal(1, "xpm_memory: ECC_MODE other than no_ecc is not modelled");
  end
  if (WriteWidthA % Unit != 0 || ReadWidthA % Unit != 0 || WriteWidthB % Unit != 0 || ReadWidthB % Unit != 0) begin : gen_bad_widths
    $fatal(1, "xpm_memory: the widths of the ports must be multiples of the narrowest");
  end

  logic [Unit-1:0] mem [Units];
  logic clock_b;
  assign clock_b = CommonClock ? clka : clkb;

  // bits that a write changes
  logic [WriteWidthA-1:0] mask_a;
  logic [WriteWidthB-1:0] mask_b;
  always_comb begin
    for (int i = 0; i < WriteWidthA; i++) mask_a[i] = ena && wea[i / ByteWidthA];
    for (int i = 0; i < WriteWidthB; i++) mask_b[i] = enb && web[i / ByteWidthB];
  end
  function automatic int place(input longint address, input int port_units, input int access_units);
    longint unit;
    unit = address * longint'(port_units) % longint'(Units);
    place = int'(unit - unit % longint'(access_units));
  endfunction
  int write_at_a, read_at_a, write_at_b, read_at_b;
  assign write_at_a = place(longint'(addra), UnitsA, WriteUnitsA);
  assign read_at_a  = place(longint'(addra), UnitsA, ReadUnitsA);
  assign write_at_b = place(longint'(addrb), UnitsB, WriteUnitsB);
  assign read_at_b  = place(longint'(addrb), UnitsB, ReadUnitsB);

  // what each port sees before the edge, with its own write (or, for B, that of A) laid over where its mode asks for it
  logic [ReadWidthA-1:0] seen_a, fresh_a;
  logic [ReadWidthB-1:0] seen_b, fresh_b;
  always_comb begin
    for (int i = 0; i < ReadUnitsA; i++) seen_a[i*Unit +: Unit] = mem[read_at_a + i];
    fresh_a = seen_a;
    if (ModeA == "write_first") begin
      for (int i = 0; i < ReadWidthA; i++) begin
        if (read_at_a * Unit + i >= write_at_a * Unit && read_at_a * Unit + i < write_at_a * Unit + WriteWidthA) begin
          if (mask_a[(read_at_a - write_at_a) * Unit + i]) fresh_a[i] = dina[(read_at_a - write_at_a) * Unit + i];
        end
      end
    end
  end
  always_comb begin
    for (int i = 0; i < ReadUnitsB; i++) seen_b[i*Unit +: Unit] = mem[read_at_b + i];
    fresh_b = seen_b;
    if (ModeB == "write_first") begin
      for (int i = 0; i < ReadWidthB; i++) begin
        if (read_at_b * Unit + i >= write_at_b * Unit && read_at_b * Unit + i < write_at_b * Unit + WriteWidthB) begin
          if (mask_b[(read_at_b - write_at_b) * Unit + i]) fresh_b[i] = dinb[(read_at_b - write_at_b) * Unit + i];
        end
        if (BypassToB && CommonClock && read_at_b * Unit + i >= write_at_a * Unit && read_at_b * Unit + i < write_at_a * Unit + WriteWidthA) begin
          if (mask_a[(read_at_b - write_at_a) * Unit + i]) fresh_b[i] = dina[(read_at_b - write_at_a) * Unit + i];
        end
      end
    end
  end

  always_ff @(posedge clka) begin
    for (int i = 0; i < WriteUnitsA; i++) begin
      if (mask_a[i*Unit +: Unit] != '0) begin
        mem[write_at_a + i] <= (mem[write_at_a + i] & ~mask_a[i*Unit +: Unit]) | (dina[i*Unit +: Unit] & mask_a[i*Unit +: Unit]);
      end
    end
  end
  always_ff @(posedge clock_b) begin
    for (int i = 0; i < WriteUnitsB; i++) begin
      if (mask_b[i*Unit +: Unit] != '0) begin
        mem[write_at_b + i] <= (mem[write_at_b + i] & ~mask_b[i*Unit +: Unit]) | (dinb[i*Unit +: Unit] & mask_b[i*Unit +: Unit]);
      end
    end
  end

  vrn_xpm_read_path #(.Width(ReadWidthA), .Latency(LatencyA), .ResetValue(ReadWidthA'(hex_value(ResetValueA))), .AsyncReset(ResetKindA == "ASYNC")) u_read_a (
    .clk_i(clka), .rst_i(rsta), .en_i(ena && !(ModeA == "no_change" && wea != '0)), .regce_i(regcea), .now_i(seen_a), .word_i(fresh_a), .dout_o(douta));
  vrn_xpm_read_path #(.Width(ReadWidthB), .Latency(LatencyB), .ResetValue(ReadWidthB'(hex_value(ResetValueB))), .AsyncReset(ResetKindB == "ASYNC")) u_read_b (
    .clk_i(clock_b), .rst_i(rstb), .en_i(enb && !(ModeB == "no_change" && web != '0)), .regce_i(regceb), .now_i(seen_b), .word_i(fresh_b), .dout_o(doutb));

  initial begin
    for (int i = 0; i < Units; i++) mem[i] = '0;
  end
  if (InitFile != "none" && InitFile != "") begin : gen_file
    // words of the width that writes; a read-only memory has that of its reads
    logic [WriteWidthA-1:0] image [int'(SizeBits / longint'(WriteWidthA))];
    initial begin
      for (int i = 0; i < int'(SizeBits / longint'(WriteWidthA)); i++) image[i] = '0;
      $readmemh(InitFile, image);
      for (int i = 0; i < Units; i++) mem[i] = image[i / WriteUnitsA][i % WriteUnitsA * Unit +: Unit];
    end
  end else if (InitParam != "" && InitParam != "0") begin : gen_text
    // "0AB,3,FF": words of the writing width in hexadecimal, from address 0 on
    localparam int Characters = 2048;
    localparam logic [8*Characters-1:0] Text = InitParam;
    initial begin
      int at;
      logic [WriteWidthA-1:0] value;
      logic [7:0] c;
      at = 0;
      value = '0;
      for (int i = Characters - 1; i >= -1; i--) begin
        c = i < 0 ? "," : Text[8*i +: 8];
        if (c == ",") begin
          for (int j = 0; j < WriteUnitsA; j++) mem[(at * WriteUnitsA + j) % Units] = value[j*Unit +: Unit];
          at = at + 1;
          value = '0;
        end else if (c >= "0" && c <= "9") begin
          value = WriteWidthA'({value, c[3:0]});
        end else if (c != 8'd0 && c != " ") begin
          value = WriteWidthA'({value, c[3:0] + 4'd9});
        end
      end
    end
  end
endmodule
