// SPDX-License-Identifier: Apache-2.0
#include <vernier/program/replay.hpp>

#include <algorithm>
#include <fmt/format.h>

#include "machine.hpp"

namespace vernier::program {

struct Replay::Store {
  const Program& program;
  std::vector<std::byte> output;
  Machine machine;
  std::size_t next = 0;

  Store(const Program& p, std::span<const std::byte> input)
      : program(p), output(static_cast<std::size_t>(p.output_bytes)), machine(make_machine(p, input, output, 1)) {}
};

Replay::Replay(const Program& program, std::span<const std::byte> input) : store_(std::make_unique<Store>(program, input)) {}
Replay::~Replay() = default;

Result<void> Replay::run_to(std::size_t command) {
  auto& s = *store_;
  for (; s.next < std::min(command, s.program.commands.size()); ++s.next) {
    if (auto ok = step(s.program, s.next, s.machine); !ok) return ok;
  }
  return {};
}

Result<MachineState> Replay::state() const {
  const auto& m = store_->machine;
  if (!m.stream.empty() || std::ranges::find(m.accumulator_live, true) != m.accumulator_live.end()) {
    return fail(ErrorCode::kMismatch, "a partial sum is under way", fmt::format("in front of command {}", store_->next));
  }
  return MachineState{m.activation, m.weight, m.parameter, m.depthwise, store_->output, m.scratch};
}

}  // namespace vernier::program
