// SPDX-License-Identifier: Apache-2.0
#include "record_of.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <thread>

#include <vernier/energy/energy.hpp>
#include <vernier/memory/axi_memory.hpp>
#include <vernier/ort/session.hpp>
#include <vernier/package/board.hpp>

#include "area_record.hpp"
#include "layer_figures.hpp"
#include "stream_record.hpp"
#include "stated_error.hpp"

namespace vernier::cli {
namespace {

using nlohmann::json;
using runtime::Fidelity;

std::string processor_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

/// Of this process and of as many of its largest child, what they share counted in each: not less than the truth.
std::int64_t peak_rss_bytes(int jobs) {
  rusage self{}, children{};
  ::getrusage(RUSAGE_SELF, &self);
  ::getrusage(RUSAGE_CHILDREN, &children);
  return (static_cast<std::int64_t>(self.ru_maxrss) + (jobs > 1 ? jobs * static_cast<std::int64_t>(children.ru_maxrss) : 0)) * 1024;
}

/// Value at share p of the sorted samples, nearest rank.
double percentile(std::vector<double> sorted, double p) {
  std::ranges::sort(sorted);
  const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(sorted.size())));
  return sorted[std::min(sorted.size() - 1, rank == 0 ? 0 : rank - 1)];
}

/// Collects keys, and reasons for those that are null.
class Builder {
 public:
  json& operator[](const char* key) { return record_[key]; }
  void absent(const std::string& path, const std::string& reason) { record_["why"][path] = reason; }
  void null(const char* key, const std::string& reason) {
    record_[key] = nullptr;
    absent(key, reason);
  }
  json take() { return std::move(record_); }

 private:
  json record_ = {{"schema_version", 1}, {"why", json::object()}};
};

json environment_of(const RecordFacts& f) {
  json env = f.environment;
  if (f.measurement.report) {
    for (const auto& [name, value] : f.measurement.report->sensors) env["sensor_" + name] = value;
  }
  utsname system{};
  ::uname(&system);
  env["vernier"] = VERNIER_VERSION;
  env["created"] = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  env["host"] = system.nodename;
  env["kernel"] = std::string(system.sysname) + " " + system.release;
  env["processor"] = processor_name();
  env["logical_processors"] = std::thread::hardware_concurrency();
  env["onnxruntime"] = ort::runtime_version();
  env["inputs"] = f.samples.origin;
  env["samples"] = f.samples.count;
  if (!f.options.dims.empty()) env["dimensions"] = f.options.dims;
  if (const auto& report = f.measurement.report; report && report->groups_simulated < report->groups) {
    env["unique_layers"] = fmt::format("{} of {} groups repeat the commands of a simulated one and take its cycles and events",
                                       report->groups - report->groups_simulated, report->groups);
  }
  if (f.pipeline && f.options.fence_layers) env["fences"] = "between all layers, for figures without their neighbours";
  if (const auto error = stated_error(f.ruler.name)) env["cycle_error"] = *error;
  if (f.model.seeded) env["weights"] = "seeded at true shapes: no accuracy";
  if (f.model.quantised_here) env["quantised_after_training"] = f.model.calibration;
  return env;
}

json check_of(const RecordFacts& f, Builder& out) {
  const auto& c = f.measurement.check;
  const auto share = [](std::int64_t part, std::int64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); };
  json check{{"reference", "ONNX Runtime, graph optimisations off, exact 8-bit products"}, {"samples", f.measurement.samples}};
  const auto set = [&](const char* key, bool known, json value, const std::string& reason) {
    check[key] = known ? std::move(value) : json(nullptr);
    if (!known) out.absent(std::string("check.") + key, reason);
  };
  const bool compared = c.elements > 0;
  const auto& report = f.measurement.report;
  const bool all_simulated = !report || report->groups_simulated == report->groups;
  const auto why_no_bits = c.against_golden ? fmt::format("checked: {} of {} groups; the others were not simulated (--unique-layers)",
                                                          report->groups_simulated, report->groups)
                            : compared         ? std::string("compared with ONNX Runtime alone: this ruler's outputs are not the integer model's")
                                               : std::string("not asked for: --check compares with the golden model");
  set("bit_exact", c.against_golden && all_simulated, c.golden_differences == 0, why_no_bits);
  set("max_lsb", compared, c.max_lsb, "not asked for: --check compares with the reference");
  set("differing_share", compared, compared ? share(c.differing, c.elements) : 0, "not asked for: --check compares with the reference");
  set("top1", c.labelled > 0, c.labelled > 0 ? share(c.correct, c.labelled) : 0, "the inputs have no labels");
  set("top1_reference", c.labelled > 0 && compared, c.labelled > 0 ? share(c.reference_correct, c.labelled) : 0,
      c.labelled > 0 ? "not asked for: --check runs the reference" : "the inputs have no labels");
  return check;
}

