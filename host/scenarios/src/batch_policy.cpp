// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/batch_policy.hpp>

#include <algorithm>
#include <fmt/format.h>

#include <vernier/core/assert.hpp>

namespace vernier::scenarios {

std::optional<Error> refuse(const BatchPolicy& policy) {
  const auto bad = [](std::string what, std::string where) {
    return Error{ErrorCode::kInvalidInput, std::move(what), std::move(where)};
  };
  if (policy.max_batch_size < 1) return bad("0; at least 1 is needed", "max_batch_size");
  if (policy.instances < 1 || policy.instances > 4096) {
    return bad(fmt::format("{}; 1 to 4096 are allowed", policy.instances), "instances");
  }
  if (policy.max_queue_delay_ns < 0) return bad("a negative delay", "max_queue_delay");
  for (const std::size_t size : policy.preferred_batch_sizes) {
    if (size < 1 || size > policy.max_batch_size) {
      return bad(fmt::format("{}; 1 to max_batch_size {} are allowed", size, policy.max_batch_size), "preferred_batch_size");
    }
  }
  return std::nullopt;
}

BatchDecision decide(const BatchPolicy& policy, std::size_t waiting, std::int64_t oldest_age_ns) {
  VERNIER_ASSERT(waiting > 0, "a decision needs a waiting sample");
  const std::size_t fits = std::min(waiting, policy.max_batch_size);
  const std::int64_t delay = policy.max_queue_delay_ns;
  const bool exceeded = delay != 0 && oldest_age_ns >= delay;

  std::size_t preferred = 0;          // largest that can be formed now
  std::size_t largest_preferred = 0;  // of all
  for (const std::size_t size : policy.preferred_batch_sizes) {
    largest_preferred = std::max(largest_preferred, size);
    if (size <= fits) preferred = std::max(preferred, size);
  }
  if (policy.preferred_batch_sizes.empty()) {
    largest_preferred = policy.max_batch_size;
    preferred = fits == policy.max_batch_size ? fits : 0;
  }
  if (preferred != 0 && !exceeded) return {preferred, 0};
  if (waiting > policy.max_batch_size || fits >= largest_preferred || exceeded || delay == 0) return {fits, 0};
  return {0, delay - oldest_age_ns};
}

}  // namespace vernier::scenarios
