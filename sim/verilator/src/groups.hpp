// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <vernier/program/program.hpp>

namespace vernier::verilator {

/// A group of a program (program::Group) as a kernel of its own runs it. It begins on an idle machine, so its cycles and
/// events depend only on what buffers and memory hold, where they hold it, and the memory's behaviour from there on.
struct Group {
  std::size_t begin = 0;  ///< first command
  std::size_t end = 0;    ///< its FENCE or END
  std::array<std::uint16_t, spec::kUnits> retired{};  ///< commands of each unit before it, as the kernel counts them
  std::int64_t predicted_cycles = 0;                  ///< by lowering, for balance and progress
};

/// In stream order; empty for a program that names no groups.
[[nodiscard]] std::vector<Group> groups_of(const program::Program& program);

/// Lets the waits of a group's command count from the group's beginning, modulo 2^16 as the kernel compares them.
void count_from(spec::Word& command, const Group& group);

/// The stream of a kernel that starts at the group: waits count from there, END stands for its fence. What follows is
/// the program's, because fetch runs ahead into it.
[[nodiscard]] std::vector<spec::Word> stream_of(const program::Program& program, const Group& group);

/// "group 3, commands 120 to 175 (conv1 to conv2)"
[[nodiscard]] std::string describe(const program::Program& program, const std::vector<Group>& groups, std::size_t index);

}  // namespace vernier::verilator
