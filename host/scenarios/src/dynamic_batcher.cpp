// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/dynamic_batcher.hpp>

#include <algorithm>

#include <vernier/core/assert.hpp>

namespace vernier::scenarios {

DynamicBatcher::DynamicBatcher(BatchPolicy policy, Execute execute)
    : policy_(std::move(policy)), execute_(std::move(execute)) {
  VERNIER_ASSERT(!refuse(policy_), "the batch policy was checked");
  for (std::size_t i = 0; i < policy_.instances; ++i) instances_.emplace_back([this, i] { serve(i); });
}

DynamicBatcher::~DynamicBatcher() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& instance : instances_) instance.join();
}

void DynamicBatcher::submit(std::span<const IssuedSample> samples) {
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    for (const IssuedSample& s : samples) queue_.push_back({s, now});
  }
  // one instance can take them all, or leaves a rest and wakes the next (serve)
  changed_.notify_one();
}

bool DynamicBatcher::next_batch(std::unique_lock<std::mutex>& lock, std::vector<IssuedSample>& batch) {
  while (true) {
    if (queue_.empty()) {
      if (ending_) return false;
      changed_.wait(lock);
      continue;
    }
    const auto age = std::chrono::steady_clock::now() - queue_.front().since;
    BatchDecision decision =
        decide(policy_, queue_.size(), std::chrono::duration_cast<std::chrono::nanoseconds>(age).count());
    if (decision.take == 0 && ending_) decision.take = std::min(queue_.size(), policy_.max_batch_size);
    if (decision.take == 0) {
      changed_.wait_for(lock, std::chrono::nanoseconds(decision.wait_ns));
      continue;
    }
    batch.clear();
    for (std::size_t i = 0; i < decision.take; ++i) {
      batch.push_back(queue_.front().sample);
      queue_.pop_front();
    }
    return true;
  }
}

void DynamicBatcher::serve(std::size_t instance) {
  std::vector<IssuedSample> batch;
  std::unique_lock lock(mutex_);
  while (next_batch(lock, batch)) {
    const bool rest = !queue_.empty();
    lock.unlock();
    if (rest) changed_.notify_one();
    execute_(instance, batch);
    lock.lock();
  }
}

}  // namespace vernier::scenarios
