// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <vernier/spec/npu.hpp>

namespace vernier::program {

/// Retired commands of every unit.
using Timeline = std::array<std::uint32_t, spec::kUnits>;

/// Address spaces whose contents commands hand to each other.
enum class Space : std::uint8_t { kActivation, kWeight, kParameter, kDepthwise, kConstants, kInput, kOutput, kScratch };
inline constexpr std::size_t kSpaces = 8;

/// Holds every access of a program against the order that its wait fields guarantee, byte by byte.
///
/// Within one unit commands keep their order, so a later write cannot overtake an earlier read or write of the same
/// unit; a later read can overtake an earlier write, because a unit takes its next command before the last retired.
class DependencyChecker {
 public:
  /// Bytes of every space; 0 for one that is read-only.
  explicit DependencyChecker(const std::array<std::size_t, kSpaces>& bytes);

  /// Starts the next command of `unit`; text when a wait names a command that does not stand before it.
  [[nodiscard]] std::optional<std::string> start(spec::Unit unit, const spec::Word& word);
  /// All commands so far have retired.
  void fence();

  [[nodiscard]] std::optional<std::string> read(Space space, std::size_t at, std::size_t bytes);
  [[nodiscard]] std::optional<std::string> write(Space space, std::size_t at, std::size_t bytes);

  /// Retired count of the running command's unit once it has retired.
  [[nodiscard]] std::uint32_t own_count() const { return emitted_[unit_]; }
  /// Known to have retired when the running command starts.
  [[nodiscard]] const Timeline& known() const { return known_; }

 private:
  struct Cells {
    std::vector<std::uint32_t> writer;                            ///< unit in the top bits, count below; 0 none
    std::array<std::vector<std::uint32_t>, spec::kUnits> reader;  ///< last count of each unit that reads the space
  };
  [[nodiscard]] std::string conflict(const char* what, spec::Unit other, std::uint32_t count, Space space, std::size_t at) const;

  std::array<Cells, kSpaces> cells_;
  std::array<std::vector<Timeline>, spec::kUnits> history_;  ///< what was known at the start of each command
  Timeline emitted_{}, known_{};
  Timeline fenced_{};  ///< retired by the last fence
  std::size_t unit_ = 0;
};

}  // namespace vernier::program
