// SPDX-License-Identifier: Apache-2.0
// mlperf_log_summary.txt.
#include <fmt/format.h>
#include <iterator>

#include <vernier/scenarios/log_files.hpp>

namespace vernier::scenarios {
namespace {

class Page {
 public:
  template <class... Args>
  void line(fmt::format_string<Args...> pattern, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), pattern, std::forward<Args>(args)...);
    text_ += '\n';
  }
  void heading(std::string_view title) {
    constexpr std::string_view kRule = "================================================";
    line("{}\n{}\n{}", kRule, title, kRule);
  }
  /// `name` stands between "Min " and the values, `row` behind each percentile; widths are LoadGen's.
  void percentiles(std::string_view row, const LatencyStats& stats) {
    for (std::size_t i = 0; i < kPercentiles.size(); ++i) {
      line("{:.2f} percentile {} : {}", kPercentiles[i] * 100, row, stats.percentiles[i]);
    }
  }
  void latencies(const LatencyStats& stats) {
    line("Min latency (ns)                : {}", stats.min);
    line("Max latency (ns)                : {}", stats.max);
    line("Mean latency (ns)               : {}", stats.mean);
    percentiles("latency (ns)  ", stats);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void add_metric(Page& page, const Summary& r, const EffectiveSettings& s) {
  const double percent = s.target_latency_percentile * 100;
  switch (s.scenario) {
    case Scenario::kSingleStream: page.line("{:.1f}th percentile latency (ns) : {}", percent, r.sample.at_target); break;
    case Scenario::kMultiStream: page.line("{:.1f}th percentile latency (ns) : {}", percent, r.query.at_target); break;
    case Scenario::kMultiStreamFixed: page.line("Samples per query : {}", s.samples_per_query); break;
    case Scenario::kServer: page.line("Completed samples per second    : {:.2f}", r.completed_qps); break;
    case Scenario::kOffline: page.line("Samples per second: {}", general(r.samples_per_second)); break;
  }
  if (s.requested.use_token_latencies) {
    if (s.scenario == Scenario::kOffline) {
      page.line("Tokens per second: {}", general(r.tokens_per_second));
    } else if (s.scenario == Scenario::kServer) {
      page.line("Completed tokens per second: {:.2f}", r.completed_tokens_per_second);
    } else {
      page.line("{:.1f}th first token percentile latency (ns) : {}", percent, r.first_token.at_target);
    }
  }
  if (!s.requested.infer_token_latencies) return;
  if (s.scenario == Scenario::kOffline) {
    page.line("Tokens per second (inferred): {}", general(r.inferred_tokens_per_second));
  } else if (s.scenario == Scenario::kServer) {
    page.line("Completed tokens per second (inferred): {:.2f}", r.inferred_tokens_per_second);
  }
}

void add_verdict(Page& page, const Summary& r, const EffectiveSettings& s) {
  const auto met = [](bool yes) { return yes ? "Yes" : "NO"; };
  page.line("Result is : {}", r.valid ? "VALID" : "INVALID");
  if (has_perf_constraints(s.scenario)) page.line("  Performance constraints satisfied : {}", met(r.perf_constraints_met));
  page.line("  Min duration satisfied : {}", met(r.min_duration_met));
  page.line("  Min queries satisfied : {}", met(r.min_queries_met));
  if (s.scenario != Scenario::kMultiStreamFixed) page.line("  Early stopping satisfied: {}", met(r.early_stopping_met));
  if (!r.valid) {
    page.line("Recommendations:");
    if (!r.perf_constraints_met) page.line(" * {}", r.perf_constraints_advice);
    if (!r.min_duration_met) page.line(" * {}", r.min_duration_advice);
    if (!r.min_queries_met) {
      page.line(" * The test exited early, before enough queries were issued.\n"
                "   See the detailed log for why this may have occurred.");
    }
  }
  if (!has_early_stopping(s.scenario)) return;
  if (!s.requested.use_token_latencies) {
    page.line("Early Stopping Result:\n{}", r.early_stopping);
  } else {
    page.line("TTFT Early Stopping Result:\n{}", r.early_stopping_ttft);
    page.line("TPOT Early Stopping Result:\n{}", r.early_stopping_tpot);
  }
}

void add_query_stats(Page& page, const Summary& r, const EffectiveSettings& s) {
  if (s.scenario == Scenario::kMultiStream) {
    page.line("Per-query latency:  ");
    page.latencies(r.query);
    return;
  }
  page.line("Intervals between each IssueQuery:  \"qps\" : {}, \"ms\" : {}", general(s.target_qps),
            general(1000 / s.target_qps));
  for (std::size_t i = 0; i < kPercentiles.size(); ++i) {
    page.line("{:.2f} percentile : {}", kPercentiles[i] * 100, r.intervals.percentiles[i]);
  }
  page.line("\nPer-query latency:  \"target_ns\" : {}, \"target_ms\" : {}", s.target_latency_ns,
            general(static_cast<double>(s.target_latency_ns) / 1e6));
  page.percentiles("latency (ns)  ", r.query);
  page.line("\nPer-sample latency:");
}

void add_token_stats(Page& page, const Summary& r, const EffectiveSettings& s) {
  page.line("");
  if (s.scenario == Scenario::kSingleStream) {
    const double tokens = static_cast<double>(r.token_count);
    const double busy = static_cast<double>(r.sample.mean) / 1e9 * static_cast<double>(r.sample_count);
    page.line("TPS w/ loadgen overhead         : {:.2f}", r.token_rate_with_overhead);
    page.line("TPS w/o loadgen overhead        : {:.2f}", tokens / busy);
  } else if (s.scenario == Scenario::kServer) {
    page.line("Completed tokens per second                 : {:.2f}", r.completed_tokens_per_second);
  }
  if (s.scenario == Scenario::kOffline) return;
  page.line("Min First Token latency (ns)                : {}", r.first_token.min);
  page.line("Max First Token latency (ns)                : {}", r.first_token.max);
  page.line("Mean First Token latency (ns)               : {}", r.first_token.mean);
  page.percentiles("first token latency (ns)  ", r.first_token);
  page.line("");
  page.line("Min Time per Output Token (ns)                : {}", r.per_output_token.min);
  page.line("Max Time per Output Token (ns)                : {}", r.per_output_token.max);
  page.line("Mean Time per Output Token (ns)               : {}", r.per_output_token.mean);
  page.percentiles("time to output token (ns)  ", r.per_output_token);
}

void add_stats(Page& page, const Summary& r, const EffectiveSettings& s) {
  if (s.scenario == Scenario::kSingleStream) {
    page.line("QPS w/ loadgen overhead         : {:.2f}", r.qps_with_overhead);
    page.line("QPS w/o loadgen overhead        : {:.2f}", r.qps_without_overhead);
    page.line("");
  } else if (s.scenario == Scenario::kServer) {
    page.line("Scheduled samples per second : {:.2f}", r.scheduled_qps);
  } else if (s.scenario != Scenario::kOffline) {
    add_query_stats(page, r, s);
  }
  if (s.scenario != Scenario::kMultiStream) page.latencies(r.sample);
  if (s.requested.use_token_latencies) add_token_stats(page, r, s);
}

void add_parameters(Page& page, const EffectiveSettings& e) {
  const Settings& s = e.requested;
  page.line("samples_per_query : {}", e.samples_per_query);
  page.line("target_qps : {}", general(e.target_qps));
  if (!s.use_token_latencies) {
    page.line("target_latency (ns): {}", e.target_latency_ns);
  } else {
    page.line("ttft_latency (ns): {}", s.server_ttft_latency);
    page.line("tpot_latency (ns): {}", s.server_tpot_latency);
  }
  page.line("max_async_queries : {}", e.max_async_queries);
  page.line("min_duration (ms): {}", e.min_duration_ms);
  page.line("max_duration (ms): {}", e.max_duration_ms);
  page.line("min_query_count : {}", e.min_query_count);
  page.line("max_query_count : {}", e.max_query_count);
  page.line("qsl_rng_seed : {}", s.qsl_rng_seed);
  page.line("sample_index_rng_seed : {}", s.sample_index_rng_seed);
  page.line("schedule_rng_seed : {}", s.schedule_rng_seed);
  page.line("accuracy_log_rng_seed : {}", s.accuracy_log_rng_seed);
  page.line("accuracy_log_probability : {}", general(s.accuracy_log_probability));
  page.line("accuracy_log_sampling_target : {}", s.accuracy_log_sampling_target);
  page.line("print_timestamps : {:d}", s.print_timestamps);
  page.line("performance_issue_unique : {:d}", s.performance_issue_unique);
  page.line("performance_issue_same : {:d}", s.performance_issue_same);
  page.line("performance_issue_same_index : {}", s.performance_issue_same_index);
  page.line("performance_sample_count : {}", e.performance_sample_count);
  page.line("accuracy_sample_count : {}", e.accuracy_sample_count);
  if (s.sample_concatenate_permutation) {
    page.line("WARNING: sample_concatenate_permutation was set to true. \n"
              "Generated samples per query might be different as the one in the setting.\n"
              "Check the generated_samples_per_query line in the detailed log for the real\n"
              "samples_per_query value");
  }
}

}  // namespace

std::string summary_text(const Summary& r, const EffectiveSettings& s, std::string_view sut) {
  Page page;
  page.heading("MLPerf Results Summary");
  page.line("SUT name : {}", sut);
  page.line("Scenario : {}", name_of(s.scenario));
  page.line("Mode     : {}", name_of(s.mode));
  add_metric(page, r, s);
  add_verdict(page, r, s);
  page.line("");
  page.heading("Additional Stats");
  add_stats(page, r, s);
  page.line("");
  page.heading("Test Parameters Used");
  add_parameters(page, s);
  return page.take();
}

std::string closing_text(std::uint64_t errors) {
  std::string text = "\nNo warnings encountered during test.\n";
  if (errors == 0) return text + "\nNo errors encountered during test.\n";
  if (errors == 1) return text + "\n1 ERROR encountered. See detailed log.\n";
  return text + fmt::format("\n{} ERRORS encountered. See detailed log.\n", errors);
}

}  // namespace vernier::scenarios
