// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <vernier/energy/energy.hpp>

#include "event_costs.hpp"

namespace vernier::energy {
namespace {

using Actions = std::map<std::string, double>;  // by the line that names the action

std::string action_of(const Part& part) {
  if (!part.row.empty()) return fmt::format("name: {}", part.row);
  return fmt::format("name: sram_access_64, arguments: {{bytes: {:.0f}}}", part.sram_bytes);
}

}  // namespace

std::string action_counts(const runtime::Activity& activity, const program::Target& target,
                          const std::optional<memory::DramActivity>& dram) {
  std::map<std::string, Actions> units;
  for (std::size_t i = 0; i < spec::kCounters; ++i) {
    const auto counter = static_cast<spec::Counter>(i);
    for (const auto& cost : costs_of(counter, target)) {
      if (dram && cost.estimates_rows) continue;
      for (const auto& part : cost.parts)
        units[cost.unit][action_of(part)] += part.times * static_cast<double>(activity[counter]);
    }
  }
  if (dram) {
    units["dram"]["name: dram_activate"] = static_cast<double>(dram->activates);
    units["dram"]["name: dram_refresh"] = static_cast<double>(dram->refreshes);
  }
  std::string text =
      fmt::format("action_counts:\n  version: 0.4\n  subtree:\n    - name: {}\n      local:\n", target.name);
  for (const auto& [unit, actions] : units) {
    text += fmt::format("        - name: {}\n          action_counts:\n", unit);
    for (const auto& [action, count] : actions)
      text += fmt::format("            - {{{}, counts: {}}}\n", action, std::llround(count));
  }
  return text;
}

}  // namespace vernier::energy
