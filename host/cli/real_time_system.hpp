// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vernier/scenarios/rate_estimate.hpp>
#include <vernier/scenarios/real_time_run.hpp>

#include "loaded_model.hpp"
#include "real_time_device.hpp"

namespace vernier::cli {

/// A device behind LoadGen's callbacks. Samples are loaded when LoadGen asks for it, untimed.
class RealTimeSystem {
 public:
  RealTimeSystem(std::unique_ptr<RealTimeDevice> device, const SampleSet& samples, std::string name)
      : device_(std::move(device)), samples_(samples), name_(std::move(name)), loaded_(static_cast<std::size_t>(samples.count)) {}

  [[nodiscard]] scenarios::SampleLibrary library();

  // What tests are planned from.
  /// Seconds of one inference, the fastest of a few.
  [[nodiscard]] Result<double> fastest();
  /// Samples a second of all instances at work together, window by window until they settle.
  /// @param batch  samples that an instance runs at once
  /// @retval kInterrupted
  [[nodiscard]] Result<scenarios::RateEstimate> rate_of(std::size_t batch, std::chrono::duration<double> window);

  /// Runs a batch and completes it as a whole.
  void execute(std::size_t instance, std::span<const scenarios::IssuedSample> batch);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::size_t instances() const { return device_->instances(); }
  [[nodiscard]] std::optional<double> in_flight() const { return device_->in_flight(); }
  [[nodiscard]] std::uint64_t done() const { return done_.load(std::memory_order_relaxed); }
  /// LoadGen's callbacks return nothing: the first error waits here until the test is over.
  [[nodiscard]] std::optional<Error> error();

 private:
  void load(std::span<const std::size_t> indices);
  void keep(const Error& error);

  std::unique_ptr<RealTimeDevice> device_;
  const SampleSet& samples_;
  std::string name_;
  std::vector<std::vector<Tensor>> loaded_;
  std::atomic<std::uint64_t> done_ = 0;
  std::mutex mutex_;
  std::optional<Error> error_;
};

}  // namespace vernier::cli
