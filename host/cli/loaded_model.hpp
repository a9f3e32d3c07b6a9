// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <vernier/core/model_card.hpp>
#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>
#include <vernier/ir/graph.hpp>

#include "command.hpp"

namespace vernier::cli {

/// Inputs to run, and what is right where that is known.
struct SampleSet {
  std::int64_t count = 0;
  std::function<Result<std::vector<Tensor>>(std::int64_t)> inputs;  ///< one tensor a graph input
  std::vector<std::int64_t> labels;  ///< empty when unknown
  std::string origin;                ///< data set, file, or "synthetic, seed 1"
};

/// A model as it came, and in the canonical quantised form everything else works on.
struct LoadedModel {
  std::string name;
  std::filesystem::path file;
  std::string sha256;
  std::vector<std::byte> bytes;
  graph::Graph canonical;
  std::optional<graph::Graph> original;  ///< float32, canonical, of a model that is quantised here
  bool quantised_here = false;  ///< a float model, quantised after training with calibration data
  std::string calibration;      ///< method and samples, when quantised here
  bool seeded = false;          ///< a network of the zoo: true shapes, weights from a seed, no accuracy
  std::filesystem::path data;   ///< labelled data set of its card; empty: none
};

/// Every graphs/models/*.toml that has an ONNX file beside it.
[[nodiscard]] Result<std::vector<ModelCard>> bundled_models();

/// Imports, and quantises a float model with the data set's calibration samples.
[[nodiscard]] Result<LoadedModel> load_model(const CommonOptions& options);
[[nodiscard]] Result<SampleSet> load_samples(const LoadedModel& model, const CommonOptions& options);

}  // namespace vernier::cli
