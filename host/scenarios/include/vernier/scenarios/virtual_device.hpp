// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/scenarios/batch_policy.hpp>
#include <vernier/scenarios/service.hpp>

namespace vernier::scenarios {

/// A device in virtual time: its service times and the batcher in front of it.
struct DeviceModel {
  std::string name = "virtual device";
  Service service = Service::constant(1'000'000);
  std::optional<TokenService> tokens;  ///< given: replaces `service`
  BatchPolicy batching;
};

/// @retval an Error  the policy asks for batches that the service table does not have
[[nodiscard]] std::optional<Error> refuse(const DeviceModel& model);

/// When each sample was done. Token arrays are filled by token devices only.
struct Completions {
  std::vector<std::int64_t> done_ns;
  std::vector<std::int64_t> first_token_ns;
  std::vector<std::int64_t> tokens;
};

/// Event simulation of the queue, the batcher and the instances. Busy instances are remembered from one call to the
/// next; samples of an earlier call are never waited for, so calls must not overlap in arrival order.
class VirtualDevice {
 public:
  explicit VirtualDevice(const DeviceModel& model);

  /// Serves all samples to their end, in order of arrival.
  /// @param arrival_ns  not decreasing, >= 0
  /// @param samples     library index of each, for token counts
  /// @param out         overwritten
  void serve(std::span<const std::int64_t> arrival_ns, std::span<const std::uint32_t> samples, Completions& out);

  /// Forgets busy instances: time starts at 0 again.
  void reset();
  [[nodiscard]] std::uint64_t batches() const { return batches_; }

 private:
  void serve_one_by_one(std::span<const std::int64_t> arrival_ns, std::vector<std::int64_t>& done_ns);
  void dispatch(std::size_t instance, std::int64_t start_ns, std::size_t first, std::size_t count,
                std::span<const std::uint32_t> samples, Completions& out);

  const DeviceModel& model_;
  std::vector<std::int64_t> free_ns_;  ///< one an instance
  std::uint64_t batches_ = 0;
};

}  // namespace vernier::scenarios
