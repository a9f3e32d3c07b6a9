// SPDX-License-Identifier: Apache-2.0
// onnx-conformance: the conformance table by one command.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

#include <vernier/verilator/rtl_ruler.hpp>

#include "committed.hpp"
#include "executor_ruler.hpp"
#include "table.hpp"

using namespace vernier;

namespace {

int fail_with(const Error& error) {
  fmt::print(stderr, "onnx-conformance: {}\n", to_string(error));
  return static_cast<int>(error.code);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Runs ONNX's own test data and counts what runs on the accelerator, on the host, or is refused");
  std::string filter, target_file = conformance::kTargetFile;
  bool list = false, rtl = false, update = false;
  app.add_option("FILTER", filter, "only cases whose name holds this text");
  app.add_option("--target", target_file, "target file")->capture_default_str();
  app.add_flag("--cases", list, "a line for every case");
  app.add_flag("--rtl", rtl, "run programs on the RTL as well");
  app.add_flag("--update", update, "renew the committed lists and the reference page");
  CLI11_PARSE(app, argc, argv);

  const auto target = program::load_target(target_file);
  if (!target) return fail_with(target.error());
  auto exceptions = conformance::load_exceptions(conformance::kExceptionsFile);
  if (!exceptions) return fail_with(exceptions.error());
  const auto executor = conformance::make_executor_ruler();
  const auto simulated = verilator::make_rtl_ruler();
  conformance::Setup setup{*target, {executor.get()}, {}, std::move(*exceptions)};
  if (rtl) setup.rulers.push_back(simulated.get());

  std::vector<conformance::Verdict> verdicts;
  for (const auto& c : conformance::find_cases()) {
    if (c.name.find(filter) == std::string::npos) continue;
    verdicts.push_back(conformance::classify(c, setup));
    const auto& v = verdicts.back();
    if (list || v.outcome == conformance::Outcome::kWrong) {
      fmt::print("{:8}{:62}{} {}\n", conformance::name_of(v.outcome), v.name, fmt::join(v.operators, ","),
                 v.outcome == conformance::Outcome::kNpu ? fmt::format("lsb {} share {:.4f}", v.max_lsb, v.share) : v.reason);
    }
  }
  if (verdicts.empty()) return fail_with({ErrorCode::kUnavailable, "holds no such case; the Debian package libonnx-testdata brings them", conformance::test_data_folder().string()});
  const auto summary = conformance::summarise(verdicts);
  fmt::print("{}", conformance::families_table(summary));
  if (update) {
    if (!filter.empty()) return fail_with({ErrorCode::kInvalidInput, "renews all or nothing: leave FILTER out", "--update"});
    if (auto ok = conformance::commit_lists(verdicts); !ok) return fail_with(ok.error());
  }
  const bool wrong = std::ranges::any_of(verdicts, [](const auto& v) { return v.outcome == conformance::Outcome::kWrong; });
  return wrong ? static_cast<int>(ErrorCode::kMismatch) : 0;
}
