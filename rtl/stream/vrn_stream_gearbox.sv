// SPDX-License-Identifier: Apache-2.0

/// The same bytes in pieces of another size, of which neither has to divide the other.
///
/// Throughput  one piece of the smaller size per cycle
/// Handshake   valid/ready                                          Comb. path  ready_i -> ready_o
/// Reset       empty
module vrn_stream_gearbox #(
  /// Bytes of a piece in front and behind, >= 1.
  parameter int unsigned In  = 4,
  parameter int unsigned Out = 3
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  /// What is left is dropped.
  input  logic             clear_i,
  /// What is left leaves as a last piece, filled up with zeros.
  input  logic             flush_i,
  input  logic             valid_i,
  output logic             ready_o,
  input  logic [8*In-1:0]  data_i,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [8*Out-1:0] data_o
);
  if (In < 1 || Out < 1) begin : gen_bad_size
    $fatal(1, "vrn_stream_gearbox: In and Out must be >= 1");
  end
  localparam int unsigned Bytes  = In + Out;
  localparam int unsigned CountW = $clog2(Bytes + 1);

  logic [8*Bytes-1:0] bytes_q, rest;
  logic [CountW-1:0]  count_q, left;
  logic               taken, comes;
  assign valid_o = count_q >= CountW'(Out) || (flush_i && count_q != '0);
  assign data_o  = bytes_q[8*Out-1:0];
  assign taken   = valid_o && ready_i;
  assign rest    = taken ? bytes_q >> 8*Out : bytes_q;
  assign left    = !taken ? count_q : count_q > CountW'(Out) ? count_q - CountW'(Out) : '0;
  assign ready_o = left <= CountW'(Out);
  assign comes   = valid_i && ready_o;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      count_q <= '0;
    else if (clear_i) count_q <= '0;
    else              count_q <= left + (comes ? CountW'(In) : '0);
  end
  // above what is left stand zeros, so that a piece can be put there
  always_ff @(posedge clk_i) begin
    if (clear_i) bytes_q <= '0;
    else         bytes_q <= rest | (comes ? (8*Bytes)'(data_i) << {left, 3'b000} : '0);
  end
endmodule
