// SPDX-License-Identifier: Apache-2.0
#include "executor_ruler.hpp"

#include <vernier/program/executor.hpp>

namespace vernier::conformance {
namespace {

class ExecutorRuler final : public runtime::Ruler {
 public:
  [[nodiscard]] runtime::RulerInfo info() const override {
    return {"executor", runtime::Fidelity::kFunctional, false, "the instruction set's text, command by command, with its waits checked"};
  }
  [[nodiscard]] std::optional<Error> refuses(const program::Program&) const override { return std::nullopt; }
  [[nodiscard]] Result<runtime::RunReport> run(const program::Program& program, std::span<const std::byte> input, std::span<std::byte> output,
                                               const runtime::RunOptions&) override {
    const auto activity = program::Executor(program).run(input, output);
    if (!activity) return forward_error(activity);
    return runtime::RunReport{};
  }
};

}  // namespace

std::unique_ptr<runtime::Ruler> make_executor_ruler() { return std::make_unique<ExecutorRuler>(); }

}  // namespace vernier::conformance
