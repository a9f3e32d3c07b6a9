// SPDX-License-Identifier: Apache-2.0
`include "vrn_assert.svh"

/// Shares the read channels of one AXI master between fetch (id 0) and load (id 1), fetch first.
///
/// Addresses are registered; data is routed by its id, so a memory may answer the two in any order and interleaved.
/// Latency     1 cycle from an accepted address to m_ar_valid_o; data passes through
module vrn_read_port (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        fetch_ar_valid_i,
  output logic        fetch_ar_ready_o,
  input  logic [63:0] fetch_ar_addr_i,
  input  logic [7:0]  fetch_ar_len_i,
  output logic        fetch_r_valid_o,
  input  logic        fetch_r_ready_i,
  input  logic        load_ar_valid_i,
  output logic        load_ar_ready_o,
  input  logic [63:0] load_ar_addr_i,
  input  logic [7:0]  load_ar_len_i,
  output logic        load_r_valid_o,
  input  logic        load_r_ready_i,

  output logic        m_ar_valid_o,
  input  logic        m_ar_ready_i,
  output logic        m_ar_id_o,
  output logic [63:0] m_ar_addr_o,
  output logic [7:0]  m_ar_len_o,
  input  logic        m_r_valid_i,
  output logic        m_r_ready_o,
  input  logic        m_r_id_i,
  output logic        ev_read_bursts_o
);
  logic valid_q, free;
  assign free             = !valid_q || m_ar_ready_i;
  assign fetch_ar_ready_o = free;
  assign load_ar_ready_o  = free && !fetch_ar_valid_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (free) valid_q <= fetch_ar_valid_i || load_ar_valid_i;
  end
  always_ff @(posedge clk_i) begin
    if (free) begin
      m_ar_id_o   <= !fetch_ar_valid_i;
      m_ar_addr_o <= fetch_ar_valid_i ? fetch_ar_addr_i : load_ar_addr_i;
      m_ar_len_o  <= fetch_ar_valid_i ? fetch_ar_len_i : load_ar_len_i;
    end
  end
  assign m_ar_valid_o     = valid_q;
  assign fetch_r_valid_o  = m_r_valid_i && !m_r_id_i;
  assign load_r_valid_o   = m_r_valid_i && m_r_id_i;
  assign m_r_ready_o      = m_r_id_i ? load_r_ready_i : fetch_r_ready_i;
  assign ev_read_bursts_o = m_ar_valid_o && m_ar_ready_i;

  `VRN_ASSERT_HELD(AddressHeld, m_ar_valid_o && !m_ar_ready_i, m_ar_valid_o, {m_ar_addr_o, m_ar_len_o})
endmodule
