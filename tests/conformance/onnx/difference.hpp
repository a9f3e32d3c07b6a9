// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include <vernier/core/tensor.hpp>

namespace vernier::conformance {

/// How far two lists of tensors may lie apart, in ONNX's own terms: |got - want| <= absolute + relative * |want|.
/// Integers and booleans are held to the same bound, so that they are equal.
struct Tolerance {
  double relative = 1e-3;
  double absolute = 1e-7;
};

/// What is wrong with `got`, or an empty string. Types and shapes count; a NaN equals a NaN.
[[nodiscard]] std::string difference(std::span<const Tensor> got, std::span<const Tensor> want, const Tolerance& tolerance = {});

/// Largest |got - want| as a share of the range that `want` takes, 0 included; 1 and more where shapes differ.
[[nodiscard]] double largest_share(std::span<const Tensor> got, std::span<const Tensor> want);

}  // namespace vernier::conformance
