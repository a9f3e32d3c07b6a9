// SPDX-License-Identifier: Apache-2.0

/// From a memory's word to dout: Latency - 1 stages and the output register, the only one that rst and regce reach.
module vrn_xpm_read_path #(
  parameter integer Width = 32,
  parameter integer Latency = 2,
  parameter logic [Width-1:0] ResetValue = '0,
  parameter bit AsyncReset = 1'b0
) (
  input  logic             clk_i,
  input  logic             rst_i,
  input  logic             en_i,
  input  logic             regce_i,
  input  logic [Width-1:0] now_i,
  input  logic [Width-1:0] word_i,
  output logic [Width-1:0] dout_o
);
  if (Latency == 0) begin : gen_direct
    assign dout_o = rst_i ? ResetValue : now_i;
  end else begin : gen_registers
    localparam int Stages = Latency < 2 ? 1 : Latency - 1;
    logic [Width-1:0] stage_q [Stages];
    logic [Width-1:0] last, out_q;
    logic             load;
    assign last = Latency == 1 ? word_i : stage_q[Stages-1];
    assign load = Latency == 1 ? en_i : regce_i;
    initial out_q = ResetValue;
    always_ff @(posedge clk_i) begin
      if (en_i) stage_q[0] <= word_i;
      for (int i = 1; i < Stages; i++) stage_q[i] <= stage_q[i-1];
    end
    if (AsyncReset) begin : gen_async
      always_ff @(posedge clk_i or posedge rst_i) begin
        if (rst_i) out_q <= ResetValue;
        else if (load) out_q <= last;
      end
    end else begin : gen_sync
      always_ff @(posedge clk_i) begin
        if (rst_i) out_q <= ResetValue;
        else if (load) out_q <= last;
      end
    end
    assign dout_o = out_q;
  end
endmodule
