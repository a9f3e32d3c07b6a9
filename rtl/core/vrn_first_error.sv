// SPDX-License-Identifier: Apache-2.0

/// Keeps the first error of a run: what the error register shows, and the address of its burst or command.
///
/// Latency     1 cycle      Order       of errors in one cycle: control, load, store
/// Reset       no error; clear_i forgets one, and wins over an error of its cycle
module vrn_first_error (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        clear_i,
  input  logic        control_i,
  input  logic [2:0]  control_code_i,
  input  logic [63:0] control_address_i,
  input  logic        load_i,
  input  logic        load_decode_i,
  input  logic [63:0] load_address_i,
  input  logic        store_i,
  input  logic        store_decode_i,
  input  logic [63:0] store_address_i,
  output logic [15:0] error_o,
  output logic [63:0] address_o
);
  localparam logic [7:0] FetchUnit = 8'd5;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) error_o <= '0;
    else if (clear_i) error_o <= '0;
    else if (error_o == '0) begin
      if (control_i) error_o <= {FetchUnit, 5'd0, control_code_i};
      else if (load_i) error_o <= {8'(vrn_npu_pkg::UnitLoad), load_decode_i ? 8'd2 : 8'd1};
      else if (store_i) error_o <= {8'(vrn_npu_pkg::UnitStore), store_decode_i ? 8'd4 : 8'd3};
    end
  end
  always_ff @(posedge clk_i) begin
    if (clear_i) address_o <= '0;
    else if (error_o == '0) begin
      if (control_i) address_o <= control_address_i;
      else if (load_i) address_o <= load_address_i;
      else if (store_i) address_o <= store_address_i;
    end
  end
endmodule
