// SPDX-License-Identifier: Apache-2.0
// Dynamic batching in real time: LoadGen's Server load through the queue to instances that take their time. What our
// engine's policy makes of the stamps of arrivals and ends must be the batches that ran.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "harness.hpp"
#include "replay.hpp"

using namespace vernier;
using namespace vernier::conformance;
using namespace vernier::scenarios;

namespace {

/// What the batches of some runs have shown, so that a test can say that each case happened.
struct Seen {
  int at_a_preferred_size = 0;  ///< before the oldest sample was due
  int at_the_delay = 0;         ///< of a size that would have waited
  std::size_t instances = 0;
  std::vector<std::int64_t> late_ns;  ///< of these: from the moment the policy would take a batch to its begin
};

bool is_preferred(const BatchPolicy& policy, std::size_t size) {
  const auto& sizes = policy.preferred_batch_sizes;
  return sizes.empty() ? size == policy.max_batch_size : std::ranges::find(sizes, size) != sizes.end();
}

/// Whether the policy takes `size` samples at a moment between `from` and `to`, when those from place `head` on wait.
/// A thread can be woken late, so the moment is not known; which samples had come by then and how old they were is.
bool is_taken(const Replay& replay, std::size_t head, std::size_t size, std::int64_t from, std::int64_t to) {
  const auto& queue = replay.submitted;
  for (std::size_t waiting = size; head + waiting <= queue.size(); ++waiting) {
    const std::int64_t first = std::max(from, queue[head + waiting - 1].before_ns);
    const std::int64_t last = head + waiting == queue.size() ? to : std::min(to, queue[head + waiting].after_ns);
    if (first > to) return false;
    if (first > last) continue;
    for (const std::int64_t age : {first - queue[head].after_ns, last - queue[head].before_ns}) {
      if (decide(replay.policy, waiting, std::max<std::int64_t>(age, 0)).take == size) return true;
    }
  }
  return false;
}

/// The first moment from `from` on at which the policy takes anything.
std::int64_t due(const Replay& replay, std::size_t head, std::int64_t from) {
  const auto& queue = replay.submitted;
  std::int64_t now = std::max(from, queue[head].after_ns);
  std::size_t end = head;
  while (true) {
    while (end < queue.size() && queue[end].after_ns <= now) ++end;
    const BatchDecision decision = decide(replay.policy, end - head, now - queue[head].after_ns);
    if (decision.take > 0) return now;
    now += decision.wait_ns;
    if (end < queue.size()) now = std::min(now, queue[end].after_ns);
  }
}

void check_batches(const Replay& replay, Seen& seen) {
  auto batches = replay.batches;
  std::ranges::sort(batches, {}, [](const RanBatch& b) { return b.places.front(); });
  std::vector<std::int64_t> free_ns(replay.policy.instances, 0);
  std::vector<bool> used(replay.policy.instances, false);
  std::int64_t taken_ns = 0;  // the batch before cannot have been taken earlier
  std::int64_t due_ns = 0;
  std::size_t head = 0;
  for (const RanBatch& batch : batches) {
    const std::size_t size = batch.places.size();
    CAPTURE(head, size, batch.instance);
    for (std::size_t i = 0; i < size; ++i) REQUIRE(batch.places[i] == head + i);  // first come, first served
    taken_ns = std::max({taken_ns, free_ns[batch.instance], replay.submitted[head].before_ns});
    REQUIRE(is_taken(replay, head, size, taken_ns, batch.begin_ns));
    due_ns = due(replay, head, std::max(due_ns, *std::ranges::min_element(free_ns)));
    const bool before_due = batch.begin_ns - replay.submitted[head].before_ns < replay.policy.max_queue_delay_ns;
    seen.at_a_preferred_size += is_preferred(replay.policy, size) && before_due ? 1 : 0;
    if (!is_preferred(replay.policy, size)) {
      ++seen.at_the_delay;
      seen.late_ns.push_back(batch.begin_ns - due_ns);
    }
    free_ns[batch.instance] = batch.end_ns;
    used[batch.instance] = true;
    head += size;
  }
  REQUIRE(head == replay.submitted.size());
  seen.instances = std::max(seen.instances, static_cast<std::size_t>(std::ranges::count(used, true)));
}

}  // namespace

TEST_CASE("Batches of real LoadGen Server runs are those that the engine's policy forms from their stamps and the results are LoadGen's", "[conformance]") {
  std::mt19937 engine(12);
  const auto between = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine); };
  const std::vector<std::vector<std::size_t>> preferred{{4}, {2, 6}, {3, 8}, {}};
  Seen seen;
  int valid = 0, invalid = 0;
  for (int i = 0; i < 12; ++i) {
    Replay replay;
    replay.library = {300, 100};
    replay.output = {scratch_folder("batches"), "mlperf_log_", "", true};
    replay.busy_us = between(800, 2500);
    replay.policy = {8, preferred[static_cast<std::size_t>(i) % preferred.size()], between(15, 30) * 1'000'000, 2};
    Settings& s = replay.settings;
    s.scenario = Scenario::kServer;
    s.min_duration_ms = 0;
    s.min_query_count = static_cast<std::uint64_t>(between(480, 600));
    s.server_target_qps = between(3, 6) * 200.0;
    s.server_target_latency_ns = i % 2 == 0 ? 2'000'000'000 : 2'000'000;
    s.sample_index_rng_seed = engine();
    s.schedule_rng_seed = engine();
    CAPTURE(i, s.server_target_qps, replay.policy.max_queue_delay_ns, replay.policy.preferred_batch_sizes);
    run_for_real(replay);
    check_replayed(replay);
    check_batches(replay, seen);
    ++(replay.result.summary.valid ? valid : invalid);
  }
  CHECK(seen.at_a_preferred_size >= 1);
  CHECK(seen.at_the_delay >= 1);
  CHECK(seen.instances == 2);
  CHECK(valid >= 1);
  CHECK(invalid >= 1);
  // a batcher that waits longer than it is told to would show here, a busy machine in single batches only
  std::ranges::nth_element(seen.late_ns, seen.late_ns.begin() + static_cast<std::ptrdiff_t>(seen.late_ns.size() / 2));
  CHECK(seen.late_ns[seen.late_ns.size() / 2] < 7'000'000);
}
