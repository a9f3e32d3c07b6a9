// SPDX-License-Identifier: Apache-2.0
#include <vernier/analytic/analytic_ruler.hpp>

#include <chrono>

#include <vernier/program/executor.hpp>

#include "schedule.hpp"

namespace vernier::analytic {
namespace {

using program::Program;
using runtime::RunOptions;
using runtime::RunReport;

class AnalyticRuler final : public runtime::Ruler {
 public:
  [[nodiscard]] runtime::RulerInfo info() const override {
    return {"analytic", runtime::Fidelity::kAnalytic, true, "closed forms for every command, put together along the program's waits"};
  }
  [[nodiscard]] std::optional<Error> refuses(const Program&) const override { return std::nullopt; }

  [[nodiscard]] Result<RunReport> run(const Program& program, std::span<const std::byte> input, std::span<std::byte> output,
                                      const RunOptions& options) override {
    const auto memory = measure_memory(options.memory, options.seed, program.target);
    if (!memory) return forward_error(memory);
    const auto begin = std::chrono::steady_clock::now();
    auto report = schedule(program, *memory);
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

std::unique_ptr<runtime::Ruler> make_analytic_ruler() { return std::make_unique<AnalyticRuler>(); }

}  // namespace vernier::analytic
