// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <vernier/runtime/ruler.hpp>

namespace vernier::systemc {

/// Ruler `systemc`: the NPU's units as SystemC modules that exchange commands, rows and bursts in time, in front of
/// the same memory models as the RTL (TLM-2.0, one transaction a burst). Values come from the architectural executor.
/// Every run has a process of its own, hence a SystemC kernel of its own.
/// Its error against the RTL: docs/reference/parity.md.
[[nodiscard]] std::unique_ptr<runtime::Ruler> make_systemc_ruler();

}  // namespace vernier::systemc
