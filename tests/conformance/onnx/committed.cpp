// SPDX-License-Identifier: Apache-2.0
#include "committed.hpp"

#include <sstream>

#include <vernier/core/files.hpp>

namespace vernier::conformance {

Result<std::set<std::string>> committed_npu_cases() {
  const auto text = read_text(kNpuCasesFile);
  if (!text) return forward_error(text);
  std::set<std::string> cases;
  std::istringstream in(*text);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) cases.insert(line);
  }
  return cases;
}

Result<Summary> committed_summary() {
  const auto text = read_text(kSummaryFile);
  if (!text) return forward_error(text);
  return summary_of(*text, kSummaryFile);
}

Result<void> commit_lists(std::span<const Verdict> verdicts) {
  auto cases = committed_npu_cases().value_or(std::set<std::string>{});
  for (const auto& v : verdicts) {
    if (v.outcome == Outcome::kNpu) cases.insert(v.name);
  }
  std::string lines;
  for (const auto& name : cases) lines += name + "\n";
  const auto summary = summarise(verdicts);
  if (auto ok = write_atomically(kNpuCasesFile, lines); !ok) return ok;
  if (auto ok = write_atomically(kSummaryFile, to_text(summary)); !ok) return ok;
  return write_atomically(kPageFile, reference_page(summary));
}

}  // namespace vernier::conformance
