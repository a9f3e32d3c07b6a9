// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vernier::cli {

/// How far a ruler's cycles are from the RTL's, as tests/parity/parity.py measured it into sim/parity.json; nothing for a
/// ruler that was not measured.
[[nodiscard]] std::optional<std::string> stated_error(std::string_view ruler);

}  // namespace vernier::cli
