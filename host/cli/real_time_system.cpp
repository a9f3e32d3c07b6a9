// SPDX-License-Identifier: Apache-2.0
#include "real_time_system.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <thread>

#include <vernier/core/interrupt.hpp>

namespace vernier::cli {
namespace {

using scenarios::IssuedSample;
using Clock = std::chrono::steady_clock;

constexpr std::array<std::size_t, 1> kFirst{0};

}  // namespace

scenarios::SampleLibrary RealTimeSystem::library() {
  const auto count = static_cast<std::uint64_t>(samples_.count);
  return {samples_.origin, {count, count}, [this](auto indices) { load(indices); },
          [this](auto indices) { for (const auto i : indices) loaded_[i].clear(); }};
}

Result<double> RealTimeSystem::fastest() {
  constexpr std::size_t kMost = 21;
  constexpr double kEnough = 0.5;
  load(kFirst);
  if (const auto failed = error()) return tl::unexpected<Error>(*failed);
  const std::span<const Tensor> inputs(loaded_[0]);
  if (auto warm = device_->run(0, std::span(&inputs, 1)); !warm) return forward_error(warm);
  double least = std::numeric_limits<double>::infinity(), all = 0;
  for (std::size_t i = 0; i < kMost && all < kEnough; ++i) {
    const auto begin = Clock::now();
    if (auto ran = device_->run(0, std::span(&inputs, 1)); !ran) return forward_error(ran);
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    least = std::min(least, seconds);
    all += seconds;
  }
  loaded_[0].clear();
  return least;
}

Result<scenarios::RateEstimate> RealTimeSystem::rate_of(std::size_t batch, std::chrono::duration<double> window) {
  constexpr std::chrono::seconds kLongest(10);
  load(kFirst);
  if (const auto failed = error()) return tl::unexpected<Error>(*failed);
  std::atomic<std::uint64_t> done = 0;
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < instances(); ++i) {
    threads.emplace_back([&, i] {
      if (auto ok = device_->enter(i); !ok) keep(ok.error());
      const std::vector<std::span<const Tensor>> inputs(batch, loaded_[0]);
      while (!over) {
        if (const auto ran = device_->run(i, inputs); !ran) return keep(ran.error());
        done.fetch_add(batch, std::memory_order_relaxed);
      }
    });
  }
  scenarios::RateEstimate rate;
  const auto start = Clock::now();
  while (!rate.over() && !interrupted() && !error()) {
    if (rate.windows() >= scenarios::RateEstimate::kAgree && Clock::now() - start > kLongest) break;
    const auto begin = Clock::now();
    const auto before = done.load();
    std::this_thread::sleep_for(window);
    rate.add(static_cast<double>(done - before) / std::chrono::duration<double>(Clock::now() - begin).count());
  }
  over = true;
  for (auto& thread : threads) thread.join();
  loaded_[0].clear();
  if (const auto failed = error()) return tl::unexpected<Error>(*failed);
  if (interrupted()) return fail(ErrorCode::kInterrupted, "interrupted while its rate was read", name_);
  return rate;
}

void RealTimeSystem::execute(std::size_t instance, std::span<const IssuedSample> batch) {
  thread_local const RealTimeSystem* entered = nullptr;
  if (entered != this) {
    if (auto ok = device_->enter(instance); !ok) keep(ok.error());
    entered = this;
  }
  thread_local std::vector<std::span<const Tensor>> inputs;
  thread_local std::vector<scenarios::Response> responses;
  inputs.clear();
  responses.clear();
  for (const auto& sample : batch) inputs.emplace_back(loaded_[sample.index]);
  const auto outputs = device_->run(instance, inputs);
  if (!outputs) keep(outputs.error());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    responses.push_back({batch[i].id, outputs && !(*outputs)[i].empty() ? (*outputs)[i][0].bytes() : std::span<const std::byte>(), 0});
  }
  scenarios::complete(responses);
  done_.fetch_add(batch.size(), std::memory_order_relaxed);
}

std::optional<Error> RealTimeSystem::error() {
  const std::lock_guard lock(mutex_);
  return error_;
}

void RealTimeSystem::load(std::span<const std::size_t> indices) {
  for (const auto i : indices) {
    auto inputs = samples_.inputs(static_cast<std::int64_t>(i));
    if (inputs) loaded_[i] = device_->prepared(std::move(*inputs));
    else keep(inputs.error());
  }
}

void RealTimeSystem::keep(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = error;
}

}  // namespace vernier::cli
