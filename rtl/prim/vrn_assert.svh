// SPDX-License-Identifier: Apache-2.0
`ifndef VRN_ASSERT_SVH
`define VRN_ASSERT_SVH

// Concurrent assertion on clk_i, off in reset; nothing under synthesis. A failing one ends the simulation.
`ifdef SYNTHESIS
  `define VRN_ASSERT(name_, prop_)
`else
  `define VRN_ASSERT(name_, prop_) \
    name_: assert property (@(posedge clk_i) disable iff (!rst_ni) (prop_)) \
      else $error("[ASSERT] %m");
`endif

`endif