void put_time(const RecordFacts& f, Builder& out) {
  const auto& m = f.measurement;
  json time{{"kernel_s", nullptr}, {"transfer_s", nullptr}, {"host_s", nullptr}, {"harness_s", nullptr}};
  if (f.ruler.fidelity == Fidelity::kFunctional) {
    for (const char* key : {"cycles", "latency_s", "inferences_per_s", "percentiles"}) out.null(key, "this ruler has values and no time");
    out.absent("time", "this ruler has values and no time");
    out["time"] = time;
    return;
  }
  const double latency = percentile(m.seconds, 0.5);
  if (m.cycles.empty()) {
    out.null("cycles", "not a clocked model");
    out["percentiles"] = {{"p50", latency}, {"p90", percentile(m.seconds, 0.9)}, {"p95", percentile(m.seconds, 0.95)}, {"p99", percentile(m.seconds, 0.99)}};
    out.absent("time.host_s", "the whole graph is the kernel here");
  } else {
    auto sorted = m.cycles;
    std::ranges::sort(sorted);
    out["cycles"] = sorted[(sorted.size() - 1) / 2];
    out.null("percentiles", "a single run has no distribution");
    time["host_s"] = m.host.operators_s;
    time["harness_s"] = m.host.pack_s;
  }
  out["latency_s"] = latency;
  out["inferences_per_s"] = static_cast<double>(f.options.batch) / latency;
  time["kernel_s"] = latency;
  out.absent("time.transfer_s", m.cycles.empty() ? "nothing is copied" : "memory is simulated: host copies have no time");
  if (m.cycles.empty()) out.absent("time.harness_s", "not measured apart");
  out["time"] = time;
}

/// Bytes a cycle of the port or of the memory, the smaller.
Result<double> bytes_per_cycle(const RecordFacts& f) {
  memory::SparseMemory none;
  const auto memory = memory::make_memory(f.options.memory, none, 1, f.pipeline->whole.target.clock);
  if (!memory) return forward_error(memory);
  return (*memory)->peak_bytes_per_cycle();
}

/// The energy table of the memory that stood behind the port, or empty: the one that the logic table names.
std::string memory_table(const std::string& memory) {
  const auto kind = memory.substr(0, memory.find(':'));
  const auto bundled = energy::bundled_memory_tables();
  return std::find(bundled.begin(), bundled.end(), kind) == bundled.end() ? "" : kind;
}

/// What a layer has of the memory's commands: rows by its share of the words moved, refreshes by its share of the time.
std::optional<memory::DramActivity> dram_of(const runtime::RunReport& whole, const runtime::Activity& layer) {
  if (!whole.dram) return std::nullopt;
  const auto words = [](const runtime::Activity& a) {
    return static_cast<double>(a[spec::Counter::kFetchWords] + a[spec::Counter::kLoadWords] + a[spec::Counter::kStoreWords]);
  };
  const double moved = words(whole.activity) > 0 ? words(layer) / words(whole.activity) : 0;
  const double time = static_cast<double>(layer[spec::Counter::kCycles]) / static_cast<double>(std::max<std::int64_t>(whole.cycles.count(), 1));
  const auto part = [](std::uint64_t count, double share) { return static_cast<std::uint64_t>(static_cast<double>(count) * share); };
  auto dram = *whole.dram;
  for (auto* count : {&dram.activates, &dram.precharges, &dram.reads, &dram.writes}) *count = part(*count, moved);
  dram.refreshes = part(dram.refreshes, time);
  return dram;
}

