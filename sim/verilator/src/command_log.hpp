// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <vernier/runtime/ruler.hpp>
#include <vernier/spec/npu.hpp>

namespace vernier::verilator {

/// Which command each unit works on, from the trace pulses.
class CommandLog {
 public:
  /// @param commands  the stream, outlives the log; what follows END is not looked at
  /// @param first     index of its first command in the program
  CommandLog(std::span<const spec::Word> commands, std::size_t first);

  /// Unit bits of one edge.
  void note(std::uint8_t issued, std::uint8_t retired, std::int64_t cycle);
  [[nodiscard]] double share_done() const { return total_ == 0 ? 1.0 : static_cast<double>(done_) / static_cast<double>(total_); }
  [[nodiscard]] std::vector<runtime::CommandTrace> finished() const;
  /// Which unit waits for what: the text of a hang.
  [[nodiscard]] std::string state() const;

 private:
  std::span<const spec::Word> commands_;
  std::size_t first_;
  std::array<std::vector<std::uint32_t>, spec::kUnits> units_;  ///< indices in commands_
  std::array<std::size_t, spec::kUnits> issued_{}, retired_{};
  std::vector<runtime::CommandTrace> trace_;
  std::size_t total_ = 0, done_ = 0;
};

}  // namespace vernier::verilator
