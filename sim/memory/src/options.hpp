// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "models.hpp"

namespace vernier::memory {

/// One `key=value` a model understands, and the range of its value.
struct NumberOption {
  std::string_view key;
  std::uint64_t* value;
  std::uint64_t least, most;
};

/// Reads "key=value,key=value" into the options named; kInvalidInput says `usage`.
[[nodiscard]] Result<void> parse_options(const ModelOptions& wanted, std::string_view usage,
                                         std::initializer_list<NumberOption> known);

}  // namespace vernier::memory