/// Adds what the board draws beside the accelerator to the table; without a board the scope is the chip.
Result<energy::Scope> board_scope(const std::string& name, energy::Table& table) {
  if (name.empty()) return energy::Scope::kChip;
  const auto board = package::find_board(name);
  if (!board) return forward_error(board);
  if (!board->power) {
    return fail(ErrorCode::kInvalidInput, "states no rest_w: nobody published what it draws beside the accelerator; measure it and add it to the board's file",
                "board " + board->name);
  }
  const auto status = energy::status_of(board->power->status);
  if (!status) return forward_error(status);
  table.set({"board_rest", board->power->rest.count(), "W", "", *status, board->power->source, "", ""});
  return energy::Scope::kBoard;
}

Result<json> layers_of(const RecordFacts& f, const energy::Table& table) {
  const auto& program = f.pipeline->whole;
  const auto bandwidth = bytes_per_cycle(f);
  if (!bandwidth) return forward_error(bandwidth);
  const auto figures = layer_figures(program, *f.measurement.report, *bandwidth);
  json layers = json::array();
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const auto& layer = program.layers[i];
    if (figures[i].first_issued < 0) continue;
    const auto cycles = std::max<std::int64_t>(figures[i].cycles(), 1);
    runtime::Activity activity;
    activity.counts = figures[i].activity.counts;
    activity[spec::Counter::kCycles] = static_cast<std::uint64_t>(figures[i].exclusive_cycles);
    const auto time = Cycles{std::max<std::int64_t>(figures[i].exclusive_cycles, 1)} / program.target.clock;
    const auto energy = energy::energy_of(activity, program.target, table, time, energy::Scope::kChip, dram_of(*f.measurement.report, activity));
    if (!energy) return forward_error(energy);
    const double slots = static_cast<double>(program.target.rows * program.target.columns) * static_cast<double>(cycles);
    json entry{{"name", layer.name}, {"op", layer.op}, {"cycles", cycles}, {"macs", layer.macs},
                      {"utilisation", static_cast<double>(layer.macs) / slots}, {"bound_by", figures[i].bound_by()},
                      {"energy_j", energy->total.count()}, {"dram_bytes", figures[i].dram_bytes}};
    if (layer.macs > 0) {
      const double fed = static_cast<double>(figures[i].needed[static_cast<std::size_t>(spec::Unit::kMatrix)]) / static_cast<double>(cycles);
      entry["loss_edge"] = std::max(0.0, fed - entry["utilisation"].get<double>());
      entry["loss_wait"] = std::max(0.0, 1.0 - fed);
    }
    layers.push_back(std::move(entry));
  }
  return layers;
}

Result<void> put_npu(const RecordFacts& f, Builder& out) {
  const auto& program = f.pipeline->whole;
  const auto& target = program.target;
  const auto& report = *f.measurement.report;
  json activity;
  for (std::size_t i = 0; i < spec::kCounters; ++i) activity[std::string(spec::kCounterNames[i])] = report.activity.counts[i];
  if (const auto& dram = report.dram) {
    activity["dram_activates"] = dram->activates;
    activity["dram_precharges"] = dram->precharges;
    activity["dram_read_bursts"] = dram->reads;
    activity["dram_write_bursts"] = dram->writes;
    activity["dram_refreshes"] = dram->refreshes;
  }
  out["activity"] = activity;
  std::int64_t macs = 0;
  for (const auto& layer : program.layers) macs += layer.macs;
  out["mac_utilisation"] = static_cast<double>(macs) / (static_cast<double>(target.rows * target.columns) * static_cast<double>(report.cycles.count()));
  out["sim"] = {{"wall_s", f.measurement.wall_s},
                {"cycles_per_s", f.measurement.wall_s > 0 ? json(static_cast<double>(f.measurement.total_cycles) / f.measurement.wall_s) : json(nullptr)},
                {"peak_rss_bytes", peak_rss_bytes(report.jobs)},
                {"jobs", report.jobs},
                {"groups", report.groups},
                {"unique_groups", report.groups_simulated},
                {"array_body", report.array_body.empty() ? json(nullptr) : json(report.array_body)}};
  if (report.array_body.empty()) out.absent("sim.array_body", "this ruler simulates no array");
  if (f.measurement.wall_s <= 0) out.absent("sim.cycles_per_s", "too short to time");

  auto table = energy::load_table(f.options.energy_table.empty() ? target.energy_table : f.options.energy_table, memory_table(f.options.memory));
  if (!table) return forward_error(table);
  const auto scope = board_scope(f.options.board, *table);
  if (!scope) return forward_error(scope);
  const auto energy = energy::energy_of(report.activity, target, *table, report.cycles / target.clock, *scope, report.dram);
  if (!energy) return forward_error(energy);
  out["energy_j"] = energy->total.count();
  out["energy_source"] = "estimated";
  out["power_w"] = energy->total.count() / (report.cycles / target.clock).count();
  out["power_scope"] = std::string(energy::name_of(*scope));
  out["energy"] = energy::breakdown_of(*energy);
  auto layers = layers_of(f, *table);
  if (!layers) return forward_error(layers);
  out["layers"] = std::move(*layers);
  return {};
}

