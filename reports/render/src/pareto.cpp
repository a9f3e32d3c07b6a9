// SPDX-License-Identifier: Apache-2.0
#include "pareto.hpp"

#include <algorithm>

namespace vernier::render {
namespace {

using nlohmann::json;

constexpr Objective kObjectives[] = {{"latency", "/latency_s", "s"}, {"energy", "/energy_j", "J"}, {"area", "/area/share", ""}};

bool has(const json& record, const Objective& o) {
  const json::json_pointer pointer(o.pointer);
  return record.contains(pointer) && record[pointer].is_number();
}

double figure(const json& record, const Objective& o) { return record[json::json_pointer(o.pointer)].get<double>(); }

/// Nowhere worse and somewhere better.
bool betters(const json& a, const json& b, const std::vector<Objective>& objectives) {
  bool better = false;
  for (const auto& o : objectives) {
    if (figure(a, o) > figure(b, o)) return false;
    better = better || figure(a, o) < figure(b, o);
  }
  return better;
}

std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : ""; }

}  // namespace

std::vector<Objective> objectives_of(Records records) {
  std::vector<Objective> list;
  for (const auto& o : kObjectives) {
    if (std::ranges::all_of(records, [&o](const json& r) { return has(r, o); })) list.push_back(o);
  }
  return list;
}

std::vector<Contest> contests_of(Records records, const std::vector<Objective>& objectives) {
  std::vector<Contest> contests;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& r = records[i];
    const Contest key{text_of(r["model"]), label_of(r), text_of(r["memory"]), {}, {}};
    auto it = std::ranges::find_if(contests, [&key](const Contest& c) { return c.model == key.model && c.ruler == key.ruler && c.memory == key.memory; });
    if (it == contests.end()) it = contests.insert(it, key);
    it->records.push_back(i);
  }
  for (auto& c : contests) {
    for (const auto i : c.records) {
      const bool bettered = std::ranges::any_of(c.records, [&](std::size_t j) { return betters(records[j], records[i], objectives); });
      if (!bettered && records[i]["valid"].get<bool>()) c.front.push_back(i);
    }
    if (objectives.empty()) c.front.clear();
    else std::ranges::stable_sort(c.front, {}, [&](std::size_t i) { return figure(records[i], objectives.front()); });
  }
  return contests;
}

}  // namespace vernier::render
