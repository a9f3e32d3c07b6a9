// SPDX-License-Identifier: Apache-2.0
// ONNX's own cases against the committed lists: nothing wrong, nothing silent, no case lost.
#include <catch2/catch.hpp>

#include <cstdio>
#include <fmt/format.h>
#include <vernier/core/files.hpp>

#include "committed.hpp"
#include "executor_ruler.hpp"
#include "on_rtl.hpp"

using namespace vernier;
using namespace vernier::conformance;

namespace {

template <class T>
T get(Result<T> r) {
  if (!r) FAIL(to_string(r.error()));
  return std::move(*r);
}

Setup setup_with(runtime::Ruler& ruler) { return {get(program::load_target(kTargetFile)), {&ruler}, {}, get(load_exceptions(kExceptionsFile))}; }

std::vector<Case> cases_or_skip() {
  auto cases = find_cases();
  if (cases.empty()) std::puts("skipped: libonnx-testdata is not on this machine");
  return cases;
}

}  // namespace

TEST_CASE("Every ONNX case runs on the accelerator or the host, or is refused by name, as the committed lists say", "[conformance]") {
  const auto executor = make_executor_ruler();
  const auto setup = setup_with(*executor);
  const auto cases = cases_or_skip();
  if (cases.empty()) return;
  const auto listed = get(committed_npu_cases());
  std::vector<Verdict> verdicts;
  std::set<std::string> on_npu;
  for (const auto& c : cases) {
    verdicts.push_back(classify(c, setup));
    const auto& v = verdicts.back();
    CAPTURE(v.name, v.reason);
    CHECK(v.outcome != Outcome::kWrong);
    CHECK((v.outcome == Outcome::kNpu || !v.reason.empty()));
    if (v.outcome == Outcome::kNpu) on_npu.insert(v.name);
    else if (listed.contains(v.name)) FAIL_CHECK(v.name << " no longer runs on the accelerator: " << v.reason);
  }
  for (const auto& name : listed) {
    if (!on_npu.contains(name)) CHECK(std::ranges::find(cases, name, &Case::name) != cases.end());
  }
  for (const auto& name : on_npu) {
    if (!listed.contains(name)) FAIL_CHECK("runs on the accelerator and is not in npu_cases.txt: add the line " << name << ", or run onnx-conformance --update");
  }
  const auto summary = summarise(verdicts);
  if (summary != get(committed_summary())) {
    FAIL_CHECK("the counts are not those of summary.csv: look at the difference that `onnx-conformance --update` makes\n" << families_table(summary));
  }
}

TEST_CASE("Cases on the accelerator give golden's bits on the RTL", "[conformance][rtl]") { check_on_rtl(8); }

TEST_CASE("The operator reference page is not stale", "[lint]") {
  CHECK(get(read_text(kPageFile)) == reference_page(get(committed_summary())));
}