void put_no_npu(const RecordFacts& f, Builder& out) {
  const std::string reason = f.pipeline == nullptr ? "this ruler runs the graph, not an NPU program" : "this ruler counts no events";
  for (const char* key : {"activity", "mac_utilisation", "sim", "layers"}) out.null(key, reason);
  for (const char* key : {"energy_j", "energy_source", "power_w", "power_scope"}) out.null(key, "no energy sensor is readable and no events are counted");
}

json placement_of(const RecordFacts& f) {
  std::int64_t npu = 0, host = 0, macs = 0, npu_macs = 0;
  json reasons = json::object();
  for (const auto& p : f.pipeline->placement) {
    const bool on_npu = p.place == lower::Place::kNpu;
    (on_npu ? npu : host) += 1;
    macs += p.macs;
    if (on_npu) npu_macs += p.macs;
    else reasons[p.name] = p.reason;
  }
  return {{"npu", npu}, {"host", host}, {"macs_on_npu", macs == 0 ? 0.0 : static_cast<double>(npu_macs) / static_cast<double>(macs)}, {"reasons", reasons}};
}

}  // namespace

Result<json> record_of(const RecordFacts& f) {
  Builder out;
  const auto& check = f.measurement.check;
  out["model"] = f.model.name;
  out["model_sha256"] = f.model.sha256;
  out.null("board", "nothing ran on a board");
  out["ruler"] = f.ruler.name;
  out["fidelity"] = std::string(runtime::name_of(f.ruler.fidelity));
  out["batch"] = f.options.batch;
  out["seed"] = f.options.seed;
  out["precision"] = "int8";
  out["scenario"] = "single";
  const bool wrong = check.golden_differences != 0;
  out["valid"] = !wrong;
  if (wrong) out.absent("valid", fmt::format("{} elements differ from the golden model; {}", check.golden_differences, check.first_difference));
  put_time(f, out);
  out["check"] = check_of(f, out);
  out["environment"] = environment_of(f);

  if (f.pipeline == nullptr) {
    for (const char* key : {"target", "memory", "clock_hz", "clock_source"}) out.null(key, "this ruler runs the graph on the host, without an accelerator");
    out.null("placement", "everything runs on the host");
  } else {
    const auto& target = f.pipeline->whole.target;
    out["target"] = target.name;
    out["memory"] = f.options.memory;
    out["clock_hz"] = target.clock.count();
    out["clock_source"] = "assumed";
    out["placement"] = placement_of(f);
    const auto bandwidth = bytes_per_cycle(f);
    if (!bandwidth) return forward_error(bandwidth);
    out["peak"] = {{"ops_per_s", 2.0 * static_cast<double>(target.rows * target.columns) * target.clock.count()},
                   {"bytes_per_s", *bandwidth * target.clock.count()},
                   {"source", fmt::format("{} x {} multipliers and the memory option, at the assumed clock", target.rows, target.columns)}};
  }
  if (f.pipeline != nullptr && f.measurement.report) {
    if (auto ok = put_npu(f, out); !ok) return forward_error(ok);
  } else {
    put_no_npu(f, out);
  }
  auto record = out.take();
  if (f.pipeline != nullptr) {
    const auto board = area_board(f.options.board);
    if (!board) return forward_error(board);
    const auto area = package::estimate_area(f.pipeline->whole.target, package::family_of_part(board->part));
    if (area) {
      put_area(record, *area, true, *board);
    } else {
      record["area"] = nullptr;
      record["why"]["area"] = area.error().what;
    }
  }
  if (f.stream != nullptr) {
    if (auto ok = describe_stream(record, f); !ok) return forward_error(ok);
  }
  return record;
}

}  // namespace vernier::cli
