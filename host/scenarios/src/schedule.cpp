// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/schedule.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include <vernier/scenarios/random.hpp>

namespace vernier::scenarios {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

bool streams_blocks(const EffectiveSettings& s) {
  return s.scenario == Scenario::kMultiStream || s.scenario == Scenario::kMultiStreamFixed;
}

/// 0, stride, 2 * stride, ... below `end`, in random order: each is taken once.
std::vector<std::uint32_t> shuffled_starts(std::size_t end, std::size_t stride, Engine& engine) {
  std::vector<std::uint32_t> starts;
  for (std::size_t i = 0; i < end; i += stride) starts.push_back(static_cast<std::uint32_t>(i));
  shuffle(starts, engine);
  return starts;
}

/// Draws positions in the loaded set. The constructor consumes the engine as LoadGen's distributions do when they are
/// made, whether or not they are used later: that is what makes the orders of different modes comparable.
class PositionSource {
 public:
  PositionSource(const EffectiveSettings& s, const SampleSet& set, Phase phase, std::uint64_t min_queries, Engine& engine)
      : settings_(s), end_(static_cast<std::uint32_t>(set.distribution_end)), engine_(engine) {
    const std::size_t stride = streams_blocks(s) ? s.samples_per_query : 1;
    if (phase == Phase::kAccuracy) once_ = shuffled_starts(end_, stride, engine);
    unique_ = shuffled_starts(end_, stride, engine);
    if (s.scenario == Scenario::kMultiStreamFixed) return;  // the rounds that had it knew no equal issue
    std::vector<std::uint32_t> permutation(set.samples.size());
    std::iota(permutation.begin(), permutation.end(), 0u);
    for (std::uint64_t done = 0; done < min_queries; done += permutation.size()) {
      shuffle(permutation, engine);
      if (s.requested.sample_concatenate_permutation) equal_.insert(equal_.end(), permutation.begin(), permutation.end());
    }
  }

  std::uint32_t next() {
    if (settings_.requested.performance_issue_unique) return unique_[at_++];
    if (settings_.requested.performance_issue_same) {
      return static_cast<std::uint32_t>(settings_.requested.performance_issue_same_index);
    }
    if (settings_.requested.sample_concatenate_permutation && !streams_blocks(settings_)) {
      return equal_[at_++ % equal_.size()];
    }
    return once_.empty() ? uniform_below(engine_, end_) : once_[at_++];
  }

 private:
  const EffectiveSettings& settings_;
  std::uint32_t end_;
  Engine& engine_;
  std::vector<std::uint32_t> once_, unique_, equal_;
  std::size_t at_ = 0;
};

/// One Offline query: the loaded set over and over, cut off at the wanted size.
void fill_offline(const EffectiveSettings& s, const SampleSet& set, Engine& engine, QueryPlan& plan) {
  const std::size_t wanted = plan.samples_per_query;
  if (s.requested.performance_issue_same) {
    plan.samples.assign(wanted, set.samples[s.requested.performance_issue_same_index]);
    return;
  }
  plan.samples.reserve(wanted);
  const std::size_t loaded = set.samples.size();
  for (std::size_t repeat = 0; repeat < wanted / loaded; ++repeat) {
    plan.samples.insert(plan.samples.end(), set.samples.begin(), set.samples.end());
    if (s.requested.sample_concatenate_permutation) shuffle(plan.samples, repeat * loaded, (repeat + 1) * loaded, engine);
  }
  plan.samples.insert(plan.samples.end(), set.samples.begin(),
                      set.samples.begin() + static_cast<std::ptrdiff_t>(wanted % loaded));
}

struct Extent {
  std::uint64_t min_queries = 0;
  std::int64_t duration_ns = 0;
};

/// How long queries are generated. Streams get twice the time, in case the device is faster than expected.
Extent extent_of(const EffectiveSettings& s, const SampleSet& set, Phase phase, std::uint64_t samples_per_query) {
  if (phase == Phase::kAccuracy || s.requested.performance_issue_unique) {
    return {set.samples.size() / samples_per_query, 0};
  }
  const bool once = s.scenario == Scenario::kServer || s.scenario == Scenario::kMultiStreamFixed;
  return {s.min_query_count, (once ? 1 : 2) * s.target_duration_ms * kNsPerMs};
}

std::int64_t nanoseconds(double seconds) { return static_cast<std::int64_t>(seconds * 1e9); }

}  // namespace

