// SPDX-License-Identifier: Apache-2.0
#include <vernier/streaming/energy.hpp>

#include <algorithm>
#include <cmath>

namespace vernier::streaming {
namespace {

using namespace energy;
using namespace stages;

constexpr double kPico = 1e-12;
constexpr double kWordBytes = 64;

double real(std::int64_t v) { return static_cast<double>(v); }

/// Events of each kernel, from its loop: see the costs in its header.
struct Counter {
  StageActivity& a;
  double iterations;

  void operator()(const LoadSizes& s) const { a.dram_words_read = std::ceil(real(s.beats) * s.lanes / kWordBytes); }
  void operator()(const StoreSizes& s) const { a.dram_words_written = std::ceil(real(s.beats) * s.lanes / kWordBytes); }
  void operator()(const WindowSizes& s) const {
    const double in = real(s.height) * s.width * s.channels, out = real(s.out_h) * s.out_w * s.kernel_h * s.kernel_w * s.channels;
    a.memory_bits = 8 * (in + out);
    a.memory_bytes = real(s.rows) * s.width * s.channels;
  }
  void operator()(const MatrixVectorSizes& s) const {
    const double lanes = real(s.pe);
    a.macs = iterations * lanes * s.simd;
    a.accumulations = iterations * lanes;
    a.requantisations = real(s.vectors) * s.outputs;
    a.memory_bits = 8 * a.macs;
    a.memory_bytes = real(s.inputs) * s.outputs * s.groups;
    a.multipliers = lanes * s.simd;
    a.requantisers = lanes;
    a.registers = 32 * lanes + 18 * lanes * (s.simd - 1);
  }
  void operator()(const DepthwiseSizes& s) const {
    const double lanes = real(s.lanes);
    a.macs = a.accumulations = iterations * lanes;
    a.requantisations = real(s.pixels) * s.channels;
    a.memory_bits = 8 * a.macs;
    a.memory_bytes = real(s.channels) * s.taps;
    a.multipliers = a.requantisers = lanes;
    a.registers = 32 * lanes;
  }
  void operator()(const PoolSizes& s) const {
    a.taps = iterations * s.lanes;
    a.requantisations = s.average != 0 ? real(s.pixels) * s.channels : 0;
    a.requantisers = s.average != 0 ? s.lanes : 0;
    a.registers = 32.0 * s.lanes;
  }
  void operator()(const BinarySizes& s) const {
    a.binaries = iterations * s.lanes;
    a.requantisers = s.lanes;
  }
  void operator()(const TableSizes& s) const {
    a.memory_bits = 8 * iterations * s.lanes;
    a.memory_bytes = 256;
  }
  void operator()(const ForkSizes&) const {}
  void operator()(const ConcatSizes&) const {}
  void operator()(const SliceSizes&) const {}
  void operator()(const UpSampleSizes& s) const {
    const double pixels = real(s.height) * s.width * s.channels;
    a.memory_bits = 8 * pixels * (s.phases + s.scale_h * s.scale_w);
    a.memory_bytes = real(s.width) * s.phases * s.channels;
  }
  void operator()(const WidthSizes& s) const { a.registers = 8.0 * std::max(s.from, s.to); }
};

class Sum {
 public:
  Sum(const Table& table, Cycles interval, Hertz clock) : table_(table), time_(interval / clock), cycles_(static_cast<double>(interval.count())) { report_.table = table.name(); }

