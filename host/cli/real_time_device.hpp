// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>

#include "bench.hpp"

namespace vernier::cli {

/// What LoadGen drives in real time: `instances()` of them side by side, each for one thread at a time.
class RealTimeDevice {
 public:
  virtual ~RealTimeDevice() = default;
  RealTimeDevice(const RealTimeDevice&) = delete;
  RealTimeDevice& operator=(const RealTimeDevice&) = delete;
  [[nodiscard]] virtual std::size_t instances() const = 0;
  /// Called by each thread that runs an instance, before its first sample.
  [[nodiscard]] virtual Result<void> enter(std::size_t instance) = 0;
  /// A sample's tensors, in the graph's order, as run() takes them. Not timed.
  [[nodiscard]] virtual std::vector<Tensor> prepared(std::vector<Tensor> inputs) const = 0;
  /// Inferences of a batch, outputs in the graph's order: through the device's queue where it has one, else one after
  /// another.
  [[nodiscard]] virtual Result<std::vector<std::vector<Tensor>>> run(std::size_t instance, std::span<const std::span<const Tensor>> batch) = 0;
  /// Runs of the kernel that were under way at a time, on average while any was; none where that is not seen.
  [[nodiscard]] virtual std::optional<double> in_flight() const { return std::nullopt; }

 protected:
  RealTimeDevice() = default;
};

/// The subject's ruler. 0 instances are one, and on the CPU in Server and Offline as many as its processors hold.
/// @retval kUnavailable  no such device, or not so many processors
/// @retval kUnsupported  several instances of what one host thread drives
[[nodiscard]] Result<std::unique_ptr<RealTimeDevice>> open_real_time_device(const BenchSubject& subject);

/// A power sensor, read once a second beside the run.
struct PowerSensor {
  std::function<Result<double>()> watts;  ///< since the last call
  std::string scope;                      ///< chip, board
};
/// @retval kUnavailable  none that measures what computes here
[[nodiscard]] Result<PowerSensor> open_power_sensor(const BenchSubject& subject);

}  // namespace vernier::cli
