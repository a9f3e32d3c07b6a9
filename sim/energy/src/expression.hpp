// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

#include <vernier/core/result.hpp>

namespace vernier::energy {

/// Value of a formula of numbers, names, + - * / and parentheses. `lookup` gives the value of a name.
[[nodiscard]] Result<double> evaluate(std::string_view formula,
                                      const std::function<Result<double>(std::string_view)>& lookup);

}  // namespace vernier::energy
