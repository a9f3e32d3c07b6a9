// SPDX-License-Identifier: Apache-2.0

/// The same elements in beats of another width: the twin of kernel width.
///
/// Latency     1 cycle to m_axis           Throughput  1 beat of the narrower stream per cycle
/// Handshake   AXI4-Stream                 Comb. path  none
/// Reset       begins with a new beat of the wider stream
module vrn_stream_width #(
  /// Values of a beat before and behind; one divides the other.
  parameter int unsigned From  = 2,
  parameter int unsigned To    = 8,
  /// Beats that wait for the reader, >= 1.
  parameter int unsigned Depth = 2
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              s_axis_tvalid,
  output logic              s_axis_tready,
  input  logic [8*From-1:0] s_axis_tdata,
  output logic              m_axis_tvalid,
  input  logic              m_axis_tready,
  output logic [8*To-1:0]   m_axis_tdata
);
  if (From < 1 || To < 1 || From == To || (From % To != 0 && To % From != 0)) begin : gen_bad_width
    $fatal(1, "vrn_stream_width: one of From and To must divide the other");
  end
  localparam bit          Widens = To > From;
  localparam int unsigned Parts  = Widens ? To / From : From / To;
  localparam int unsigned PartW  = $clog2(Parts);

  logic [PartW-1:0]  part_q;
  logic              want, last, x_valid, go, room, writes;
  logic [8*From-1:0] x_data;
  logic [8*To-1:0]   y;
  assign want   = Widens || part_q == '0;
  assign last   = part_q == PartW'(Parts - 1);
  assign writes = !Widens || last;
  assign go     = (!want || x_valid) && (!writes || room);

  vrn_stream_in #(
    .Bytes(From)
  ) u_in (
    .clk_i,
    .rst_ni,
    .s_axis_tvalid,
    .s_axis_tready,
    .s_axis_tdata,
    .want_i (want),
    .valid_o(x_valid),
    .data_o (x_data),
    .take_i (go && want)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) part_q <= '0;
    else if (go) part_q <= last ? '0 : part_q + PartW'(1);
  end
  if (Widens) begin : gen_widen
    // the parts before the last one, the latest on top
    logic [8*(To-From)-1:0] parts_q;
    always_ff @(posedge clk_i) begin
      if (go) parts_q <= (8*(To-From))'({x_data, parts_q} >> 8*From);
    end
    assign y = {x_data, parts_q};
  end else begin : gen_narrow
    // what is left of the wide beat, the next part below
    logic [8*(From-To)-1:0] left_q;
    always_ff @(posedge clk_i) begin
      if (go) left_q <= want ? x_data[8*From-1:8*To] : left_q >> 8*To;
    end
    assign y = want ? x_data[8*To-1:0] : left_q[8*To-1:0];
  end
  vrn_stream_out #(
    .Bytes (To),
    .Places(Depth)
  ) u_out (
    .clk_i,
    .rst_ni,
    .room_o (room),
    .claim_i(go && writes),
    .valid_i(go && writes),
    .data_i (y),
    .m_axis_tvalid,
    .m_axis_tready,
    .m_axis_tdata
  );
endmodule
