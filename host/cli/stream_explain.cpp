// SPDX-License-Identifier: Apache-2.0
#include "stream_explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include <vernier/stages/resources.hpp>

#include "stream_record.hpp"

namespace vernier::cli {
namespace {

/// Values a cycle: of a product of matrix and vector its inputs and outputs, of the others those of a beat.
std::string unrolled_text(const stages::Sizes& sizes) {
  return std::visit([](const auto& of) {
    if constexpr (requires { of.simd; }) return fmt::format("{} x {}", of.simd, of.pe);
    else if constexpr (requires { of.lanes; }) return fmt::format("{}", of.lanes);
    else return fmt::format("{}:{}", of.from, of.to);
  }, sizes);
}

/// Beats that wait in front of a stage at the most.
std::int64_t depth_before(const stages::Design& design, const stages::Stage& stage) {
  std::int64_t depth = 0;
  for (const auto fifo : stage.inputs) depth = std::max(depth, design.fifos[fifo].depth);
  return depth;
}

void print_used(const Resources& used) {
  for (const auto& kind : stages::kEstimatedKinds) fmt::print(" {:>8.{}f}", used.*kind.count, kind.count == &Resources::bram36 ? 1 : 0);
  fmt::print("\n");
}

nlohmann::json counts_of(const Resources& used) { return {{"lut", used.lut}, {"dsp", used.dsp}, {"bram36", used.bram36}, {"uram", used.uram}}; }

}  // namespace

void print_stream_design(const streaming::StreamDeployment& stream) {
  const auto& design = stream.design();
  fmt::print("{:<28} {:<14} {:>10} {:>12} {:>7} {:>6}", "stage", "kernel", "unrolled", "cycles", "busy %", "FIFO");
  for (const auto& kind : stages::kEstimatedKinds) fmt::print(" {:>8}", kind.name);
  fmt::print("\n");
  Resources of_stages;
  for (const auto& stage : design.stages) {
    const auto cycles = stages::interval_of(stage.sizes);
    const auto used = stages::resources_of(stage.sizes, design.ultra_ram);
    of_stages += used;
    fmt::print("{:<28.28} {:<14} {:>10} {:>12} {:>7.1f} {:>6}", stage.name, stages::kernel_of(stage.sizes), unrolled_text(stage.sizes), cycles,
               100.0 * static_cast<double>(cycles) / static_cast<double>(design.interval()), depth_before(design, stage));
    print_used(used);
  }
  auto of_fifos = stages::resources_of(design);
  for (const auto& kind : stages::kEstimatedKinds) of_fifos.*kind.count -= of_stages.*kind.count;
  fmt::print("{:<82}", "FIFOs between them");
  print_used(of_fifos);
  fmt::print("unrolled: inputs x outputs, or values of a beat, a cycle; FIFO: beats in the deepest one in front\n\n");
  for (const auto& p : stream.network().placement) {
    if (!p.streamed) fmt::print("host: {} {}: {}\n", graph::name_of(stream.graph().node(p.node).kind), stream.graph().node(p.node).name, p.reason);
  }
  fmt::print("interval          {}\ndesign            {} (estimated)\n", stream_rate_text(stream), stream_design_text(stream));
}

nlohmann::json stream_design_json(const streaming::StreamDeployment& stream) {
  const auto& design = stream.design();
  auto list = nlohmann::json::array(), fifos = nlohmann::json::array(), host = nlohmann::json::array();
  for (const auto& stage : design.stages) {
    nlohmann::json sizes;
    std::visit([&sizes](const auto& of) { of.each([&sizes](const char* name, int value) { sizes[name] = value; }); }, stage.sizes);
    list.push_back({{"name", stage.name}, {"node", stage.node}, {"kernel", stages::kernel_of(stage.sizes)}, {"sizes", sizes}, {"interval", stages::interval_of(stage.sizes)},
                    {"used", counts_of(stages::resources_of(stage.sizes, design.ultra_ram))}});
  }
  for (const auto& fifo : design.fifos) fifos.push_back({{"name", fifo.name}, {"lanes", fifo.lanes}, {"depth", fifo.depth}});
  for (const auto& p : stream.network().placement) {
    if (!p.streamed) host.push_back({{"name", stream.graph().node(p.node).name}, {"reason", p.reason}});
  }
  return {{"target", stream.target().name}, {"clock_hz", stream.target().clock.count()}, {"interval", design.interval()}, {"slowest_stage", design.slowest().name},
          {"used", counts_of(stages::resources_of(design))}, {"stages", list}, {"fifos", fifos}, {"host", host}};
}

}  // namespace vernier::cli
