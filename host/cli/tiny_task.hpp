// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>
#include <vernier/ir/graph.hpp>

namespace vernier::cli {

/// A benchmark of MLPerf Tiny: the form its inputs have on the line, and how results are scored.
enum class TinyTask : std::uint8_t {
  kImage,    ///< ic01, vww01: 8-bit pixels, row by row, channels together; top-1
  kKeyword,  ///< kws01: the model's own input bytes; top-1
  kAnomaly   ///< ad01: 32-bit floats; the result is the mean squared error of the reconstruction; area under the curve
};

/// "ic01", "vww01", "kws01" or "ad01".
[[nodiscard]] Result<TinyTask> tiny_task(const std::string& name);

/// Bytes of one input on the line.
[[nodiscard]] std::size_t line_bytes(TinyTask task, const graph::Value& input);
/// A model input as it goes over the line, and back: what a board's own code does before inference, untimed.
[[nodiscard]] std::vector<std::byte> to_line(TinyTask task, const graph::Value& input, const Tensor& tensor);
[[nodiscard]] Tensor from_line(TinyTask task, const graph::Value& input, std::span<const std::byte> bytes);

/// What the device prints as its results: the output in real numbers, or the error of the reconstruction.
[[nodiscard]] std::vector<float> tiny_results(TinyTask task, const graph::Value& input, const Tensor& sample, const graph::Value& output, const Tensor& answer);

}  // namespace vernier::cli
