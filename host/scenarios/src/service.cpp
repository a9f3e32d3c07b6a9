// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/service.hpp>

#include <fmt/format.h>

namespace vernier::scenarios {

Result<Service> Service::table(std::vector<std::int64_t> latency_ns) {
  std::vector<std::int64_t> interval_ns = latency_ns;
  return pipelined(std::move(latency_ns), std::move(interval_ns));
}

Result<Service> Service::pipelined(std::vector<std::int64_t> latency_ns, std::vector<std::int64_t> interval_ns) {
  if (latency_ns.empty() || latency_ns.size() != interval_ns.size()) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{} latencies and {} intervals; equally many, at least 1, are needed", latency_ns.size(),
                            interval_ns.size()),
                "service times");
  }
  for (std::size_t i = 0; i < latency_ns.size(); ++i) {
    if (interval_ns[i] < 1 || interval_ns[i] > latency_ns[i]) {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("latency {} ns, interval {} ns; 1 <= interval <= latency is needed", latency_ns[i],
                              interval_ns[i]),
                  fmt::format("service time of batch {}", i + 1));
    }
  }
  return Service(std::move(latency_ns), std::move(interval_ns));
}

}  // namespace vernier::scenarios
