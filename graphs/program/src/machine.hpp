// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vernier/program/activity.hpp>
#include <vernier/program/program.hpp>

#include "dependencies.hpp"

namespace vernier::program {

/// Why a command is illegal, or nothing.
using Fault = std::optional<std::string>;

/// State that commands work on.
struct Machine {
  const Target& target;
  std::vector<std::byte> activation, weight, parameter, depthwise, scratch;
  std::span<const std::byte> constants, input;
  std::span<std::byte> output;
  std::vector<std::int32_t> accumulators;   ///< accumulator_rows x columns
  std::vector<bool> accumulator_live;       ///< holds a partial sum
  std::vector<std::int32_t> stream;         ///< rows on their way from matrix to vector unit, columns each
  std::uint32_t stream_owner = 0;           ///< count of the matrix command that sent them
  DependencyChecker* checker = nullptr;     ///< none: order of the stream is trusted
  std::uint64_t param_reads = 0, depthwise_param_reads = 0;

  [[nodiscard]] std::span<const std::byte> memory(Region region) const;
};

/// Buffers and scratch memory with contents that no program may rely on. The spans and `program` outlive the machine.
[[nodiscard]] Machine make_machine(const Program& program, std::span<const std::byte> input, std::span<std::byte> output, std::uint32_t fill_seed);

/// Executes one command of the stream; errors are kMismatch and name it.
[[nodiscard]] Result<void> step(const Program& program, std::size_t command, Machine& machine);

/// One command each; a fault leaves the machine in no defined state.
[[nodiscard]] Fault execute_load(const spec::Word& word, Machine& machine);
[[nodiscard]] Fault execute_store(const spec::Word& word, Machine& machine);
[[nodiscard]] Fault execute_matrix(const spec::Word& word, Machine& machine);
[[nodiscard]] Fault execute_vector(const spec::Word& word, Machine& machine);
[[nodiscard]] Fault execute_softmax(const spec::Word& word, Machine& machine);
[[nodiscard]] Fault execute_depthwise(const spec::Word& word, Machine& machine);

}  // namespace vernier::program
