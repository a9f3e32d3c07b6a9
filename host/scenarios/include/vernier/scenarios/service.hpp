// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::scenarios {

/// Service times of a simulated device by batch size: what stands in for the device when time is virtual. All in ns.
class Service {
 public:
  /// One batch at a time, one sample a batch.
  [[nodiscard]] static Service constant(std::int64_t latency_ns) { return Service({latency_ns}, {latency_ns}); }

  /// latency_ns[b - 1] for b samples; the next batch enters when this one has left.
  /// @retval kInvalidInput  an empty table or a time below 1 ns
  [[nodiscard]] static Result<Service> table(std::vector<std::int64_t> latency_ns);

  /// As table(), but the next batch enters interval_ns[b - 1] after this one: a pipeline.
  /// @retval kInvalidInput  tables of different length, or an interval below 1 ns or above its latency
  [[nodiscard]] static Result<Service> pipelined(std::vector<std::int64_t> latency_ns, std::vector<std::int64_t> interval_ns);

  [[nodiscard]] std::size_t max_batch() const { return latency_ns_.size(); }
  [[nodiscard]] std::int64_t latency_ns(std::size_t batch) const { return latency_ns_[batch - 1]; }
  [[nodiscard]] std::int64_t interval_ns(std::size_t batch) const { return interval_ns_[batch - 1]; }
  [[nodiscard]] bool is_pipelined() const { return latency_ns_ != interval_ns_; }

 private:
  Service(std::vector<std::int64_t> latency_ns, std::vector<std::int64_t> interval_ns)
      : latency_ns_(std::move(latency_ns)), interval_ns_(std::move(interval_ns)) {}
  std::vector<std::int64_t> latency_ns_;
  std::vector<std::int64_t> interval_ns_;
};

/// A device that answers in tokens. A batch starts together; each of its samples gives the first token after
/// first_ns(batch), then one every per_token_ns(batch), and is complete with its last. The instance is busy until the
/// longest is.
struct TokenService {
  Service first;
  Service per_token;
  std::function<std::int64_t(std::uint32_t sample)> count;  ///< tokens that a sample's answer has, >= 2
};

}  // namespace vernier::scenarios
