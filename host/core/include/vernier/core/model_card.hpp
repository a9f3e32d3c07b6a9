// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <vernier/core/result.hpp>

namespace vernier {

/// What stands in the TOML file beside a model. Paths are absolute or relative to the working directory.
struct ModelCard {
  std::string name;
  std::string description;
  std::filesystem::path model;
  std::filesystem::path data;         ///< labelled data set to measure with; empty: none
  std::filesystem::path calibration;  ///< data set to quantise with; empty: none
  std::string licence;
  std::string origin;
};

/// Keys: name, description, model, licence, origin (all required), data, calibration. Files must exist; others are
/// kInvalidInput, as is any further key.
[[nodiscard]] Result<ModelCard> load_model_card(const std::filesystem::path& file);

}  // namespace vernier
