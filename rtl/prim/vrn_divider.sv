// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Divides unsigned integers and drops the rest, one bit of the quotient a cycle.
///
/// Latency     QuoW + 1 cycles from start_i to done_o
/// Handshake   start_i for one cycle, not again before done_o; quo_o holds until the next start_i
/// Range       the quotient fits QuoW bits: den_i > num_i >> QuoW
/// Reset       forgets a division under way
module vrn_divider #(
  /// Bits of the numerator, more than QuoW; of the denominator, at least NumW - QuoW; of the quotient, 1..63.
  parameter int unsigned NumW = 39,
  parameter int unsigned DenW = 32,
  parameter int unsigned QuoW = 24
) (
  input  logic            clk_i,
  input  logic            rst_ni,
  input  logic            start_i,
  input  logic [NumW-1:0] num_i,
  input  logic [DenW-1:0] den_i,
  output logic            done_o,
  output logic [QuoW-1:0] quo_o
);
  localparam int unsigned CountW = $clog2(QuoW + 1);

  if (QuoW < 1 || QuoW > 63 || NumW <= QuoW || DenW < NumW - QuoW) begin : gen_bad_widths
    $fatal(1, "vrn_divider: QuoW must be 1..63, NumW more than QuoW, DenW at least NumW - QuoW");
  end

  // What is left of the numerator and not yet compared stands at the top of the quotient's register.
  logic [DenW-1:0]   den_q, rest_q;
  logic [QuoW-1:0]   quo_q;
  logic [CountW-1:0] left_q;
  logic              done_q;
  logic [DenW:0]     trial, over;
  logic              fits;
  assign trial = {rest_q, quo_q[QuoW-1]};
  assign over  = trial - {1'b0, den_q};
  assign fits  = trial >= {1'b0, den_q};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      left_q <= '0;
      done_q <= 1'b0;
    end else begin
      done_q <= left_q == CountW'(1);
      if (start_i) left_q <= CountW'(QuoW);
      else if (left_q != '0) left_q <= left_q - CountW'(1);
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      den_q  <= den_i;
      rest_q <= DenW'(num_i[NumW-1:QuoW]);
      quo_q  <= num_i[QuoW-1:0];
    end else if (left_q != '0) begin
      rest_q <= fits ? over[DenW-1:0] : trial[DenW-1:0];
      quo_q  <= QuoW'({quo_q, fits});
    end
  end
  logic unused_over;
  assign unused_over = over[DenW];

  assign done_o = done_q;
  assign quo_o  = quo_q;

  `VRN_ASSERT(QuotientFits, !start_i || 64'(den_i) > 64'(num_i[NumW-1:QuoW]))
endmodule
