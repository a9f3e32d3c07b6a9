// SPDX-License-Identifier: Apache-2.0
#include <vernier/stages/dataflow_parts.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace vernier::stages {
namespace {

/// Bytes of the frames that a stage reads from memory or writes there; 0 for those in between.
std::size_t frame_bytes(const Sizes& sizes) {
  if (const auto* load = std::get_if<LoadSizes>(&sizes)) return static_cast<std::size_t>(load->beats) * static_cast<std::size_t>(load->lanes);
  if (const auto* store = std::get_if<StoreSizes>(&sizes)) return static_cast<std::size_t>(store->beats) * static_cast<std::size_t>(store->lanes);
  return 0;
}

/// Follows who waits for whom from every blocked stage; each waits for one other.
std::vector<Blocked> ring_of(const std::vector<Blocked>& blocked, const Design& design) {
  std::vector<std::optional<Blocked>> waits(design.stages.size());
  for (const auto& b : blocked) waits[b.stage] = b;
  const auto next = [&design](const Blocked& b) { return b.full ? design.fifos[b.fifo].reader : design.fifos[b.fifo].writer; };
  for (const auto& start : blocked) {
    auto at = start;
    for (std::size_t steps = 0; steps < design.stages.size(); ++steps) {
      if (!waits[next(at)]) break;
      at = *waits[next(at)];
    }
    if (!waits[next(at)]) continue;
    std::vector<Blocked> ring{at};
    while (next(ring.back()) != at.stage) ring.push_back(*waits[next(ring.back())]);
    return ring;
  }
  return {};
}

}  // namespace

Result<FrameMemory> FrameMemory::prepare(const Design& design, int frames, const std::vector<std::vector<std::int8_t>>& inputs) {
  FrameMemory memory;
  std::size_t input = 0;
  for (const auto& stage : design.stages) {
    const auto bytes = frame_bytes(stage.sizes) * static_cast<std::size_t>(frames);
    auto& own = memory.bytes_.emplace_back(bytes);
    if (!std::holds_alternative<LoadSizes>(stage.sizes)) continue;
    if (input >= inputs.size() || inputs[input].size() != bytes) {
      return fail(ErrorCode::kInvalidInput, fmt::format("{} bytes given for {} frames, {} are needed", input < inputs.size() ? inputs[input].size() : 0, frames, bytes), stage.node);
    }
    own = inputs[input++];
  }
  return memory;
}

std::vector<std::vector<std::int8_t>> FrameMemory::take_outputs(const Design& design) {
  std::vector<std::vector<std::int8_t>> outputs;
  for (std::size_t i = 0; i < design.stages.size(); ++i) {
    if (std::holds_alternative<StoreSizes>(design.stages[i].sizes)) outputs.push_back(std::move(bytes_[i]));
  }
  return outputs;
}

std::vector<std::int64_t> frames_done(const Design& design, int frames, const std::vector<std::vector<std::int64_t>>& frame_taken) {
  std::vector<std::int64_t> all;
  for (std::size_t frame = 0; frame < static_cast<std::size_t>(frames); ++frame) {
    std::int64_t done = 0;
    for (const auto& stage : design.stages) {
      if (!std::holds_alternative<StoreSizes>(stage.sizes)) continue;
      const auto& taken = frame_taken[stage.inputs[0]];
      if (frame >= taken.size()) return all;
      done = std::max(done, taken[frame]);
    }
    all.push_back(done);
  }
  return all;
}

Deadlock deadlock_of(const Design& design, std::vector<Blocked> blocked, std::int64_t cycle) {
  auto ring = ring_of(blocked, design);
  return {cycle, std::move(blocked), std::move(ring)};
}

std::string to_string(const Deadlock& deadlock, const Design& design) {
  const auto line = [&design](const Blocked& b) {
    const auto& f = design.fifos[b.fifo];
    return b.full ? fmt::format("{} waits for {}: FIFO {} is full ({} deep)", design.stages[b.stage].name, design.stages[f.reader].name, f.name, f.depth)
                  : fmt::format("{} waits for {}: FIFO {} is empty", design.stages[b.stage].name, design.stages[f.writer].name, f.name);
  };
  std::string text = fmt::format("deadlock after cycle {}: {} stages wait", deadlock.cycle, deadlock.blocked.size());
  for (const auto& b : deadlock.ring) text += "\n  " + line(b);
  std::vector<std::string> small;
  for (const auto& b : deadlock.ring) {
    if (b.full) small.push_back(design.fifos[b.fifo].name);
  }
  text += fmt::format("\n  too small: {}", fmt::join(small, ", "));
  return text;
}

}  // namespace vernier::stages
