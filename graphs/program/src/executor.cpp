// SPDX-License-Identifier: Apache-2.0
#include <vernier/program/executor.hpp>

#include <fmt/format.h>

#include "machine.hpp"

namespace vernier::program {
Result<StaticActivity> Executor::run(std::span<const std::byte> input, std::span<std::byte> output) const {
  const auto& p = program_;
  if (static_cast<std::int64_t>(input.size()) < p.input_bytes || static_cast<std::int64_t>(output.size()) < p.output_bytes) {
    return fail(ErrorCode::kInvalidInput, fmt::format("regions of {} and {} bytes, the program needs {} and {}", input.size(), output.size(), p.input_bytes, p.output_bytes), p.model);
  }
  const auto& t = p.target;
  DependencyChecker checker({static_cast<std::size_t>(t.activation_bytes), static_cast<std::size_t>(t.weight_bytes),
                             static_cast<std::size_t>(t.parameter_bytes), static_cast<std::size_t>(t.depthwise_bytes), 0, 0, output.size(), static_cast<std::size_t>(p.scratch_bytes)});
  auto machine = make_machine(p, input, output, options_.fill_seed);
  if (options_.check_dependencies) machine.checker = &checker;
  StaticActivity total;
  for (std::size_t i = 0; i < p.commands.size(); ++i) {
    if (auto ok = step(p, i, machine); !ok) return forward_error(ok);
    auto events = activity_of(p.commands[i], t);
    events[spec::Counter::kParamReads] = machine.param_reads;
    events[spec::Counter::kDepthwiseParamReads] = machine.depthwise_param_reads;
    machine.param_reads = machine.depthwise_param_reads = 0;
    total += events;
  }
  if (p.commands.empty()) return fail(ErrorCode::kMismatch, "the program has no END command", p.model);
  return total;
}

}  // namespace vernier::program
