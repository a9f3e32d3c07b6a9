// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <vernier/runtime/ruler.hpp>

namespace vernier::analytic {

/// Ruler `analytic`: closed forms for every command, put together along the program's waits: a command starts when its
/// unit is free and all it waits for has retired. No clock, no events; a memory is its latency and its bandwidth, both
/// measured on the model once a run. Values come from the architectural executor.
/// Its error against the RTL: docs/reference/parity.md.
[[nodiscard]] std::unique_ptr<runtime::Ruler> make_analytic_ruler();

}  // namespace vernier::analytic
