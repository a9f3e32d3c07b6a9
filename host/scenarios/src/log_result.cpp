// SPDX-License-Identifier: Apache-2.0
// result_* lines of the detail log.
#include <algorithm>
#include <fmt/format.h>

#include <vernier/scenarios/log_files.hpp>

namespace vernier::scenarios {
namespace {

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// `pattern` has one place for the percentile: "50.00", ..., "99.90".
void append_percentiles(DetailLog& d, fmt::format_string<std::string> pattern, const LatencyStats& stats) {
  for (std::size_t i = 0; i < kPercentiles.size(); ++i) {
    d.integer(fmt::format(pattern, fmt::format("{:.2f}", kPercentiles[i] * 100)), stats.percentiles[i]);
  }
}

void append_verdict(DetailLog& d, const Summary& r, const EffectiveSettings& s) {
  d.text("result_validity", r.valid ? "VALID" : "INVALID");
  if (has_perf_constraints(s.scenario)) d.flag("result_perf_constraints_met", r.perf_constraints_met);
  d.flag("result_min_duration_met", r.min_duration_met);
  d.flag("result_min_queries_met", r.min_queries_met);
  d.flag("early_stopping_met", r.early_stopping_met);
  if (!r.valid) d.text("result_invalid_reason", invalid_reason(r));
  if (!s.requested.use_token_latencies) {
    d.text("early_stopping_result", one_line(r.early_stopping));
  } else {
    d.text("early_stopping_ttft_result", one_line(r.early_stopping_ttft));
    d.text("early_stopping_tpot_result", one_line(r.early_stopping_tpot));
  }
  d.integer("result_query_count", r.query_count);
  if (s.scenario == Scenario::kServer) d.integer("result_overlatency_query_count", r.overlatency_count);
}

void append_query_latencies(DetailLog& d, const Summary& r) {
  d.integer("result_min_query_latency_ns", r.query.min);
  d.integer("result_max_query_latency_ns", r.query.max);
  d.integer("result_mean_query_latency_ns", r.query.mean);
  append_percentiles(d, "result_{}_percentile_per_query_latency_ns", r.query);
}

void append_rates(DetailLog& d, const Summary& r, const EffectiveSettings& s) {
  switch (s.scenario) {
    case Scenario::kSingleStream:
      d.decimal("result_qps_with_loadgen_overhead", r.qps_with_overhead);
      d.decimal("result_qps_without_loadgen_overhead", r.qps_without_overhead);
      d.integer("early_stopping_latency_ss", r.early_stopping_latency_ss);
      d.integer("early_stopping_latency_ms", r.early_stopping_latency_ms);
      break;
    case Scenario::kMultiStream:
      append_query_latencies(d, r);
      d.integer("early_stopping_latency_ms", r.early_stopping_latency_ms);
      break;
    case Scenario::kMultiStreamFixed:
      append_query_latencies(d, r);
      append_percentiles(d, "result_{}_percentile_query_intervals", r.intervals);
      break;
    case Scenario::kServer:
      d.decimal("result_scheduled_samples_per_sec", r.scheduled_qps);
      d.decimal("result_completed_samples_per_sec", r.completed_qps);
      break;
    case Scenario::kOffline: d.decimal("result_samples_per_second", r.samples_per_second); break;
  }
  d.integer("result_min_latency_ns", r.sample.min);
  d.integer("result_max_latency_ns", r.sample.max);
  d.integer("result_mean_latency_ns", r.sample.mean);
  append_percentiles(d, "result_{}_percentile_latency_ns", r.sample);
}

void append_tokens(DetailLog& d, const Summary& r, const EffectiveSettings& s) {
  if (s.scenario == Scenario::kOffline) {
    d.decimal("result_tokens_per_second", r.tokens_per_second);
    return;
  }
  d.integer("result_first_token_min_latency_ns", r.first_token.min);
  d.integer("result_first_token_max_latency_ns", r.first_token.max);
  d.integer("result_first_token_mean_latency_ns", r.first_token.mean);
  append_percentiles(d, "result_first_token_{}_percentile_latency_ns", r.first_token);
  d.decimal("result_token_throughput_with_loadgen_overhead", r.token_rate_with_overhead);
  d.decimal("result_token_throughput", r.token_rate_without_overhead);
  append_percentiles(d, "result_time_per_output_token_{}_percentile_ns", r.per_output_token);
  d.integer("result_time_to_output_token_min", r.per_output_token.min);
  d.integer("result_time_to_output_token_max", r.per_output_token.max);
  d.integer("result_time_to_output_token_mean", r.per_output_token.mean);
  d.decimal("result_completed_tokens_per_second", r.completed_tokens_per_second);
}

}  // namespace

void append_result(DetailLog& d, const Summary& r, const EffectiveSettings& s) {
  append_verdict(d, r, s);
  append_rates(d, r, s);
  if (s.requested.use_token_latencies) append_tokens(d, r, s);
  if (s.requested.infer_token_latencies) {
    if (s.scenario == Scenario::kServer) {
      d.decimal("result_inferred_completed_tokens_per_second", r.inferred_tokens_per_second);
    } else if (s.scenario == Scenario::kOffline) {
      d.decimal("result_inferred_tokens_per_second", r.inferred_tokens_per_second);
    }
  }
  d.integer("num_errors", d.errors());
}

}  // namespace vernier::scenarios
