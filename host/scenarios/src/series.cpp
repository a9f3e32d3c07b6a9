// SPDX-License-Identifier: Apache-2.0
#include "series.hpp"

#include <algorithm>
#include <cmath>

#include <vernier/scenarios/sort.hpp>

namespace vernier::scenarios {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

/// The checks LoadGen makes after every query of a stream, in its order. Accuracy runs issue everything.
bool ends(const EffectiveSettings& s, Phase phase, std::int64_t issued_ns, Series& series) {
  if (phase == Phase::kAccuracy) return false;
  if (series.queries_issued >= s.min_query_count && issued_ns >= s.target_duration_ms * kNsPerMs) {
    series.ending = Ending::kNaturally;
  } else if (s.max_query_count != 0 && series.queries_issued >= s.max_query_count) {
    series.ending = Ending::kMaxQueries;
  } else if (s.max_duration_ms != 0 && issued_ns > s.max_duration_ms * kNsPerMs) {
    series.ending = Ending::kMaxDuration;
  }
  return series.ending != Ending::kAllIssued;
}

void append(Completions& all, const Completions& some) {
  all.done_ns.insert(all.done_ns.end(), some.done_ns.begin(), some.done_ns.end());
  all.first_token_ns.insert(all.first_token_ns.end(), some.first_token_ns.begin(), some.first_token_ns.end());
  all.tokens.insert(all.tokens.end(), some.tokens.begin(), some.tokens.end());
}

/// Each query leaves when the one before it is complete; on fixed ticks, at the next tick after that.
Series issue_stream(const EffectiveSettings& s, const QueryPlan& plan, Phase phase, const DeviceModel& model) {
  Series series;
  VirtualDevice device(model);
  Completions completions;
  std::vector<std::int64_t> arrivals(plan.samples_per_query);
  std::int64_t now = 0;
  std::int64_t tick = 0;
  for (std::size_t q = 0; q < plan.queries(); ++q) {
    if (s.scenario == Scenario::kMultiStreamFixed) {
      const std::int64_t before = tick;
      std::int64_t time = 0;
      do {
        ++tick;
        time = static_cast<std::int64_t>(static_cast<double>(tick) / s.target_qps * 1e9);
      } while (time < now);
      series.intervals.push_back(tick - before);
      now = time;
    }
    series.scheduled_ns.push_back(now);
    std::fill(arrivals.begin(), arrivals.end(), now);
    device.serve(arrivals, plan.samples_of(q), completions);
    append(series.completions, completions);
    ++series.queries_issued;
    if (ends(s, phase, series.scheduled_ns.back(), series)) break;
    now = *std::max_element(completions.done_ns.begin(), completions.done_ns.end());
  }
  return series;
}

/// How many queries a Server run issues before a limit ends it, as far as the schedule alone decides.
std::size_t server_queries(const EffectiveSettings& s, const QueryPlan& plan, Series& series) {
  std::size_t count = plan.queries();
  if (s.max_duration_ms != 0) {
    const auto late = std::upper_bound(plan.scheduled_ns.begin(), plan.scheduled_ns.end(), s.max_duration_ms * kNsPerMs);
    if (late != plan.scheduled_ns.end()) {
      count = static_cast<std::size_t>(late - plan.scheduled_ns.begin()) + 1;
      series.ending = Ending::kMaxDuration;
    }
  }
  if (s.max_query_count != 0 && s.max_query_count <= count) {
    count = s.max_query_count;
    series.ending = Ending::kMaxQueries;
  }
  return count;
}

/// First query after which more than `limit` are outstanding, or `done_ns.size()`.
std::size_t first_overload(std::span<const std::int64_t> issued_ns, std::vector<std::int64_t> done_ns, std::uint64_t limit,
                           std::uint64_t& outstanding) {
  sort_latencies(done_ns);
  std::size_t completed = 0;
  for (std::size_t i = 0; i < done_ns.size(); ++i) {
    while (completed < done_ns.size() && done_ns[completed] <= issued_ns[i]) ++completed;
    outstanding = i + 1 - completed;
    if (outstanding > limit) return i;
  }
  return done_ns.size();
}

/// Poisson arrivals do not wait for the device, and issuing takes no virtual time: every query leaves on schedule.
Series issue_server(const EffectiveSettings& s, const QueryPlan& plan, Phase phase, const DeviceModel& model) {
  Series series;
  VirtualDevice device(model);
  std::size_t count = phase == Phase::kAccuracy ? plan.queries() : server_queries(s, plan, series);
  const std::span<const std::int64_t> schedule(plan.scheduled_ns);
  device.serve(schedule.first(count), plan.samples, series.completions);
  if (phase == Phase::kPerformance && s.max_async_queries != 0) {
    const std::size_t last =
        first_overload(schedule.first(count), series.completions.done_ns, s.max_async_queries, series.outstanding);
    if (last < count) {  // serve again without the queries that are never issued: they would have shared batches
      count = last + 1;
      series.ending = Ending::kTooManyOutstanding;
      device.reset();
      device.serve(schedule.first(count), plan.samples, series.completions);
    }
  }
  series.queries_issued = count;
  series.scheduled_ns.assign(schedule.begin(), schedule.begin() + static_cast<std::ptrdiff_t>(count));
  return series;
}

Series issue_offline(const QueryPlan& plan, Phase phase, const DeviceModel& model) {
  Series series;
  VirtualDevice device(model);
  const std::vector<std::int64_t> arrivals(plan.samples_per_query, 0);
  device.serve(arrivals, plan.samples, series.completions);
  series.queries_issued = 1;
  series.scheduled_ns = {0};
  if (phase == Phase::kPerformance) series.ending = Ending::kNaturally;
  return series;
}

}  // namespace

