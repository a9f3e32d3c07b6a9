// SPDX-License-Identifier: Apache-2.0
#include "lower_timeline.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <vernier/program/activity.hpp>
#include <vernier/program/instruction.hpp>

namespace vernier::test {
namespace {
constexpr std::int64_t kMemoryLatency = 90, kMatrixPipeline = 10, kVectorPipeline = 14, kDepthwisePipeline = 26, kQueue = 16;
}

Timeline simulate_timeline(const program::Program& program) {
  std::array<std::vector<std::int64_t>, spec::kUnits> retired, started;
  std::array<std::int64_t, spec::kUnits> free{};
  std::int64_t dispatched = 0, stream_end = 0;
  Timeline t;
  for (const auto& word : program.commands) {
    const auto info = *program::instruction_of(word);
    if (!info.unit) {
      for (const auto& r : retired) dispatched = std::max(dispatched, r.empty() ? 0 : r.back());
      continue;
    }
    const auto u = static_cast<std::size_t>(*info.unit);
    dispatched += 1;  // in stream order; a full queue holds everything behind it
    if (started[u].size() >= kQueue) dispatched = std::max(dispatched, started[u][started[u].size() - kQueue]);
    std::int64_t start = std::max(dispatched, free[u]);
    for (std::size_t v = 0; v < spec::kUnits; ++v) {
      const auto wait = spec::get(word, program::kWaits[v]);
      if (wait != 0) start = std::max(start, retired[v].at(wait - 1));
    }
    const auto a = program::activity_of(word, program.target);
    const auto count = [&a](spec::Counter c) { return static_cast<std::int64_t>(a[c]); };
    std::int64_t busy = 0, end = 0;
    switch (info.opcode) {
      case spec::Opcode::kLoad:
      case spec::Opcode::kStore:
        busy = count(spec::Counter::kLoadWords) + count(spec::Counter::kStoreWords);
        end = start + busy + kMemoryLatency;
        t.load_busy += busy;
        break;
      case spec::Opcode::kMatrix:
        busy = static_cast<std::int64_t>(program::matrix_pass_cycles(word, program.target));
        end = start + busy + kMatrixPipeline;
        t.matrix_busy += busy;
        if (spec::get(word, spec::matrix::emit) == 1) stream_end = end;
        break;
      case spec::Opcode::kDepthwise:
        busy = static_cast<std::int64_t>(program::depthwise_pass_cycles(word, program.target));
        end = start + busy + kDepthwisePipeline;
        t.depthwise_busy += busy;
        break;
      default: {
        busy = spec::get(word, spec::vector::source) == 0 ? count(spec::Counter::kVectorRows) : count(spec::Counter::kVectorTaps);
        end = start + busy;
        if (spec::get(word, spec::vector::source) == 0) end = std::max(end, stream_end);
        t.vector_busy += busy;
        busy = end - start;
        end += kVectorPipeline;
      }
    }
    started[u].push_back(start);
    retired[u].push_back(std::max(end, retired[u].empty() ? 0 : retired[u].back()));
    free[u] = start + busy;
    t.cycles = std::max(t.cycles, retired[u].back());
  }
  return t;
}

}  // namespace vernier::test
