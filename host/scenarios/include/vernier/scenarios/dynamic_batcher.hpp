// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include <vernier/scenarios/batch_policy.hpp>
#include <vernier/scenarios/real_time_run.hpp>

namespace vernier::scenarios {

/// The batcher of real time: a queue between LoadGen and a device, and one thread an instance. The policy decides as it
/// does in virtual time; the policy must not be refused.
class DynamicBatcher {
 public:
  /// Runs one batch and completes its samples; called from the instance's thread.
  using Execute = std::function<void(std::size_t instance, std::span<const IssuedSample> batch)>;

  DynamicBatcher(BatchPolicy policy, Execute execute);
  /// Runs what still waits, without delay, then ends.
  ~DynamicBatcher();
  DynamicBatcher(const DynamicBatcher&) = delete;
  DynamicBatcher& operator=(const DynamicBatcher&) = delete;

  /// Queues samples and returns at once. Any thread.
  void submit(std::span<const IssuedSample> samples);

 private:
  struct Waiting {
    IssuedSample sample;
    std::chrono::steady_clock::time_point since;
  };
  void serve(std::size_t instance);
  /// Moves the next batch out of the queue, or waits; false when it is time to end.
  bool next_batch(std::unique_lock<std::mutex>& lock, std::vector<IssuedSample>& batch);

  BatchPolicy policy_;
  Execute execute_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> queue_;
  bool ending_ = false;
  std::vector<std::thread> instances_;
};

}  // namespace vernier::scenarios
