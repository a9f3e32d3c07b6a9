// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/virtual_device.hpp>

#include <algorithm>
#include <fmt/format.h>

#include <vernier/core/assert.hpp>

namespace vernier::scenarios {

std::optional<Error> refuse(const DeviceModel& model) {
  if (auto bad = refuse(model.batching)) return bad;
  std::size_t most = model.service.max_batch();
  if (model.tokens) {
    most = std::min(model.tokens->first.max_batch(), model.tokens->per_token.max_batch());
    if (!model.tokens->count) return Error{ErrorCode::kInvalidInput, "no token counts", "token service"};
  }
  if (model.batching.max_batch_size <= most) return std::nullopt;
  return Error{ErrorCode::kInvalidInput,
               fmt::format("{}; service times are known up to batch {}", model.batching.max_batch_size, most),
               "max_batch_size"};
}

VirtualDevice::VirtualDevice(const DeviceModel& model) : model_(model) { reset(); }

void VirtualDevice::reset() {
  free_ns_.assign(model_.batching.instances, 0);
  batches_ = 0;
}

/// One instance without batching is the common case, and the one that is simulated by the hundred million.
void VirtualDevice::serve_one_by_one(std::span<const std::int64_t> arrival_ns, std::vector<std::int64_t>& done_ns) {
  const std::int64_t latency = model_.service.latency_ns(1);
  const std::int64_t interval = model_.service.interval_ns(1);
  std::int64_t free = free_ns_[0];
  for (std::size_t i = 0; i < arrival_ns.size(); ++i) {
    const std::int64_t start = std::max(arrival_ns[i], free);
    done_ns[i] = start + latency;
    free = start + interval;
  }
  free_ns_[0] = free;
  batches_ += arrival_ns.size();
}

void VirtualDevice::dispatch(std::size_t instance, std::int64_t start_ns, std::size_t first, std::size_t count,
                             std::span<const std::uint32_t> samples, Completions& out) {
  ++batches_;
  if (!model_.tokens) {
    std::fill_n(out.done_ns.begin() + static_cast<std::ptrdiff_t>(first), count, start_ns + model_.service.latency_ns(count));
    free_ns_[instance] = start_ns + model_.service.interval_ns(count);
    return;
  }
  const std::int64_t first_token = start_ns + model_.tokens->first.latency_ns(count);
  const std::int64_t per_token = model_.tokens->per_token.latency_ns(count);
  std::int64_t last = start_ns;
  for (std::size_t i = first; i < first + count; ++i) {
    out.tokens[i] = model_.tokens->count(samples[i]);
    VERNIER_ASSERT(out.tokens[i] >= 2, "an answer has at least two tokens");
    out.first_token_ns[i] = first_token;
    out.done_ns[i] = first_token + (out.tokens[i] - 1) * per_token;
    last = std::max(last, out.done_ns[i]);
  }
  free_ns_[instance] = last;
}

void VirtualDevice::serve(std::span<const std::int64_t> arrival_ns, std::span<const std::uint32_t> samples,
                          Completions& out) {
  const std::size_t n = arrival_ns.size();
  out.done_ns.resize(n);
  if (model_.tokens) {
    out.first_token_ns.resize(n);
    out.tokens.resize(n);
  } else if (model_.batching.max_batch_size == 1 && model_.batching.instances == 1) {
    serve_one_by_one(arrival_ns, out.done_ns);
    return;
  }
  std::size_t head = 0;  // first that waits
  std::size_t tail = 0;  // first that has not arrived
  std::int64_t now = 0;
  while (head < n) {
    const auto instance = std::min_element(free_ns_.begin(), free_ns_.end());
    now = std::max({now, *instance, arrival_ns[head]});
    while (tail < n && arrival_ns[tail] <= now) ++tail;
    const BatchDecision decision = decide(model_.batching, tail - head, now - arrival_ns[head]);
    if (decision.take == 0) {
      now += decision.wait_ns;
      if (tail < n) now = std::min(now, arrival_ns[tail]);
      continue;
    }
    dispatch(static_cast<std::size_t>(instance - free_ns_.begin()), now, head, decision.take, samples, out);
    head += decision.take;
  }
}

}  // namespace vernier::scenarios
