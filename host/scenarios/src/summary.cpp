// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/summary.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include <vernier/core/assert.hpp>
#include <vernier/scenarios/early_stopping.hpp>
#include <vernier/scenarios/sort.hpp>

namespace vernier::scenarios {
namespace {

constexpr double kMultiStreamPercentile = 0.99;  // SingleStream also estimates it, to infer MultiStream from it

double seconds(std::int64_t ns) { return static_cast<double>(ns) / 1e9; }

std::size_t rank(std::size_t n, double percentile) { return static_cast<std::size_t>(static_cast<double>(n) * percentile); }

/// Sorts `values`. `count` may be smaller than the array: LoadGen indexes token arrays by the number of samples.
LatencyStats stats_of(std::vector<std::int64_t>& values, std::size_t count, double target) {
  LatencyStats s;
  const auto sum = static_cast<std::uint64_t>(std::accumulate(values.begin(), values.end(), std::int64_t{0}));
  s.mean = static_cast<std::int64_t>(sum / count);
  sort_latencies(values);
  s.min = values.front();
  s.max = values.back();
  s.at_target = values[rank(count, target)];
  for (std::size_t i = 0; i < kPercentiles.size(); ++i) s.percentiles[i] = values[rank(count, kPercentiles[i])];
  return s;
}

/// One finding of early stopping; `sorted` are the latencies it looks at.
struct Finding {
  bool met = true;
  std::string text;
  std::int64_t estimate_ns = 0;
  std::int64_t multi_stream_estimate_ns = 0;
};

Finding estimate(std::int64_t queries, const std::vector<std::int64_t>& sorted, double percentile) {
  Finding f;
  const std::int64_t needed = min_passing_queries(1, percentile) + 1;
  const std::int64_t over = discardable_queries(queries, percentile);
  f.met = over > 0;
  if (!f.met) {
    f.text = fmt::format(" * Only processed {} queries.\n * Need to process at least {} queries for early stopping.",
                         queries, needed);
    return f;
  }
  f.estimate_ns = sorted[static_cast<std::size_t>(queries - over)];
  f.text = fmt::format(
      " * Processed at least {} queries ({}).\n * Would discard {} highest latency queries.\n"
      " * Early stopping {:.1f}th percentile estimate: {}",
      needed, queries, over - 1, percentile * 100, f.estimate_ns);
  return f;
}

/// SingleStream's second estimate, from which MultiStream results may be inferred.
void add_multi_stream_estimate(Finding& f, std::int64_t queries, const std::vector<std::int64_t>& sorted) {
  const double percent = kMultiStreamPercentile * 100;
  const std::int64_t over = discardable_queries(queries, kMultiStreamPercentile);
  if (over == 0) {
    f.text += fmt::format(
        "\n * Not enough queries processed for {:.1f}th percentile\n"
        " early stopping estimate (would need to process at\n least {} total queries).",
        percent, min_passing_queries(1, kMultiStreamPercentile) + 1);
    return;
  }
  f.multi_stream_estimate_ns = sorted[static_cast<std::size_t>(queries - over)];
  f.text += fmt::format("\n * Early stopping {:.1f}th percentile estimate: {}", percent, f.multi_stream_estimate_ns);
}

Finding judge_bound(std::int64_t queries, const std::vector<std::int64_t>& sorted, double percentile, std::int64_t bound) {
  const std::int64_t over = sorted.end() - std::upper_bound(sorted.begin(), sorted.end(), bound);
  const std::int64_t needed = min_passing_queries(over, percentile) + over;
  if (queries >= needed) return {true, " * Run successful.", 0, 0};
  return {false,
          fmt::format(" * Run unsuccessful.\n * Processed {} queries.\n * Would need to run at least {} more queries,\n"
                      " with the run being successful if every additional\n query were under latency.",
                      queries, needed - queries),
          0, 0};
}

/// Applies early stopping to one kind of latency and keeps what LoadGen keeps.
Finding early_stopping(const EffectiveSettings& s, const Measurement& m, const std::vector<std::int64_t>& sorted,
                       std::int64_t bound_ns, Summary& out) {
  const auto queries = static_cast<std::int64_t>(m.queries_issued);
  Finding f;
  switch (s.scenario) {
    case Scenario::kSingleStream:
      f = estimate(queries, sorted, s.target_latency_percentile);
      if (!f.met) return f;
      add_multi_stream_estimate(f, queries, sorted);
      out.early_stopping_latency_ss = f.estimate_ns;
      if (f.multi_stream_estimate_ns != 0) out.early_stopping_latency_ms = f.multi_stream_estimate_ns;
      return f;
    case Scenario::kMultiStream:
      f = estimate(queries, m.query_latency_ns, s.target_latency_percentile);
      if (f.met) out.early_stopping_latency_ms = f.estimate_ns;
      return f;
    case Scenario::kServer: return judge_bound(queries, sorted, s.target_latency_percentile, bound_ns);
    case Scenario::kOffline:
    case Scenario::kMultiStreamFixed: break;
  }
  return f;
}

void apply_early_stopping(const EffectiveSettings& s, const Measurement& m, Summary& out) {
  if (!s.requested.use_token_latencies) {
    const Finding f = early_stopping(s, m, m.sample_latency_ns, s.target_latency_ns, out);
    out.early_stopping_met = f.met;
    out.early_stopping = f.text;
    return;
  }
  // time per output token first; time to first token is only looked at when that passes
  const Finding tpot =
      early_stopping(s, m, m.per_output_token_ns, static_cast<std::int64_t>(s.requested.server_tpot_latency), out);
  out.early_stopping_tpot = tpot.text;
  out.early_stopping_met = tpot.met;
  if (!tpot.met) return;
  const Finding ttft =
      early_stopping(s, m, m.first_token_ns, static_cast<std::int64_t>(s.requested.server_ttft_latency), out);
  out.early_stopping_ttft = ttft.text;
  out.early_stopping_met = ttft.met;
}

void apply_min_duration(const EffectiveSettings& s, const Measurement& m, Summary& out) {
  std::int64_t reached = m.last_issued_ns;
  out.min_duration_advice = "Decrease the expected latency so the loadgen pre-generates more queries.";
  if (s.scenario == Scenario::kOffline) {
    reached = m.max_latency_ns;
    out.min_duration_advice = "Increase expected QPS so the loadgen pre-generates a larger (coalesced) query.";
  } else if (s.scenario == Scenario::kServer) {
    reached = m.last_scheduled_ns;
    out.min_duration_advice = "Increase the target QPS so the loadgen pre-generates more queries.";
  }
  out.min_duration_met = seconds(reached) >= static_cast<double>(s.min_duration_ms) / 1000;
  if (out.min_duration_met) out.min_duration_advice.clear();
}

void apply_perf_constraints(const EffectiveSettings& s, Summary& out) {
  std::string& advice = out.perf_constraints_advice;
  if (s.scenario == Scenario::kMultiStreamFixed) {
    if (out.intervals.at_target >= 2) advice = "Reduce samples per query to improve latency.";
  } else if (s.scenario == Scenario::kServer && !s.requested.use_token_latencies) {
    if (out.sample.at_target > s.target_latency_ns) advice = "Reduce target QPS to improve latency.";
  } else if (s.scenario == Scenario::kServer) {
    if (out.first_token.at_target > static_cast<std::int64_t>(s.requested.server_ttft_latency)) {
      advice = "TTFT constrain not met: Reduce target QPS to improve latency.";  // LoadGen's spelling
    }
    if (out.per_output_token.at_target > static_cast<std::int64_t>(s.requested.server_tpot_latency)) {
      if (!advice.empty()) advice += "\n * ";
      advice += "TPOT constrain not met: Reduce target QPS to improve latency.";
    }
  }
  out.perf_constraints_met = advice.empty();
}

/// Sorts all arrays of `m` on the way.
void apply_latencies(const EffectiveSettings& s, Measurement& m, Summary& out) {
  const double target = s.target_latency_percentile;
  out.sample_count = m.sample_latency_ns.size();
  out.query_count = m.queries_issued;
  out.sample = stats_of(m.sample_latency_ns, out.sample_count, target);
  if (s.scenario == Scenario::kServer) {
    out.overlatency_count = static_cast<std::uint64_t>(
        m.sample_latency_ns.end() -
        std::upper_bound(m.sample_latency_ns.begin(), m.sample_latency_ns.end(), s.target_latency_ns));
  }
  if (s.requested.use_token_latencies) {
    out.token_count = static_cast<std::uint64_t>(std::accumulate(m.tokens.begin(), m.tokens.end(), std::int64_t{0}));
    if (!m.first_token_ns.empty()) {
      out.first_token = stats_of(m.first_token_ns, out.sample_count, target);
      out.per_output_token = stats_of(m.per_output_token_ns, out.sample_count, target);
    }
  }
  if (!m.query_latency_ns.empty()) out.query = stats_of(m.query_latency_ns, m.queries_issued, target);
  if (!m.query_intervals.empty()) out.intervals = stats_of(m.query_intervals, m.queries_issued, target);
}

void apply_token_rates(const EffectiveSettings& s, const Measurement& m, Summary& out) {
  const auto tokens = static_cast<double>(out.token_count);
  out.tokens_per_second = tokens / seconds(m.max_latency_ns);
  out.completed_tokens_per_second = tokens / seconds(m.last_done_ns);
  out.token_rate_with_overhead = tokens / seconds(m.last_issued_ns);
  out.token_rate_without_overhead = tokens / static_cast<double>(static_cast<std::uint64_t>(out.sample.mean) * out.sample_count);
  if (s.scenario == Scenario::kOffline) out.completed_tokens_per_second = 0;
  if (s.scenario != Scenario::kOffline) out.tokens_per_second = 0;
}

void apply_rates(const EffectiveSettings& s, const Measurement& m, Summary& out) {
  const auto samples = static_cast<double>(out.sample_count);
  const auto gaps = static_cast<double>(out.sample_count - 1);  // the last sample opens the interval it would close
  switch (s.scenario) {
    case Scenario::kSingleStream:
      out.qps_with_overhead = gaps / seconds(m.last_issued_ns);
      out.qps_without_overhead = 1 / seconds(out.sample.mean);
      break;
    case Scenario::kServer:
      out.scheduled_qps = gaps / seconds(m.last_scheduled_ns);
      out.completed_qps = gaps / seconds(m.last_done_ns);
      break;
    case Scenario::kOffline: out.samples_per_second = samples / seconds(m.max_latency_ns); break;
    case Scenario::kMultiStream:
    case Scenario::kMultiStreamFixed: break;
  }
  if (s.requested.use_token_latencies) apply_token_rates(s, m, out);
  if (!s.requested.infer_token_latencies) return;
  const std::uint64_t factor = s.requested.token_latency_scaling_factor;
  if (s.scenario == Scenario::kServer) {
    out.inferred_tokens_per_second = static_cast<double>((out.sample_count - 1) * factor) / seconds(m.last_done_ns);
  } else if (s.scenario == Scenario::kOffline) {
    out.inferred_tokens_per_second = static_cast<double>(out.sample_count * factor) / seconds(m.max_latency_ns);
  }
}

}  // namespace

Summary summarize(const EffectiveSettings& s, Measurement m) {
  VERNIER_ASSERT(!m.sample_latency_ns.empty(), "a series has at least one sample");
  Summary out;
  apply_latencies(s, m, out);
  apply_min_duration(s, m, out);
  out.min_queries_met = m.queries_issued >= s.min_query_count && out.sample_count >= s.min_sample_count;
  if (has_early_stopping(s.scenario)) apply_early_stopping(s, m, out);
  apply_perf_constraints(s, out);
  apply_rates(s, m, out);
  out.valid = out.min_duration_met && out.min_queries_met && out.perf_constraints_met && out.early_stopping_met;
  return out;
}

bool meets_perf_constraints(const EffectiveSettings& s, Measurement& m) {
  Summary out;
  apply_latencies(s, m, out);
  apply_perf_constraints(s, out);
  return out.perf_constraints_met;
}

std::string invalid_reason(const Summary& s) {
  std::string reason;
  if (!s.perf_constraints_met) reason += s.perf_constraints_advice + " ";
  if (!s.min_duration_met) reason += s.min_duration_advice + " ";
  if (!s.min_queries_met) reason += "The test exited early, before enough queries were issued.";
  std::replace(reason.begin(), reason.end(), '\n', ' ');
  return reason;
}

}  // namespace vernier::scenarios
