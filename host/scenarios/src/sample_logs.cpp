// SPDX-License-Identifier: Apache-2.0
#include "sample_logs.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <numeric>

namespace vernier::scenarios {
namespace {

std::string hexadecimal(const std::vector<std::byte>& data) {
  std::string text;
  text.reserve(2 * data.size());
  for (const std::byte b : data) fmt::format_to(std::back_inserter(text), "{:02X}", static_cast<unsigned>(b));
  return text;
}

/// Share of the responses that a performance run logs.
double log_probability(const EffectiveSettings& s) {
  if (s.requested.accuracy_log_sampling_target == 0) return s.requested.accuracy_log_probability;
  auto expected = static_cast<std::uint64_t>(s.target_qps * static_cast<double>(s.min_duration_ms) / 1000);
  std::uint64_t least = s.min_query_count * s.samples_per_query;
  if (s.scenario == Scenario::kOffline) {
    least = s.min_sample_count;
  } else {
    expected *= s.samples_per_query;
  }
  return static_cast<double>(s.requested.accuracy_log_sampling_target) / static_cast<double>(std::max(expected, least));
}

double micros(std::int64_t ns) { return static_cast<double>(ns) / 1000; }

}  // namespace

std::vector<std::uint32_t> completion_order(const Series& series) {
  const auto& done = series.completions.done_ns;
  std::vector<std::uint32_t> order(done.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return done[a] < done[b]; });
  return order;
}

bool AccuracyLog::wanted(const EffectiveSettings& s, Phase phase) {
  return phase == Phase::kAccuracy || log_probability(s) > 0;
}

void AccuracyLog::add(const EffectiveSettings& s, const QueryPlan& plan, const Series& series, Phase phase,
                      std::uint64_t first_id, std::span<const std::uint32_t> order) {
  const std::size_t generated = plan.samples.size();
  if (!wanted(s, phase)) {
    engine_.discard(2 * generated);  // one number a generated sample is drawn in any case
    return;
  }
  std::vector<double> value(generated);
  for (double& v : value) v = canonical(engine_);
  Engine offset_engine = engine_of(s.requested.accuracy_log_rng_seed);
  const double offset = canonical(offset_engine);
  const double probability = log_probability(s);
  for (const std::uint32_t i : order) {
    const double shifted = value[i] + offset < 1.0 ? value[i] + offset : value[i] + offset - 1.0;
    if (phase != Phase::kAccuracy && shifted > probability) continue;
    entry(s, first_id + i, plan.samples[i], s.requested.use_token_latencies ? series.completions.tokens[i] : 0);
  }
}

void AccuracyLog::entry(const EffectiveSettings& s, std::uint64_t id, std::uint32_t sample, std::int64_t tokens) {
  const auto data = responses_.data ? responses_.data(sample) : std::vector<std::byte>{};
  fmt::format_to(std::back_inserter(text_), "{}\n{{ \"seq_id\" : {}, \"qsl_idx\" : {}, \"data\" : \"{}\"",
                 is_first_ ? "" : ",", id, sample, hexadecimal(data));
  if (s.requested.use_token_latencies) {
    if (s.scenario != Scenario::kOffline) {
      const auto first = responses_.first_token ? responses_.first_token(sample) : std::vector<std::byte>{};
      fmt::format_to(std::back_inserter(text_), ", \"token_data\" : \"{}\"", hexadecimal(first));
    }
    fmt::format_to(std::back_inserter(text_), ", \"token_count\" : {}", tokens);
  }
  text_ += " }";
  is_first_ = false;
}

void TraceLog::add(const EffectiveSettings& s, const QueryPlan& plan, const Series& series, std::int64_t origin_ns,
                   std::uint64_t first_id, std::uint64_t first_query) {
  struct Event {
    std::int64_t time_ns = 0;
    std::uint32_t position = 0;
    bool is_first_token = false;
  };
  std::vector<Event> events;
  const bool tokens = s.requested.use_token_latencies && s.scenario != Scenario::kOffline;
  for (std::uint32_t i = 0; i < series.completions.done_ns.size(); ++i) {
    if (tokens) events.push_back({series.completions.first_token_ns[i], i, true});
    events.push_back({series.completions.done_ns[i], i, false});
  }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.time_ns < b.time_ns; });

  const auto out = std::back_inserter(text_);
  const bool counters = s.scenario == Scenario::kServer;
  for (const Event& e : events) {
    const std::size_t query = e.position / plan.samples_per_query;
    const std::int64_t scheduled = series.scheduled_ns[query];
    const std::int64_t latency = e.time_ns - scheduled;
    const double begin = micros(origin_ns + scheduled);
    if (counters) {
      fmt::format_to(out,
                     "{{\"name\":\"{}\",\"ph\": \"C\",\"pid\":0,\"ts\":{:.3f},\"args\":{{ \"issue_delay\":0,"
                     "\"issue_to_done\":{}}}}},\n",
                     e.is_first_token ? "Token_Latency" : "Latency", begin, latency);
      if (e.is_first_token) continue;
    }
    fmt::format_to(out,
                   "{{\"name\":\"{6}\",\"cat\":\"default\",\"ph\":\"b\",\"pid\":0,\"id\":{0},\"ts\":{1:.3f},\"args\":"
                   "{{\"sample_seq\":{0},\"query_seq\":{2},\"sample_idx\":{3},\"issue_start_ns\":0,\"complete_ns\":{4}}}}},\n"
                   "{{\"name\":\"{6}\",\"cat\":\"default\",\"ph\":\"e\", \"pid\":0,\"id\":{0},\"ts\":{5:.3f}}},\n",
                   first_id + e.position, begin, first_query + query, plan.samples[e.position], latency,
                   micros(origin_ns + e.time_ns), e.is_first_token ? "Token" : "Sample");
  }
}

std::string TraceLog::take() {
  return "{\"traceEvents\":[\n" + std::move(text_) +
         "{\"name\":\"LastTrace\"}\n],\n\"displayTimeUnit\":\"ns\",\n\"otherData\":{\n\"ts\":0.000,\n"
         "\"version\":\"Vernier virtual time\"\n}\n}\n";
}

}  // namespace vernier::scenarios
