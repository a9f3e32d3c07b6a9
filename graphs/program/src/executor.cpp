// SPDX-License-Identifier: Apache-2.0
#include <vernier/program/executor.hpp>

#include <fmt/format.h>
#include <random>
#include <vernier/program/instruction.hpp>

#include "machine.hpp"

namespace vernier::program {
namespace {

std::vector<std::byte> arbitrary_bytes(std::int64_t count, std::uint32_t seed) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(count));
  std::minstd_rand random(seed);
  for (auto& b : bytes) b = static_cast<std::byte>(random() >> 8);
  return bytes;
}

Fault execute(const Instruction& instruction, const spec::Word& word, Machine& machine) {
  if (machine.checker != nullptr && instruction.unit) {
    if (auto fault = machine.checker->start(*instruction.unit, word)) return fault;
  }
  switch (instruction.opcode) {
    case spec::Opcode::kLoad: return execute_load(word, machine);
    case spec::Opcode::kStore: return execute_store(word, machine);
    case spec::Opcode::kMatrix: return execute_matrix(word, machine);
    case spec::Opcode::kVector: return execute_vector(word, machine);
    case spec::Opcode::kDepthwise: return execute_depthwise(word, machine);
    case spec::Opcode::kFence:
      if (machine.checker != nullptr) machine.checker->fence();
      return std::nullopt;
    case spec::Opcode::kEnd: return machine.stream.empty() ? Fault{} : Fault{"rows of the matrix unit were never taken"};
  }
  return "cannot be executed";
}

}  // namespace

Result<StaticActivity> Executor::run(std::span<const std::byte> input, std::span<std::byte> output) const {
  const auto& p = program_;
  if (static_cast<std::int64_t>(input.size()) < p.input_bytes || static_cast<std::int64_t>(output.size()) < p.output_bytes) {
    return fail(ErrorCode::kInvalidInput, fmt::format("regions of {} and {} bytes, the program needs {} and {}", input.size(), output.size(), p.input_bytes, p.output_bytes), p.model);
  }
  const auto& t = p.target;
  DependencyChecker checker({static_cast<std::size_t>(t.activation_bytes), static_cast<std::size_t>(t.weight_bytes),
                             static_cast<std::size_t>(t.parameter_bytes), static_cast<std::size_t>(t.depthwise_bytes), 0, 0, output.size(), static_cast<std::size_t>(p.scratch_bytes)});
  Machine machine{.target = t,
                  .activation = arbitrary_bytes(t.activation_bytes, options_.fill_seed),
                  .weight = arbitrary_bytes(t.weight_bytes, options_.fill_seed + 1),
                  .parameter = arbitrary_bytes(t.parameter_bytes, options_.fill_seed + 2),
                  .depthwise = arbitrary_bytes(t.depthwise_bytes, options_.fill_seed + 4),
                  .scratch = arbitrary_bytes(p.scratch_bytes, options_.fill_seed + 3),
                  .constants = p.constants,
                  .input = input,
                  .output = output,
                  .accumulators = std::vector<std::int32_t>(static_cast<std::size_t>(t.accumulator_rows * t.columns)),
                  .accumulator_live = std::vector<bool>(static_cast<std::size_t>(t.accumulator_rows)),
                  .stream = {},
                  .checker = options_.check_dependencies ? &checker : nullptr};
  StaticActivity total;
  for (std::size_t i = 0; i < p.commands.size(); ++i) {
    const auto& word = p.commands[i];
    const auto instruction = instruction_of(word);
    const auto where = [&] { return fmt::format("command {}: {}", i, disassemble(word)); };
    if (!instruction) return fail(ErrorCode::kMismatch, "the opcode does not exist", where());
    const bool last = i + 1 == p.commands.size();
    if (last != (instruction->opcode == spec::Opcode::kEnd)) return fail(ErrorCode::kMismatch, "END must be the last command and only that", where());
    if (auto fault = execute(*instruction, word, machine)) return fail(ErrorCode::kMismatch, *fault, where());
    auto events = activity_of(word, t);
    events[spec::Counter::kParamReads] = machine.param_reads;
    events[spec::Counter::kDepthwiseParamReads] = machine.depthwise_param_reads;
    machine.param_reads = machine.depthwise_param_reads = 0;
    total += events;
  }
  if (p.commands.empty()) return fail(ErrorCode::kMismatch, "the program has no END command", p.model);
  return total;
}

}  // namespace vernier::program
