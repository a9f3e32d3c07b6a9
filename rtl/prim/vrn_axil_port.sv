// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// The handshakes of an AXI4-Lite slave of 32 bits in front of registers; every address answers OKAY.
///
/// Latency   3 cycles from a read address to its data, 1 from the later of write address and data to the response
/// Reset     no access
module vrn_axil_port (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        aw_valid_i,
  output logic        aw_ready_o,
  input  logic [11:0] aw_addr_i,
  input  logic        w_valid_i,
  output logic        w_ready_o,
  input  logic [31:0] w_data_i,
  input  logic [3:0]  w_strb_i,
  output logic        b_valid_o,
  input  logic        b_ready_i,
  input  logic        ar_valid_i,
  output logic        ar_ready_o,
  input  logic [11:0] ar_addr_i,
  output logic        r_valid_o,
  input  logic        r_ready_i,
  output logic [31:0] r_data_o,

  /// One cycle: the masked bits of the word are written.
  output logic        write_o,
  output logic [11:0] write_addr_o,
  output logic [31:0] write_data_o,
  output logic [31:0] write_mask_o,
  /// One cycle each, one behind the other: the word is to be looked up; read_data_i has it.
  output logic        lookup_o,
  output logic        capture_o,
  output logic [11:0] read_addr_o,
  input  logic [31:0] read_data_i
);
  // --- write channel: address and data come in any order ---
  logic       aw_held_q, w_held_q;
  logic [3:0] w_strb_q;
  assign aw_ready_o   = !aw_held_q;
  assign w_ready_o    = !w_held_q;
  assign write_o      = aw_held_q && w_held_q && (!b_valid_o || b_ready_i);
  assign write_mask_o = {{8{w_strb_q[3]}}, {8{w_strb_q[2]}}, {8{w_strb_q[1]}}, {8{w_strb_q[0]}}};
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      aw_held_q <= 1'b0;
      w_held_q  <= 1'b0;
      b_valid_o <= 1'b0;
    end else begin
      aw_held_q <= aw_held_q ? !write_o : aw_valid_i;
      w_held_q  <= w_held_q ? !write_o : w_valid_i;
      if (write_o) b_valid_o <= 1'b1;
      else if (b_ready_i) b_valid_o <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (aw_ready_o) write_addr_o <= aw_addr_i;
    if (w_ready_o) begin
      write_data_o <= w_data_i;
      w_strb_q     <= w_strb_i;
    end
  end

  // --- read channel ---
  typedef enum logic [1:0] {
    StAccept,
    StLookup,
    StCapture,
    StAnswer
  } read_e;
  read_e read_q;
  assign ar_ready_o = read_q == StAccept;
  assign lookup_o   = read_q == StLookup;
  assign capture_o  = read_q == StCapture;
  assign r_valid_o  = read_q == StAnswer;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      read_q <= StAccept;
    end else begin
      unique case (read_q)
        StAccept:  if (ar_valid_i) read_q <= StLookup;
        StLookup:  read_q <= StCapture;
        StCapture: read_q <= StAnswer;
        StAnswer:  if (r_ready_i) read_q <= StAccept;
        default:   read_q <= StAccept;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (ar_ready_o) read_addr_o <= ar_addr_i;
    if (capture_o) r_data_o <= read_data_i;
  end

  `VRN_ASSERT_NEXT(ResponseHeld, b_valid_o && !b_ready_i, b_valid_o)
  `VRN_ASSERT_HELD(DataHeld, r_valid_o && !r_ready_i, r_valid_o, r_data_o)
endmodule
