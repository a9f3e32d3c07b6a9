// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/model_card.hpp>

#include <array>

#include "toml_table.hpp"

namespace vernier {

Result<ModelCard> load_model_card(const std::filesystem::path& file) {
  static constexpr std::array<std::string_view, 7> kKeys{"name", "description", "model", "data", "calibration", "licence", "origin"};
  const auto table = TomlTable::read(file);
  if (!table) return forward_error(table);
  if (auto r = table->allow(kKeys); !r) return forward_error(r);
  ModelCard card;
  for (const auto& [key, to] : {std::pair{"name", &card.name}, {"description", &card.description}, {"licence", &card.licence}, {"origin", &card.origin}}) {
    auto text = table->required_text(key);
    if (!text) return forward_error(text);
    *to = std::move(*text);
  }
  for (const auto& [key, to] : {std::pair{"model", &card.model}, {"data", &card.data}, {"calibration", &card.calibration}}) {
    auto path = table->file(key);
    if (!path) return forward_error(path);
    if (*path) *to = std::move(**path);
  }
  if (card.model.empty()) return table->bad("model", "is missing");
  return card;
}

}  // namespace vernier
