// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::scenarios {

/// How samples are gathered into batches in front of the device: Triton's dynamic batcher (model_configuration.md,
/// dynamic_batching and instance_group). The default passes samples one by one to one instance.
struct BatchPolicy {
  std::size_t max_batch_size = 1;
  std::vector<std::size_t> preferred_batch_sizes;  ///< none means max_batch_size; each <= max_batch_size
  std::int64_t max_queue_delay_ns = 0;             ///< 0: never wait for more
  std::size_t instances = 1;                       ///< each runs one batch at a time
};

[[nodiscard]] std::optional<Error> refuse(const BatchPolicy& policy);

/// What a free instance does with the samples that wait.
struct BatchDecision {
  std::size_t take = 0;        ///< so many from the front, or
  std::int64_t wait_ns = 0;    ///< 0 taken: look again after this time, or when a sample arrives
};

/// The largest preferred size that the waiting samples can form goes at once. Without one, a batch that cannot grow
/// goes too; otherwise the oldest sample waits for up to the delay, and once it is exceeded all that fit go together.
/// @param waiting        samples in the queue, >= 1
/// @param oldest_age_ns  how long the first of them has waited
/// @par Source  triton-inference-server/core dynamic_batch_scheduler.cc, GetDynamicBatch, for requests of one sample
[[nodiscard]] BatchDecision decide(const BatchPolicy& policy, std::size_t waiting, std::int64_t oldest_age_ns);

}  // namespace vernier::scenarios