  Result<void> add(const Stage& stage, const StageActivity& a) {
    const std::string unit(kernel_of(stage.sizes));
    const std::tuple<const char*, const char*, double, Kind> events[] = {
        {"macs", "mac", a.macs, Kind::kCompute}, {"accumulations", "accumulate_lane", a.accumulations, Kind::kCompute},
        {"requantisations", "requantise_lane", a.requantisations, Kind::kCompute}, {"binaries", "binary_lane", a.binaries, Kind::kCompute},
        {"taps", "tap_lane", a.taps, Kind::kCompute}, {"stream bits", "register_switch", a.stream_bits, Kind::kCompute}};
    for (const auto& [event, row, count, kind] : events) {
      const auto price = table_.row(row, "pJ");
      if (!price) return forward_error(price);
      put({unit, event, kind, Scope::kCore, count, Joules{count * price->value * kPico}, price->status});
    }
    if (a.memory_bits > 0) {
      const auto access = table_.sram_access(a.memory_bytes);
      if (!access) return forward_error(access);
      put({unit, "memory words", Kind::kSram, Scope::kCore, a.memory_bits / 64, Joules{a.memory_bits / 64 * access->value * kPico}, access->status});
    }
    const auto clock = table_.row("register_clock", "pJ");
    if (!clock) return forward_error(clock);
    put({unit, "clock", Kind::kClock, Scope::kCore, a.registers * cycles_, Joules{a.registers * cycles_ * clock->value * kPico}, clock->status});
    for (const auto& [row, times] : {std::pair{"mac_leakage", a.multipliers}, {"lane_leakage", a.requantisers}, {"register_leakage", a.registers}, {"sram_leakage", a.memory_bytes}}) {
      const auto watts = table_.row(row, "W");
      if (!watts) return forward_error(watts);
      put({unit, "leakage", Kind::kStatic, Scope::kCore, times * time_.count(), Joules{times * watts->value * time_.count()}, watts->status});
    }
    return {};
  }

  Result<void> add_memory(double read, double written) {
    for (const auto& [event, row, words] : {std::tuple{"read", "dram_read_word", read}, {"write", "dram_write_word", written}}) {
      const auto price = table_.row(row, "pJ");
      if (!price) return forward_error(price);
      put({"dram", event, Kind::kDram, Scope::kChip, words, Joules{words * price->value * kPico}, price->status});
    }
    const auto background = table_.row("dram_background", "W");
    if (!background) return forward_error(background);
    put({"dram", "background", Kind::kStatic, Scope::kChip, time_.count(), Joules{background->value * time_.count()}, background->status});
    return {};
  }

  EnergyReport take(Scope scope) {
    report_.scope = scope;
    return std::move(report_);
  }

 private:
  /// One term a unit and event.
  void put(Term term) {
    if (term.count <= 0) return;
    report_.total += term.energy;
    report_.weakest = std::max(report_.weakest, term.status);
    const auto same = std::ranges::find_if(report_.terms, [&](const Term& t) { return t.unit == term.unit && t.event == term.event && t.kind == term.kind; });
    if (same == report_.terms.end()) {
      report_.terms.push_back(std::move(term));
      return;
    }
    same->count += term.count;
    same->energy += term.energy;
    same->status = std::max(same->status, term.status);
  }

  const Table& table_;
  Seconds time_;
  double cycles_;
  EnergyReport report_;
};

}  // namespace

StageActivity activity_of(const Design& design, const Stage& stage) {
  StageActivity a;
  std::visit(Counter{a, real(interval_of(stage.sizes))}, stage.sizes);
  for (const auto f : stage.outputs) {
    const auto& fifo = design.fifos[f];
    const double bits = 8.0 * fifo.lanes;
    a.stream_bits += 2 * bits * real(fifo.beats);  // into the FIFO and out of it
    a.registers += bits * (latency_of(stage.sizes) + 2);
  }
  return a;
}

Result<EnergyReport> energy_of(const Design& design, const Table& table, Hertz clock, Scope scope) {
  Sum sum(table, Cycles{design.interval()}, clock);
  double read = 0, written = 0;
  for (const auto& stage : design.stages) {
    const auto a = activity_of(design, stage);
    if (auto ok = sum.add(stage, a); !ok) return forward_error(ok);
    read += a.dram_words_read;
    written += a.dram_words_written;
  }
  if (scope != Scope::kCore) {
    if (auto ok = sum.add_memory(read, written); !ok) return forward_error(ok);
  }
  return sum.take(scope);
}

Result<EnergyReport> energy_of(const Design& design, const Stage& stage, const Table& table, Hertz clock) {
  Sum sum(table, Cycles{design.interval()}, clock);
  if (auto ok = sum.add(stage, activity_of(design, stage)); !ok) return forward_error(ok);
  return sum.take(Scope::kCore);
}

}  // namespace vernier::streaming
