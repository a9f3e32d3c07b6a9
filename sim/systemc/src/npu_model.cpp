// SPDX-License-Identifier: Apache-2.0
#include "npu_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <vernier/program/activity.hpp>
#include <vernier/program/instruction.hpp>
#include <vernier/timing/descriptors.hpp>

#include "array_unit.hpp"
#include "cycles.hpp"
#include "dispatch.hpp"
#include "transfer_units.hpp"
#include "vector_unit.hpp"

namespace vernier::systemc {
namespace {

using program::Program;
using spec::Counter;
using spec::Unit;

// Where the buffers of a run lie: as behind the RTL, so that memories with rows and banks see the same addresses.
constexpr std::uint64_t kCommandBase = 0x1'0000'0000;
constexpr RegionBases kRegionBases{0x2'0000'0000, 0x3'0000'0000, 0x4'0000'0000, 0x5'0000'0000};

/// The whole kernel and the memory behind it.
class Npu {
 public:
  Npu(const Program& program, memory::AxiMemory& memory)
      : program_(program),
        descriptors_(program),
        scoreboard_("scoreboard", program.commands.size()),
        load_queue_(Unit::kLoad, scoreboard_), matrix_queue_(Unit::kMatrix, scoreboard_), vector_queue_(Unit::kVector, scoreboard_),
        depthwise_queue_(Unit::kDepthwise, scoreboard_), store_queue_(Unit::kStore, scoreboard_),
        depthwise_split_(depthwise_queue_),
        stream_(matrix_queue_), depthwise_stream_(depthwise_split_.array()),
        port_("port", memory),
        fetch_("fetch", program, kCommandBase),
        load_("load", program.target, kRegionBases, load_queue_),
        store_("store", program.target, kRegionBases, store_queue_, port_),
        matrix_("matrix", matrix_queue_, stream_, [this](const Command& c) { return timing::matrix_work(*c.word, program_.target); }, timing::sum_latency(program.target.rows)),
        vector_("vector", vector_queue_, stream_, [this](const Command& c) { return timing::vector_work(*c.word, descriptors_.of(c.index), program_.target); }, program.target.channel_words()),
        depthwise_array_("depthwise_array", depthwise_split_.array(), depthwise_stream_, [this](const Command& c) { return timing::depthwise_array_work(*c.word, program_.target); },
                         timing::sum_latency(std::max<std::int64_t>(1, program.target.depthwise_taps))),
        depthwise_rows_("depthwise_rows", depthwise_split_.rows(), depthwise_stream_, [this](const Command& c) { return timing::depthwise_vector_work(*c.word, descriptors_.of(c.index)); },
                        program.target.channel_words()),
        dispatch_("dispatch", fetch_, port_, scoreboard_, {&load_queue_, &matrix_queue_, &vector_queue_, &depthwise_queue_, &store_queue_}) {
    fetch_.memory.bind(port_.fetch);
    load_.memory.bind(port_.load);
    store_.memory.bind(port_.store);
  }

  [[nodiscard]] bool ended() const { return dispatch_.done() >= 0; }
  [[nodiscard]] double share_done() const { return static_cast<double>(scoreboard_.finished()) / static_cast<double>(program_.commands.size()); }

  [[nodiscard]] runtime::RunReport report() const {
    runtime::RunReport report;
    report.cycles = Cycles{dispatch_.done()};
    report.trace = scoreboard_.trace();
    auto& a = report.activity;
    for (const auto& c : program_.commands) {
      const auto events = program::activity_of(c, program_.target);
      for (std::size_t i = 0; i < spec::kCounters; ++i) a.counts[i] += events.counts[i];
    }
    const auto set = [&a](Counter c, std::int64_t n) { a[c] = static_cast<std::uint64_t>(n); };
    set(Counter::kCycles, report.cycles.count());
    set(Counter::kReadBursts, port_.read_bursts());
    set(Counter::kMatrixStallWeights, matrix_.counts().stall_weights);
    set(Counter::kMatrixStallInput, matrix_.counts().stall_input);
    set(Counter::kMatrixStallOutput, matrix_.counts().stall_output);
    set(Counter::kAbufReadsMatrix, matrix_.counts().reads);
    set(Counter::kAbufReadsVector, vector_.counts().reads);
    set(Counter::kAbufWritesVector, vector_.counts().writes);
    set(Counter::kVectorStallSource, vector_.counts().stall_source);
    set(Counter::kDepthwiseStallWeights, depthwise_array_.counts().stall_weights);
    set(Counter::kDepthwiseStallInput, depthwise_array_.counts().stall_input);
    set(Counter::kDepthwiseStallOutput, depthwise_array_.counts().stall_output);
    set(Counter::kAbufReadsDepthwise, depthwise_array_.counts().reads);
    set(Counter::kAbufWritesDepthwise, depthwise_rows_.counts().writes);
    busy(report);
    return report;
  }

 private:
  /// Cycles with a command in a unit, from the union of issue-to-retire intervals.
  void busy(runtime::RunReport& report) const {
    static constexpr std::array<std::pair<Unit, Counter>, spec::kUnits> kBusy{{{Unit::kLoad, Counter::kLoadBusy}, {Unit::kMatrix, Counter::kMatrixBusy},
                                                                               {Unit::kVector, Counter::kVectorBusy}, {Unit::kDepthwise, Counter::kDepthwiseBusy},
                                                                               {Unit::kStore, Counter::kStoreBusy}}};
    for (const auto& [unit, counter] : kBusy) {
      std::int64_t total = 0, end = 0;
      for (const auto& t : report.trace) {
        if (program::instruction_of(program_.commands[t.command])->unit != unit) continue;
        total += std::max<std::int64_t>(0, t.retired - std::max(t.issued, end));
        end = std::max(end, t.retired);
      }
      report.activity[counter] = static_cast<std::uint64_t>(total);
    }
  }

  const Program& program_;
  timing::Descriptors descriptors_;
  Scoreboard scoreboard_;
  UnitQueue load_queue_, matrix_queue_, vector_queue_, depthwise_queue_, store_queue_;
  SplitQueue depthwise_split_;
  RowStream stream_, depthwise_stream_;
  MemoryPort port_;
  Fetch fetch_;
  LoadUnit load_;
  StoreUnit store_;
  ArrayUnit matrix_;
  VectorUnit vector_;
  ArrayUnit depthwise_array_;
  VectorUnit depthwise_rows_;
  Dispatch dispatch_;
};

constexpr std::int64_t kProgressEvery = 1 << 18;  // cycles

}  // namespace

Result<runtime::RunReport> simulate(const Program& program, memory::AxiMemory& memory, const std::function<void(Cycles, double)>& progress) {
  Npu npu(program, memory);
  while (!npu.ended()) {
    sc_core::sc_start(cycles(kProgressEvery), sc_core::SC_EXIT_ON_STARVATION);
    if (!npu.ended() && !sc_core::sc_pending_activity()) {
      return fail(ErrorCode::kTimeout, fmt::format("nothing moves any more after {} cycles, {:.1f} % of the commands retired", now(), 100 * npu.share_done()), "ruler systemc");
    }
    if (progress) progress(Cycles{now()}, npu.share_done());
  }
  return npu.report();
}

void silence_kernel() { sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING); }

}  // namespace vernier::systemc
