// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>

/// Lists of layer shapes in the formats of other simulators.
namespace vernier::zoo {

/// A convolution without padding, or a product of matrices as one of 1 x 1 kernels over a column of pixels.
struct WorkloadLayer {
  std::string name;
  std::int64_t height = 1, width = 1;          ///< of the input
  std::int64_t kernel_h = 1, kernel_w = 1;
  std::int64_t channels = 1, filters = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t dilation_h = 1, dilation_w = 1;

  [[nodiscard]] std::int64_t out_height() const { return (height - dilation_h * (kernel_h - 1) - 1) / stride_h + 1; }
  [[nodiscard]] std::int64_t out_width() const { return (width - dilation_w * (kernel_w - 1) - 1) / stride_w + 1; }
  [[nodiscard]] std::int64_t macs() const { return out_height() * out_width() * filters * channels * kernel_h * kernel_w; }
};

/// SCALE-Sim topology: layer name, IFMAP height and width, filter height and width, channels, filters, strides; or layer
/// name, M, N, K. Commas or tabs; further columns and lines
/// that hold a name alone are read over.
/// @retval kInvalidInput  names line and column
[[nodiscard]] Result<std::vector<WorkloadLayer>> read_scalesim(const std::filesystem::path& file);

/// Timeloop problem: a convolution (R S P Q C K or M, N = 1) or a product of matrices (M N K), flat or under `instance`.
/// @retval kUnsupported  another problem, or a batch
[[nodiscard]] Result<std::vector<WorkloadLayer>> read_timeloop(const std::filesystem::path& file);

/// Cycles of SCALE-Sim's weight-stationary array without stalls: ceil(K/R) ceil(N/C) (T + 2R + C - 2) - 1, with K the
/// depth of a dot product, N the filters, T the output pixels and an array of R rows and C columns.
[[nodiscard]] std::int64_t scalesim_cycles(const WorkloadLayer& layer, std::int64_t rows, std::int64_t columns);

/// A quantised ONNX model of these layers with seeded weights, each with an input and an output of its own.
[[nodiscard]] Result<std::string> model_of(const std::string& name, const std::vector<WorkloadLayer>& layers, std::uint64_t seed = 1);

}  // namespace vernier::zoo
