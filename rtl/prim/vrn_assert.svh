// SPDX-License-Identifier: Apache-2.0
`ifndef VRN_ASSERT_SVH
`define VRN_ASSERT_SVH

// Assertions at the edges of clk_i, off in reset; nothing under synthesis. A failing one ends the simulation.
//
// They are clocked processes, which read what stands before the edge. Concurrent assertions say the same, but a simulator
// keeps a sampled copy of every signal they name, payloads included: a third of its time.
`ifdef SYNTHESIS
  `define VRN_ASSERT(name_, holds_)
  `define VRN_ASSERT_NEXT(name_, now_, then_)
  `define VRN_ASSERT_HELD(name_, waits_, valid_, payload_)
`else
  // holds_ at every edge.
  `define VRN_ASSERT(name_, holds_) \
    always_ff @(posedge clk_i) begin : name_ \
      if (rst_ni && !(holds_)) $error("[ASSERT] %m"); \
    end

  // Where now_ held at one edge, then_ holds at the next.
  `define VRN_ASSERT_NEXT(name_, now_, then_) \
    logic name_``_before_q; \
    always_ff @(posedge clk_i) begin : name_ \
      name_``_before_q <= rst_ni && (now_); \
      if (rst_ni && name_``_before_q && !(then_)) $error("[ASSERT] %m"); \
    end

  // An offer that waits_ at one edge is valid_ at the next, with the same payload_.
  `define VRN_ASSERT_HELD(name_, waits_, valid_, payload_) \
    logic name_``_before_q; \
    logic [$bits(payload_)-1:0] name_``_payload_q; \
    always_ff @(posedge clk_i) begin : name_ \
      name_``_before_q <= rst_ni && (waits_); \
      if (waits_) name_``_payload_q <= payload_; \
      if (rst_ni && name_``_before_q) begin \
        if (!(valid_) || name_``_payload_q != payload_) $error("[ASSERT] %m"); \
      end \
    end
`endif

`endif
