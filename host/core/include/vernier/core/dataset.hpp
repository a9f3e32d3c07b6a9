// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>

namespace vernier {

/// How stored elements become what a model takes: value = stored * scale + offset, one number or one a channel.
struct InputForm {
  DType type = DType::kFloat32;     ///< model input type this form is for
  std::vector<double> scale{1.0};
  std::vector<double> offset{0.0};
  bool reverse_channels = false;    ///< RGB stored, BGR taken; before scale and offset
  friend bool operator==(const InputForm&, const InputForm&) = default;
};

/// Samples with what is known of them. Described by a TOML file beside the data (docs of the keys: load_dataset).
struct Dataset {
  std::filesystem::path file;         ///< where it was described, for errors
  std::string name;
  Tensor inputs;                      ///< [N, ...], element order as models take it
  std::vector<std::int64_t> labels;   ///< one a sample, or empty
  std::vector<std::string> classes;   ///< names of labels 0, 1, ..., or empty
  std::vector<InputForm> forms;       ///< at most one a type
  std::string licence;
  std::string origin;

  [[nodiscard]] std::int64_t size() const { return inputs.shape().empty() ? 0 : inputs.shape()[0]; }
  /// Sample `index` as a batch of one, [1, ...], in the element type a model takes. Stored elements of that very type
  /// need no form. Integers are rounded half to even.
  /// @retval kInvalidInput  no such sample, no form for `wanted`, or a value does not fit `wanted`
  [[nodiscard]] Result<Tensor> sample(std::int64_t index, DType wanted) const;
};

/// Reads a data set. A .toml file has these keys; any other is kInvalidInput, and errors name file and key:
///   inputs   file beside it: .npy, or IDX (as MNIST), plain or gzipped           required
///   labels   the same, integers, one a sample
///   layout   "NCHW" (as it is), "NHWC" (turned when read) or "other"             required
///   shape    of one sample, to give flat data its axes
///   samples  how many there must be
///   classes  names of the labels
///   name, licence, origin                                                        licence and origin required
///   [input.float32], [input.int8], [input.uint8]: scale, offset (number or list), reverse_channels
/// An .npy or IDX file alone is a data set without labels.
[[nodiscard]] Result<Dataset> load_dataset(const std::filesystem::path& file);

/// IDX file, plain or gzipped (the format of MNIST: big-endian, magic 00 00 type rank).
[[nodiscard]] Result<Tensor> read_idx(const std::filesystem::path& file);

}  // namespace vernier
