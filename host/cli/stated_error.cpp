// SPDX-License-Identifier: Apache-2.0
#include "stated_error.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include <vernier/core/home.hpp>

namespace vernier::cli {

std::optional<std::string> stated_error(std::string_view ruler) {
  std::ifstream in(home() / "sim/parity.json");
  const auto stated = nlohmann::json::parse(in, nullptr, false);
  if (!stated.is_object() || !stated.contains(ruler)) return std::nullopt;
  const auto& s = stated[std::string(ruler)];
  return fmt::format("{:.2f} % mean, {:.2f} % worst of the RTL's cycles over {} layers and networks (docs/reference/parity.md)",
                     s.value("mean_percent", 0.0), s.value("worst_percent", 0.0), s.value("points", 0));
}

}  // namespace vernier::cli
