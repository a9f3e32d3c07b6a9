// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include <vernier/runtime/ruler.hpp>

namespace vernier::verilator {

/// Of the RTL's own assertions.
enum class Assertions : std::uint8_t { kOff, kOn };

/// Ruler `rtl`: the Verilated kernel vrn_npu, driven through its AXI4-Lite registers, with a memory model and a
/// protocol checker behind its AXI4 port. Cycles count from the edge that samples ap_start to the edge that raises
/// ap_done, as the kernel's own counter reports them. Models are built on first use of a target and cached.
/// The protocol checker is always on. The assertions inside the RTL are on in runs with waveforms, and in all runs of a
/// ruler made with kOn; bits and cycles do not depend on them.
[[nodiscard]] std::unique_ptr<runtime::Ruler> make_rtl_ruler(Assertions assertions = Assertions::kOff);

}  // namespace vernier::verilator
