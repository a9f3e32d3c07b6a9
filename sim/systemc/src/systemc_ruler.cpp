// SPDX-License-Identifier: Apache-2.0
#include <vernier/systemc/systemc_ruler.hpp>

#include <chrono>
#include <cstring>
#include <optional>

#include <vernier/memory/axi_memory.hpp>
#include <vernier/program/executor.hpp>

#include "npu_model.hpp"
#include "simulation_process.hpp"

namespace vernier::systemc {
namespace {

using program::Program;
using runtime::RunOptions;
using runtime::RunReport;

/// Kinds of frames that the simulating process sends home.
enum Kind : std::uint32_t { kProgress, kReport, kTrace, kError };

struct ProgressFrame {
  std::int64_t cycles;
  double share;
};
struct ReportFrame {
  std::int64_t cycles;
  runtime::Activity activity;
  std::optional<memory::DramActivity> dram;
};

void simulate_for(Home& home, const Program& program, memory::AxiMemory& memory) {
  const auto report = simulate(program, memory, [&home](Cycles cycles, double share) {
    const ProgressFrame frame{cycles.count(), share};
    home.send(kProgress, &frame, sizeof frame);
  });
  if (report) {
    const ReportFrame frame{report->cycles.count(), report->activity, memory.activity()};
    home.send(kTrace, report->trace.data(), report->trace.size() * sizeof(runtime::CommandTrace));
    home.send(kReport, &frame, sizeof frame);
  } else {
    home.send(kError, report.error().what.data(), report.error().what.size());
  }
}

Result<RunReport> listen(SimulationProcess& process, const RunOptions& options) {
  RunReport report;
  for (;;) {
    const auto frame = process.receive();
    if (!frame) return forward_error(frame);
    const auto& bytes = frame->bytes;
    switch (frame->kind) {
      case kProgress: {
        ProgressFrame progress{};
        std::memcpy(&progress, bytes.data(), sizeof progress);
        if (options.progress) options.progress(Cycles{progress.cycles}, progress.share);
        break;
      }
      case kTrace:
        report.trace.resize(bytes.size() / sizeof(runtime::CommandTrace));
        std::memcpy(report.trace.data(), bytes.data(), bytes.size());
        break;
      case kReport: {
        ReportFrame result;
        std::memcpy(&result, bytes.data(), sizeof result);
        report.cycles = Cycles{result.cycles};
        report.activity = result.activity;
        report.dram = result.dram;
        return report;
      }
      default: return fail(ErrorCode::kTimeout, std::string(bytes.begin(), bytes.end()), "ruler systemc");
    }
  }
}

class SystemcRuler final : public runtime::Ruler {
 public:
  [[nodiscard]] runtime::RulerInfo info() const override {
    return {"systemc", runtime::Fidelity::kSystemC, true, "the units as SystemC modules, commands, rows and bursts in time"};
  }
  [[nodiscard]] std::optional<Error> refuses(const Program&) const override { return std::nullopt; }

  [[nodiscard]] Result<RunReport> run(const Program& program, std::span<const std::byte> input, std::span<std::byte> output,
                                      const RunOptions& options) override {
    memory::SparseMemory store;
    auto memory = memory::make_memory(options.memory, store, options.seed, program.target.clock);
    if (!memory) return forward_error(memory);
    const auto begin = std::chrono::steady_clock::now();
    auto process = SimulationProcess::start([&](Home& home) { simulate_for(home, program, **memory); });
    if (!process) return forward_error(process);
    auto report = listen(*process, options);
    if (!report) return report;
    report->wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (!options.values) return report;
    const auto events = program::Executor(program, {.check_dependencies = false}).run(input, output);
    if (!events) return forward_error(events);
    report->activity[spec::Counter::kParamReads] = (*events)[spec::Counter::kParamReads];
    return report;
  }
};

}  // namespace

std::unique_ptr<runtime::Ruler> make_systemc_ruler() { return std::make_unique<SystemcRuler>(); }

}  // namespace vernier::systemc
