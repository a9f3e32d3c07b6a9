// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::zoo {

/// A published network by its structure: true shapes, weights from a seed. Good for cycles, energy and bits; it has no
/// accuracy, and records of it say so.
struct Network {
  std::string name;
  std::string description;  ///< shapes, operations, source
};
[[nodiscard]] const std::vector<Network>& networks();

/// A serialised ONNX model (operator set 13, int8 QDQ, weights per output channel, batch 1, int8 in and out). The same
/// name and seed give the same bytes everywhere. Weights are normal with variance 2 / fan-in (He et al. 2015,
/// arXiv:1502.01852) and activations are scaled to six standard deviations, so that values spread over the int8 range
/// from the first layer to the last as they do in a trained network.
/// @retval kInvalidInput  no network of this name; lists those there are
[[nodiscard]] Result<std::string> build(std::string_view name, std::uint64_t seed = 1);

}  // namespace vernier::zoo
