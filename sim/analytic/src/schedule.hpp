// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/core/result.hpp>
#include <vernier/runtime/ruler.hpp>

#include "transfer_time.hpp"

namespace vernier::analytic {

/// Time of a program from ap_start to ap_done: one walk over its commands in stream order.
[[nodiscard]] Result<runtime::RunReport> schedule(const program::Program& program, const MemoryFigures& memory);

}  // namespace vernier::analytic
