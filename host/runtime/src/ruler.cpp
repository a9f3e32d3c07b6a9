// SPDX-License-Identifier: Apache-2.0
#include <vernier/runtime/ruler.hpp>

#include <array>

namespace vernier::runtime {

std::string_view name_of(Fidelity fidelity) {
  static constexpr std::array<std::string_view, 6> kNames{"measured", "rtl", "systemc", "analytic", "functional", "published"};
  return kNames.at(static_cast<std::size_t>(fidelity));
}

Result<std::vector<RunReport>> Ruler::run_all(const program::Program& program, std::span<const Job> jobs, const RunOptions& options) {
  std::vector<RunReport> reports;
  for (const auto& job : jobs) {
    auto report = run(program, job.input, job.output, options);
    if (!report) return forward_error(report);
    reports.push_back(std::move(*report));
  }
  return reports;
}

Activity& Activity::operator+=(const Activity& other) {
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
  return *this;
}

}  // namespace vernier::runtime
