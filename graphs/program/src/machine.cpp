// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

#include <fmt/format.h>
#include <random>
#include <vernier/program/instruction.hpp>

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
    case spec::Opcode::kSoftmax: return execute_softmax(word, machine);
    case spec::Opcode::kDepthwise: return execute_depthwise(word, machine);
    case spec::Opcode::kFence:
      if (machine.checker != nullptr) machine.checker->fence();
      return std::nullopt;
    case spec::Opcode::kEnd: return machine.stream.empty() ? Fault{} : Fault{"rows of the matrix unit were never taken"};
  }
  return "cannot be executed";
}

}  // namespace

Machine make_machine(const Program& p, std::span<const std::byte> input, std::span<std::byte> output, std::uint32_t fill_seed) {
  const auto& t = p.target;
  return {.target = t,
          .activation = arbitrary_bytes(t.activation_bytes, fill_seed),
          .weight = arbitrary_bytes(t.weight_bytes, fill_seed + 1),
          .parameter = arbitrary_bytes(t.parameter_bytes, fill_seed + 2),
          .depthwise = arbitrary_bytes(t.depthwise_bytes, fill_seed + 4),
          .scratch = arbitrary_bytes(p.scratch_bytes, fill_seed + 3),
          .constants = p.constants,
          .input = input,
          .output = output,
          .accumulators = std::vector<std::int32_t>(static_cast<std::size_t>(t.accumulator_rows * t.columns)),
          .accumulator_live = std::vector<bool>(static_cast<std::size_t>(t.accumulator_rows)),
          .stream = {}};
}

Result<void> step(const Program& p, std::size_t command, Machine& machine) {
  const auto& word = p.commands[command];
  const auto instruction = instruction_of(word);
  const auto where = [&] { return fmt::format("command {}: {}", command, disassemble(word)); };
  if (!instruction) return fail(ErrorCode::kMismatch, "the opcode does not exist", where());
  const bool last = command + 1 == p.commands.size();
  if (last != (instruction->opcode == spec::Opcode::kEnd)) return fail(ErrorCode::kMismatch, "END must be the last command and only that", where());
  if (auto fault = execute(*instruction, word, machine)) return fail(ErrorCode::kMismatch, *fault, where());
  return {};
}

}  // namespace vernier::program