Series issue_queries(const EffectiveSettings& s, const QueryPlan& plan, Phase phase, const DeviceModel& device) {
  if (s.scenario == Scenario::kServer) return issue_server(s, plan, phase, device);
  if (s.scenario == Scenario::kOffline) return issue_offline(plan, phase, device);
  return issue_stream(s, plan, phase, device);
}

std::int64_t active_ns(const Series& series) {
  return *std::max_element(series.completions.done_ns.begin(), series.completions.done_ns.end());
}

Measurement measurement_of(const EffectiveSettings& s, const QueryPlan& plan, const Series& series) {
  Measurement m;
  const std::size_t per_query = plan.samples_per_query;
  const Completions& c = series.completions;
  const bool first_tokens = s.requested.use_token_latencies && s.scenario != Scenario::kOffline;
  m.queries_issued = series.queries_issued;
  m.sample_latency_ns.resize(c.done_ns.size());
  for (std::size_t i = 0; i < c.done_ns.size(); ++i) {
    m.sample_latency_ns[i] = c.done_ns[i] - series.scheduled_ns[per_query == 1 ? i : i / per_query];
  }
  m.max_latency_ns = *std::max_element(m.sample_latency_ns.begin(), m.sample_latency_ns.end());
  if (s.requested.use_token_latencies) m.tokens = c.tokens;
  for (std::size_t i = 0; first_tokens && i < c.done_ns.size(); ++i) {
    m.first_token_ns.push_back(c.first_token_ns[i] - series.scheduled_ns[i / per_query]);
    m.per_output_token_ns.push_back((m.sample_latency_ns[i] - m.first_token_ns[i]) / (c.tokens[i] - 1));
  }
  m.last_scheduled_ns = plan.scheduled_ns[series.queries_issued - 1];
  m.last_issued_ns = series.scheduled_ns.back();
  m.last_done_ns = *std::max_element(c.done_ns.end() - static_cast<std::ptrdiff_t>(per_query), c.done_ns.end());

  const bool streams = s.scenario == Scenario::kMultiStream || s.scenario == Scenario::kMultiStreamFixed;
  for (std::size_t q = 0; streams && q < series.queries_issued; ++q) {
    const auto first = m.sample_latency_ns.begin() + static_cast<std::ptrdiff_t>(q * per_query);
    m.query_latency_ns.push_back(*std::max_element(first, first + static_cast<std::ptrdiff_t>(per_query)));
  }
  if (s.scenario == Scenario::kMultiStreamFixed) {
    // a query used as many ticks as passed until the next one left; for the last one its latency tells
    m.query_intervals.assign(series.intervals.begin() + 1, series.intervals.end());
    m.query_intervals.push_back(
        static_cast<std::int64_t>(std::ceil(s.target_qps * (static_cast<double>(m.query_latency_ns.back()) / 1e9))));
  }
  return m;
}

}  // namespace vernier::scenarios
