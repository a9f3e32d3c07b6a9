// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Queue of one unit: its oldest command is offered once every unit has retired as many commands as it waits for.
///
/// Latency     1 cycle from an accepted command to cmd_valid_o when its waits are met; 1 from a retired count to it
/// Handshake   valid/ready, held until taken or flushed
/// A wait is met when retired - wait, taken as a signed 16-bit number, is not negative: counts may wrap.
module vrn_unit_queue #(
  /// Commands, >= 1.
  parameter int unsigned Depth = 16
) (
  input  logic                                clk_i,
  input  logic                                rst_ni,
  /// Starts the counts anew.
  input  logic                                clear_i,
  /// Drops what has not been taken.
  input  logic                                flush_i,
  input  logic                                push_valid_i,
  output logic                                push_ready_o,
  input  logic [511:0]                        push_cmd_i,
  /// Retired counts of all units, unit 0 in the low bits.
  input  logic [16*vrn_npu_pkg::NumUnits-1:0] retired_i,
  output logic                                cmd_valid_o,
  input  logic                                cmd_ready_i,
  output logic [511:0]                        cmd_o,
  input  logic                                retire_i,
  output logic [15:0]                         retired_o,
  /// No command in the queue or in the unit.
  output logic                                idle_o,
  /// No command in the unit.
  output logic                                unit_idle_o
);
  logic                       head_valid, taken;
  logic [$clog2(Depth+2)-1:0] level;
  vrn_queue #(
    .Width(512),
    .Depth(Depth)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .flush_i(flush_i || clear_i),
    .valid_i(push_valid_i),
    .ready_o(push_ready_o),
    .data_i (push_cmd_i),
    .valid_o(head_valid),
    .ready_i(taken),
    .data_o (cmd_o),
    .level_o(level)
  );

  function automatic logic met(input logic [15:0] retired, input logic [15:0] wait_for);
    logic [15:0] ahead;
    ahead = retired - wait_for;
    met = !ahead[15];
  endfunction

  vrn_npu_pkg::cmd_header_t header;  // only the waits matter here
  assign header = cmd_o;
  assign cmd_valid_o = head_valid && met(retired_i[16*vrn_npu_pkg::UnitLoad +: 16], header.wait_load) &&
                       met(retired_i[16*vrn_npu_pkg::UnitMatrix +: 16], header.wait_matrix) &&
                       met(retired_i[16*vrn_npu_pkg::UnitVector +: 16], header.wait_vector) &&
                       met(retired_i[16*vrn_npu_pkg::UnitDepthwise +: 16], header.wait_depthwise) &&
                       met(retired_i[16*vrn_npu_pkg::UnitStore +: 16], header.wait_store);
  assign taken = cmd_valid_o && cmd_ready_i;

  logic [15:0] retired_q, inside_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      retired_q <= '0;
      inside_q  <= '0;
    end else if (clear_i) begin
      retired_q <= '0;
      inside_q  <= '0;
    end else begin
      retired_q <= retired_q + 16'(retire_i);
      inside_q  <= inside_q + 16'(taken) - 16'(retire_i);
    end
  end
  assign retired_o   = retired_q;
  assign unit_idle_o = inside_q == '0;
  assign idle_o      = unit_idle_o && level == '0;

  `VRN_ASSERT(RetireExpected, !(retire_i && !clear_i) || inside_q != '0)
  `VRN_ASSERT_NEXT(OfferHeld, cmd_valid_o && !cmd_ready_i && !flush_i && !clear_i, cmd_valid_o)
endmodule
