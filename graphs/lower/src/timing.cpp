// SPDX-License-Identifier: Apache-2.0
#include "timing.hpp"

#include <algorithm>
#include <vernier/program/activity.hpp>
#include <vernier/program/instruction.hpp>

namespace vernier::lower {
namespace {

// Cycles from the last use of the unit to the retirement (docs/rtl); memory latency as on the boards' DRAM.
constexpr std::int64_t kMemoryLatency = 90, kMatrixLatency = 10, kVectorLatency = 16, kDepthwiseLatency = 26;

}  // namespace

Duration duration_of(const spec::Word& command, const program::Target& target) {
  const auto info = program::instruction_of(command);
  if (!info || !info->unit) return {};
  const auto events = program::activity_of(command, target);
  const auto count = [&](spec::Counter c) { return static_cast<std::int64_t>(events[c]); };
  using spec::Counter;
  switch (*info->unit) {
    case spec::Unit::kLoad:  // short rows are bound by the bursts in flight
      return {std::max(count(Counter::kLoadWords), count(Counter::kReadBursts) * kMemoryLatency / target.reads_in_flight), kMemoryLatency};
    case spec::Unit::kStore: return {count(Counter::kStoreWords), kMemoryLatency};
    case spec::Unit::kMatrix: return {static_cast<std::int64_t>(program::matrix_pass_cycles(command, target)), kMatrixLatency};
    case spec::Unit::kDepthwise: return {static_cast<std::int64_t>(program::depthwise_pass_cycles(command, target)), kDepthwiseLatency};
    case spec::Unit::kVector: return {static_cast<std::int64_t>(program::vector_pass_cycles(command, target)), kVectorLatency};
  }
  return {};
}

}  // namespace vernier::lower
