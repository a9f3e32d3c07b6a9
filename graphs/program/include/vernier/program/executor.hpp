// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <vernier/core/result.hpp>
#include <vernier/program/activity.hpp>
#include <vernier/program/program.hpp>

namespace vernier::program {

struct ExecutorOptions {
  bool check_dependencies = true;  ///< refuse programs that are right only by luck of timing
  std::uint32_t fill_seed = 1;     ///< contents of buffers and scratch memory before anything is written
};

/// Architectural model of the instruction set: runs a program's commands one after the other, in stream order, on
/// byte-exact buffers, with the meaning that rtl/spec/npu.toml gives them and nothing of timing.
///
/// Because order in the stream hides missing waits, every access is also held against what the `wait_*` fields
/// guarantee: a byte may be read, overwritten or reused only when the command that wrote or read it before is known
/// to have retired. What is known at the start of a command is the closure of its waits, those of its predecessor in
/// the same unit, and those of every command it waits for.
///
/// Errors are kMismatch: they name the command index, the command and the rule it breaks.
class Executor {
 public:
  explicit Executor(const Program& program, ExecutorOptions options = {}) : program_(program), options_(options) {}

  /// `input` is region 1 and `output` region 2, of at least Program::input_bytes and output_bytes.
  /// @return activity that does not depend on timing, summed over all commands
  [[nodiscard]] Result<StaticActivity> run(std::span<const std::byte> input, std::span<std::byte> output) const;

 private:
  const Program& program_;
  ExecutorOptions options_;
};

}  // namespace vernier::program