std::vector<SampleSet> sample_sets(const EffectiveSettings& s, LibrarySize library, Phase phase) {
  std::uint64_t count = phase == Phase::kAccuracy ? s.accuracy_sample_count : s.performance_sample_count;
  if (s.scenario == Scenario::kMultiStreamFixed) count = library.total;
  std::vector<std::uint32_t> order(std::min(count, library.total));
  std::iota(order.begin(), order.end(), 0u);
  Engine engine = engine_of(s.requested.qsl_rng_seed);
  shuffle(order, engine);

  const std::size_t size = s.performance_sample_count;
  const std::size_t padding = streams_blocks(s) ? s.samples_per_query - 1 : 0;
  std::vector<SampleSet> sets;
  for (std::size_t first = 0; first < order.size(); first += size) {
    const std::size_t last = std::min(first + size, order.size());
    SampleSet set;
    set.samples.reserve(last - first + padding);
    set.samples.assign(order.begin() + static_cast<std::ptrdiff_t>(first), order.begin() + static_cast<std::ptrdiff_t>(last));
    set.distribution_end = set.samples.size();
    for (std::size_t i = 0; i < padding; ++i) set.samples.push_back(set.samples[i]);
    sets.push_back(std::move(set));
  }
  return sets;
}

Result<QueryPlan> plan_queries(const EffectiveSettings& s, const SampleSet& set, Phase phase) {
  QueryPlan plan;
  const bool offline = s.scenario == Scenario::kOffline;
  plan.samples_per_query = offline && phase == Phase::kAccuracy ? set.distribution_end : s.samples_per_query;
  auto [min_queries, duration_ns] = extent_of(s, set, phase, plan.samples_per_query);

  Engine sample_engine = engine_of(s.requested.sample_index_rng_seed);
  Engine schedule_engine = engine_of(s.requested.schedule_rng_seed);
  PositionSource positions(s, set, phase, min_queries, sample_engine);

  const bool equal_issue = s.requested.sample_concatenate_permutation;
  const std::size_t loaded = set.samples.size();
  const auto padded = [&](std::uint64_t n) { return n % loaded == 0 ? n : n + loaded - n % loaded; };
  if (phase == Phase::kPerformance && equal_issue) {
    (offline ? plan.samples_per_query : min_queries) = padded(offline ? plan.samples_per_query : min_queries);
  }

  const auto too_many = [&](double queries) -> bool {
    return queries * static_cast<double>(plan.samples_per_query) > static_cast<double>(kMaxPlannedSamples);
  };
  const double expected =
      std::max(static_cast<double>(min_queries), static_cast<double>(duration_ns) * 1e-9 * s.target_qps);
  if (too_many(expected)) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("about {:.3g} samples to issue; at most {} are planned in one run", 
                            expected * static_cast<double>(plan.samples_per_query), kMaxPlannedSamples),
                "min_duration, target_qps");
  }
  plan.scheduled_ns.reserve(static_cast<std::size_t>(expected * 1.01) + 16);
  if (!offline) plan.samples.reserve(plan.scheduled_ns.capacity() * plan.samples_per_query);

  const std::int64_t period = nanoseconds(1.0 / s.target_qps);
  std::int64_t time = 0;
  for (std::int64_t previous = 0; previous < duration_ns || plan.queries() < min_queries;) {
    if (offline) {
      fill_offline(s, set, sample_engine, plan);
    } else if (streams_blocks(s)) {
      const std::size_t first = positions.next();
      for (std::size_t i = 0; i < plan.samples_per_query; ++i) plan.samples.push_back(set.samples[first + i]);
    } else {
      plan.samples.push_back(set.samples[positions.next()]);
    }
    plan.scheduled_ns.push_back(time);
    previous = time;
    time += s.scenario == Scenario::kServer ? nanoseconds(exponential(schedule_engine, s.target_qps)) : period;
    if (equal_issue && plan.queries() >= min_queries && previous < duration_ns && !offline) min_queries += loaded;
  }
  plan.duration_ns = time;
  return plan;
}

}  // namespace vernier::scenarios
