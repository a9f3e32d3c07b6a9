// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <vernier/runtime/ruler.hpp>

namespace vernier::conformance {

/// The architectural program executor behind the interface of every ruler: values, no time. Waits are checked.
[[nodiscard]] std::unique_ptr<runtime::Ruler> make_executor_ruler();

}  // namespace vernier::conformance
