// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <vernier/runtime/ruler.hpp>

namespace vernier::verilator {

/// Ruler `rtl`: the Verilated kernel vrn_npu, driven through its AXI4-Lite registers, with a memory model and a
/// protocol checker behind its AXI4 port. Cycles count from the edge that samples ap_start to the edge that raises
/// ap_done, as the kernel's own counter reports them. Models are built on first use of a target and cached.
[[nodiscard]] std::unique_ptr<runtime::Ruler> make_rtl_ruler();

}  // namespace vernier::verilator
