// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <vernier/spec/npu.hpp>

namespace vernier::lower {

/// A command, descriptor or channel word being filled; the first value that does not fit its field is remembered.
class WordBuilder {
 public:
  WordBuilder() = default;
  explicit WordBuilder(spec::Opcode opcode) { put(spec::header::opcode, static_cast<std::int64_t>(opcode)); }

  WordBuilder& put(spec::Field field, std::int64_t value);         ///< unsigned field
  WordBuilder& put_signed(spec::Field field, std::int64_t value);  ///< two's complement
  WordBuilder& put_address(spec::Field field, std::int64_t value); ///< modulo the field: windows may start outside

  [[nodiscard]] const spec::Word& word() const { return word_; }
  [[nodiscard]] const std::optional<std::string>& problem() const { return problem_; }

 private:
  spec::Word word_{};
  std::optional<std::string> problem_;
};

}  // namespace vernier::lower
