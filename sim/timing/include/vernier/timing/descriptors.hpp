// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <vernier/program/program.hpp>

namespace vernier::timing {

/// Descriptors as they will lie in the parameter and depthwise buffers when a command reads them: the loads in front of
/// it say from where in the constants they came.
class Descriptors {
 public:
  explicit Descriptors(const program::Program& program);
  /// Of command `index`; nullptr where it reads none, or one that was not loaded from the constants.
  [[nodiscard]] const spec::Word* of(std::size_t index) const { return descriptors_[index] ? &*descriptors_[index] : nullptr; }

 private:
  void note_load(const spec::Word& command);
  [[nodiscard]] std::optional<spec::Word> at(const std::vector<std::int64_t>& source, std::uint64_t word) const;

  const program::Program& program_;
  std::vector<std::int64_t> parameter_, depthwise_;  ///< word of the constants that lies at a word of the buffer
  std::vector<std::optional<spec::Word>> descriptors_;
};

/// Cycles from a vector to its row at the output of an array of `rows` rows: product, tree of radix 4, stream
/// (docs/rtl/matrix.md).
[[nodiscard]] std::int64_t sum_latency(std::int64_t rows);

}  // namespace vernier::timing
