// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace vernier::memory {

Result<void> parse_options(const ModelOptions& wanted, std::string_view usage, std::initializer_list<NumberOption> known) {
  std::string_view rest = wanted.options;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view option = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
    const std::size_t equals = std::min(option.find('='), option.size());
    const auto* at = std::find_if(known.begin(), known.end(), [&](const NumberOption& o) { return o.key == option.substr(0, equals); });
    if (at == known.end()) {
      return fail(ErrorCode::kInvalidInput, fmt::format("unknown option '{}' of memory {}; allowed: {}", option, wanted.name, usage), "--memory");
    }
    const auto value = parse_number(option.substr(std::min(equals + 1, option.size())));
    if (!value || *value < at->least || *value > at->most) {
      return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is out of range; allowed: {}", option, usage), "--memory");
    }
    *at->value = *value;
  }
  return {};
}

}  // namespace vernier::memory
