// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "experiment.hpp"
#include "table.hpp"

/// Cells that tables have in common.
namespace vernier::render {

/// The value under a pointer; null where any part of the way is null or absent.
[[nodiscard]] nlohmann::json at(const nlohmann::json& record, const std::string& pointer);
/// A dash whose note is the record's own reason.
[[nodiscard]] Cell absent(const nlohmann::json& record, const std::string& pointer);
[[nodiscard]] Cell seconds(const nlohmann::json& record, const std::string& pointer);
[[nodiscard]] Cell share(const nlohmann::json& record, const std::string& pointer);
[[nodiscard]] Cell ruler_cell(const nlohmann::json& record);
[[nodiscard]] Cell fidelity_cell(const nlohmann::json& record);
/// Energy of one source only; another source leaves the cell empty, so that the two never share a column.
[[nodiscard]] Cell energy_cell(const nlohmann::json& record, const char* source);
[[nodiscard]] Cell valid_cell(const nlohmann::json& record);

template <class Format>
Cell figure(const nlohmann::json& record, const std::string& pointer, Format format) {
  const auto value = at(record, pointer);
  if (value.is_null()) return absent(record, pointer);
  return {format(value), "", pointer, Tone::kPlain};
}

}  // namespace vernier::render
