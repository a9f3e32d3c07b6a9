// SPDX-License-Identifier: Apache-2.0
// requested_* and effective_* lines of the detail log.
#include <vernier/scenarios/log_files.hpp>

namespace vernier::scenarios {
namespace {

void append_requested_scenario(DetailLog& d, const Settings& s) {
  switch (s.scenario) {
    case Scenario::kSingleStream:
      d.decimal("requested_single_stream_expected_latency_ns", s.single_stream_expected_latency_ns);
      d.decimal("requested_single_stream_target_latency_percentile", s.single_stream_target_latency_percentile);
      break;
    case Scenario::kMultiStream:
      d.decimal("requested_multi_stream_expected_latency_ns", s.multi_stream_expected_latency_ns);
      d.decimal("requested_multi_stream_target_latency_percentile", s.multi_stream_target_latency_percentile);
      d.integer("requested_multi_stream_samples_per_query", s.multi_stream_samples_per_query);
      break;
    case Scenario::kMultiStreamFixed:
      d.decimal("requested_multi_stream_target_qps", s.multi_stream_fixed_qps);
      d.integer("requested_multi_stream_target_latency_ns", s.multi_stream_fixed_latency_ns);
      d.decimal("requested_multi_stream_target_latency_percentile", s.multi_stream_target_latency_percentile);
      d.integer("requested_multi_stream_samples_per_query", s.multi_stream_samples_per_query);
      break;
    case Scenario::kServer:
      d.decimal("requested_server_target_qps", s.server_target_qps);
      d.integer("requested_server_target_latency_ns", s.server_target_latency_ns);
      d.decimal("requested_server_target_latency_percentile", s.server_target_latency_percentile);
      d.flag("requested_server_coalesce_queries", s.server_coalesce_queries);
      d.integer("requested_server_find_peak_qps_decimals_of_precision", s.server_find_peak_qps_decimals_of_precision);
      d.decimal("requested_server_find_peak_qps_boundary_step_size", s.server_find_peak_qps_boundary_step_size);
      d.integer("requested_server_max_async_queries", s.server_max_async_queries);
      d.integer("requested_server_num_issue_query_threads", s.server_num_issue_query_threads);
      break;
    case Scenario::kOffline: d.decimal("requested_offline_expected_qps", s.offline_expected_qps); break;
  }
}

void append_requested(DetailLog& d, const Settings& s) {
  d.text("requested_scenario", name_of(s.scenario));
  d.text("requested_test_mode", name_of(s.mode));
  append_requested_scenario(d, s);
  d.integer("requested_min_duration_ms", s.min_duration_ms);
  d.integer("requested_max_duration_ms", s.max_duration_ms);
  d.integer("requested_min_query_count", s.min_query_count);
  d.integer("requested_max_query_count", s.max_query_count);
  d.integer("requested_qsl_rng_seed", s.qsl_rng_seed);
  d.integer("requested_sample_index_rng_seed", s.sample_index_rng_seed);
  d.integer("requested_schedule_rng_seed", s.schedule_rng_seed);
  d.integer("requested_accuracy_log_rng_seed", s.accuracy_log_rng_seed);
  d.decimal("requested_accuracy_log_probability", s.accuracy_log_probability);
  d.integer("requested_accuracy_log_sampling_target", s.accuracy_log_sampling_target);
  d.flag("requested_print_timestamps", s.print_timestamps);
  d.flag("requested_performance_issue_unique", s.performance_issue_unique);
  d.flag("requested_performance_issue_same", s.performance_issue_same);
  d.integer("requested_performance_issue_same_index", s.performance_issue_same_index);
  d.integer("requested_performance_sample_count_override", s.performance_sample_count_override);
  d.integer("requested_accuracy_sample_count_override", s.accuracy_sample_count_override);
  d.flag("requested_sample_concatenate_permutation", s.sample_concatenate_permutation);
  if (!s.use_token_latencies) return;
  d.flag("requested_use_token_latencies", s.use_token_latencies);
  if (s.scenario == Scenario::kOffline) return;
  d.integer("requested_server_ttft_latency", s.server_ttft_latency);
  d.integer("requested_server_tpot_latency", s.server_tpot_latency);
}

void append_effective(DetailLog& d, const EffectiveSettings& e) {
  const Settings& s = e.requested;
  d.text("effective_scenario", name_of(e.scenario));
  d.text("effective_test_mode", name_of(e.mode));
  d.integer("effective_samples_per_query", e.samples_per_query);
  d.decimal("effective_target_qps", e.target_qps);
  d.integer("effective_target_latency_ns", e.target_latency_ns);
  d.decimal("effective_target_latency_percentile", e.target_latency_percentile);
  d.integer("effective_max_async_queries", e.max_async_queries);
  d.integer("effective_target_duration_ms", e.target_duration_ms);
  d.integer("effective_min_duration_ms", e.min_duration_ms);
  d.integer("effective_max_duration_ms", e.max_duration_ms);
  d.integer("effective_min_query_count", e.min_query_count);
  d.integer("effective_max_query_count", e.max_query_count);
  d.integer("effective_min_sample_count", e.min_sample_count);
  d.integer("effective_qsl_rng_seed", s.qsl_rng_seed);
  d.integer("effective_sample_index_rng_seed", s.sample_index_rng_seed);
  d.integer("effective_schedule_rng_seed", s.schedule_rng_seed);
  d.integer("effective_accuracy_log_rng_seed", s.accuracy_log_rng_seed);
  d.decimal("effective_accuracy_log_probability", s.accuracy_log_probability);
  d.integer("effective_accuracy_log_sampling_target", s.accuracy_log_sampling_target);
  d.flag("effective_print_timestamps", s.print_timestamps);
  d.flag("effective_performance_issue_unique", s.performance_issue_unique);
  d.flag("effective_performance_issue_same", s.performance_issue_same);
  d.integer("effective_performance_issue_same_index", s.performance_issue_same_index);
  d.integer("effective_performance_sample_count", e.performance_sample_count);
  d.integer("effective_accuracy_sample_count", e.accuracy_sample_count);
  d.flag("effective_sample_concatenate_permutation", s.sample_concatenate_permutation);
}

}  // namespace

void append_settings(DetailLog& detail, const EffectiveSettings& settings) {
  append_requested(detail, settings.requested);
  append_effective(detail, settings);
}

}  // namespace vernier::scenarios
