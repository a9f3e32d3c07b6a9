// SPDX-License-Identifier: Apache-2.0
#include "stream_record.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>

#include <vernier/stages/resources.hpp>
#include <vernier/streaming/energy.hpp>

#include "area_record.hpp"

namespace vernier::cli {
namespace {

using nlohmann::json;

void set(json& record, const char* key, json value) {
  record[key] = std::move(value);
  record["why"].erase(key);
}

json placement_of(const streaming::StreamDeployment& stream) {
  std::int64_t streamed = 0, host = 0, macs = 0, streamed_macs = 0;
  json reasons = json::object();
  for (const auto& p : stream.network().placement) {
    const auto of_node = graph::macs(stream.graph(), p.node);
    macs += of_node;
    (p.streamed ? streamed : host) += 1;
    if (p.streamed) streamed_macs += of_node;
    else reasons[stream.graph().node(p.node).name] = p.reason;
  }
  return {{"npu", streamed}, {"host", host}, {"macs_on_npu", macs == 0 ? 0.0 : static_cast<double>(streamed_macs) / static_cast<double>(macs)}, {"reasons", reasons}};
}

const char* depths_text(const streaming::StreamDeployment& stream) { return stream.depths().minimal ? "minimal" : "sufficient: trials ended before each was minimal"; }

/// Multipliers of a stage.
double multipliers_of(const stages::Sizes& sizes) {
  if (const auto* m = std::get_if<stages::MatrixVectorSizes>(&sizes)) return static_cast<double>(m->simd) * m->pe;
  if (const auto* d = std::get_if<stages::DepthwiseSizes>(&sizes)) return d->lanes;
  return 0;
}

/// One entry an operator: its own stage and those in front of it that bring its input into order.
Result<json> layers_of(const streaming::StreamDeployment& stream, const energy::Table& table) {
  const auto& design = stream.design();
  json layers = json::array();
  for (const auto& op : stream.network().operators) {
    std::int64_t cycles = 0;
    double joules = 0, multipliers = 0;
    for (const auto& stage : design.stages) {
      if (stage.node != op.name) continue;
      const auto energy = streaming::energy_of(design, stage, table, stream.target().clock);
      if (!energy) return forward_error(energy);
      joules += energy->total.count();
      cycles = std::max(cycles, interval_of(stage.sizes));
      multipliers += multipliers_of(stage.sizes);
    }
    const double slots = multipliers * static_cast<double>(cycles);
    layers.push_back({{"name", op.name}, {"op", op.op}, {"cycles", cycles}, {"macs", op.macs},
                      {"utilisation", slots > 0 ? static_cast<double>(op.macs) / slots : 0.0}, {"bound_by", "compute"},
                      {"energy_j", joules}, {"dram_bytes", 0}});
  }
  return layers;
}

json stages_of(const streaming::StreamDeployment& stream) {
  const auto& design = stream.design();
  const auto& taken = stream.timing().frame_taken;
  json stages = json::array();
  for (const auto& stage : design.stages) {
    const auto fifo = stage.outputs.empty() ? stage.inputs[0] : stage.outputs.back();
    const bool known = fifo < taken.size() && !taken[fifo].empty();
    stages.push_back({{"name", stage.name}, {"kernel", kernel_of(stage.sizes)}, {"interval", interval_of(stage.sizes)}, {"first_frame", known ? json(taken[fifo].front()) : json(nullptr)}});
  }
  return stages;
}

}  // namespace

Result<void> describe_stream(json& record, const RecordFacts& f) {
  const auto& stream = *f.stream;
  const auto& design = stream.design();
  const auto& target = stream.target();
  const double interval_s = (Cycles{design.interval()} / target.clock).count();
  set(record, "target", target.name);
  set(record, "clock_hz", target.clock.count());
  set(record, "clock_source", "assumed");
  set(record, "placement", placement_of(stream));
  if (f.ruler.name == "hw_emu") set(record, "memory", f.options.memory);
  else record["why"]["memory"] = "frames come and go at one beat a cycle: this ruler simulates no memory behind a streaming design";
  record["inferences_per_s"] = 1 / interval_s;  // frames overlap

  double multipliers = 0, macs = 0;
  std::int64_t bytes = 0;
  for (const auto& stage : design.stages) {
    multipliers += multipliers_of(stage.sizes);
    const auto a = streaming::activity_of(design, stage);
    bytes += static_cast<std::int64_t>(64 * (a.dram_words_read + a.dram_words_written));
  }
  for (const auto& op : stream.network().operators) macs += static_cast<double>(op.macs);
  set(record, "mac_utilisation", multipliers > 0 ? macs / (multipliers * static_cast<double>(design.interval())) : 0.0);
  record["peak"] = {{"ops_per_s", std::max(2 * multipliers, 1.0) * target.clock.count()},
                    {"bytes_per_s", static_cast<double>(bytes) / interval_s},
                    {"source", "multipliers of all stages at the assumed clock; the input's and output's bytes at the frame rate"}};
  rusage children{};
  ::getrusage(RUSAGE_CHILDREN, &children);
  const double wall = f.measurement.wall_s;
  set(record, "sim", {{"wall_s", wall}, {"cycles_per_s", wall > 0 ? json(static_cast<double>(f.measurement.total_cycles) / wall) : json(nullptr)},
                      {"peak_rss_bytes", static_cast<std::int64_t>(children.ru_maxrss) * 1024}, {"array_body", nullptr}});
  record["why"]["sim.array_body"] = "a streaming design has no array";
  record["why"]["activity"] = "a streaming design has no counters; `layers` and `energy` count its events";

  const auto table = energy::load_table(target.energy_table);
  if (!table) return forward_error(table);
  const auto energy = streaming::energy_of(design, *table, target.clock, energy::Scope::kChip);
  if (!energy) return forward_error(energy);
  set(record, "energy_j", energy->total.count());
  set(record, "energy_source", "estimated");
  set(record, "power_w", energy->total.count() / interval_s);
  set(record, "power_scope", "chip");
  record["energy"] = energy::breakdown_of(*energy);
  auto layers = layers_of(stream, *table);
  if (!layers) return forward_error(layers);
  set(record, "layers", std::move(*layers));
  record["stages"] = stages_of(stream);
  if (f.ruler.name == "hw_emu") record["why"]["stages.first_frame"] = "behind XRT the kernel's ports alone are seen";

  const auto used = resources_of(design);
  auto& env = record["environment"];
  env["interval_cycles"] = design.interval();
  env["interval_asked_cycles"] = target.interval() ? json(*target.interval()) : json("as few as the board allows");
  env["slowest_stage"] = design.slowest().name;
  env["stages"] = design.stages.size();
  env["fifo_beats"] = stream.depths().beats;
  env["fifo_depths"] = depths_text(stream);
  if (target.budget) env["budget"] = target.budget->name;
  const auto board = target.board ? Result<package::Board>(*target.board) : area_board("");
  if (!board) return forward_error(board);
  put_area(record, {used, "sum of the stages' estimates, before synthesis"}, false, *board);
  env["energy_of"] = "one frame while frames follow each other at the interval";
  return {};
}

std::string stream_rate_text(const streaming::StreamDeployment& stream) {
  const auto& target = stream.target();
  const double reached = target.clock.count() / static_cast<double>(stream.design().interval());
  auto text = fmt::format("a frame every {} cycles, set by {}: {:.1f} frames/s at {:.0f} MHz", stream.design().interval(), stream.design().slowest().name, reached, target.clock.count() / 1e6);
  if (target.frames_per_s) return text + fmt::format(", {:.1f} asked for, slack {:.1f} %", *target.frames_per_s, 100 * (reached / *target.frames_per_s - 1));
  return text + fmt::format(", as fast as fits {}", target.budget->name);
}

std::string stream_resources_text(const streaming::StreamDeployment& stream) {
  const auto used = resources_of(stream.design());
  const auto& budget = stream.target().budget;
  std::string text;
  for (const auto& kind : stages::kEstimatedKinds) {
    const double takes = used.*kind.count, has = budget ? budget->available.*kind.count : 0;
    if (takes == 0 && has == 0) continue;
    text += fmt::format("{}{:.{}f}{} {}", text.empty() ? "" : ", ", takes, kind.count == &Resources::bram36 ? 1 : 0, budget ? fmt::format(" of {:.0f}", has) : "", kind.name);
  }
  if (!budget) return text;
  return text + fmt::format(" of {}; scarcest {}, {:.1f} % of it", budget->name, budget->binding(used), 100 * budget->share(used));
}

std::string stream_design_text(const streaming::StreamDeployment& stream) {
  return fmt::format("{} stages, {} FIFOs of {} beats together ({}); {}", stream.design().stages.size(), stream.design().fifos.size(), stream.depths().beats, depths_text(stream), stream_resources_text(stream));
}

}  // namespace vernier::cli
