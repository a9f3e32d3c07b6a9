// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/virtual_run.hpp>

#include <array>
#include <cmath>
#include <ctime>
#include <fmt/format.h>
#include <optional>
#include <utility>

#include <vernier/core/interrupt.hpp>
#include <vernier/scenarios/power_log.hpp>
#include <vernier/scenarios/schedule.hpp>
#include <vernier/scenarios/sort.hpp>

#include "sample_logs.hpp"
#include "series.hpp"

namespace vernier::scenarios {
namespace {

constexpr const char* kGeneric = "generic_message";
constexpr const char* kRuntimeError = "error_runtime";

std::string utc(std::chrono::system_clock::time_point time, const char* format) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

/// Values at equal shares of the sorted latencies of a scenario's queries, the first and the last included.
std::vector<std::int64_t> quantiles_of(std::vector<std::int64_t> latency_ns, std::size_t count) {
  std::vector<std::int64_t> quantiles;
  sort_latencies(latency_ns);
  for (std::size_t i = 0; i < count; ++i) quantiles.push_back(latency_ns[i * (latency_ns.size() - 1) / (count - 1)]);
  return quantiles;
}

Profile profile_of(const ProfileOptions& wanted, const Series& series, std::int64_t active_ns, const Measurement& m) {
  Profile profile;
  if (wanted.quantiles > 1) {
    profile.latency_ns = quantiles_of(m.query_latency_ns.empty() ? m.sample_latency_ns : m.query_latency_ns, wanted.quantiles);
  }
  if (wanted.step_ns > 0) {
    profile.completions.resize(static_cast<std::size_t>(active_ns / wanted.step_ns) + 1);
    for (const auto done : series.completions.done_ns) ++profile.completions[static_cast<std::size_t>(done / wanted.step_ns)];
  }
  return profile;
}

/// State of one test: the logs, the clock and the counters that run on from series to series.
class Test {
 public:
  Test(const VirtualTest& test, const EffectiveSettings& settings)
      : test_(test), settings_(settings), accuracy_(test.responses) {
    result_.scenario = settings.scenario;
    result_.mode = settings.mode;
    result_.target_qps = settings.target_qps;
  }

  void open();
  Result<void> run_accuracy();
  Result<void> run_performance();
  Result<void> find_peak();
  LogFiles close();

  [[nodiscard]] TestResult take_result() { return std::move(result_); }
  [[nodiscard]] Profile take_profile() { return std::move(profile_); }
  [[nodiscard]] std::uint64_t queries() const { return next_query_; }

 private:
  Result<Measurement> run_series(const EffectiveSettings& settings, const SampleSet& set, Phase phase);
  void load(const SampleSet& set);
  void log_ending(const EffectiveSettings& settings, const Series& series, Phase phase);
  void log_power(std::int64_t active);
  void judge(const EffectiveSettings& settings, Measurement measurement);
  void report_error(std::string_view key, std::string text);

  const VirtualTest& test_;
  const EffectiveSettings& settings_;
  DetailLog detail_;
  AccuracyLog accuracy_;
  TraceLog trace_;
  std::string summary_;
  TestResult result_;
  Profile profile_;
  std::int64_t now_ns_ = 0;
  std::uint64_t next_query_ = 0;       // sequence ids run over all series of a test
  std::uint64_t next_sample_ = 0;
};

void Test::open() {
  detail_.text("loadgen_version",
               "Vernier virtual-time engine, not LoadGen (rules of LoadGen " VERNIER_LOADGEN_VERSION ")");
  detail_.text("vernier_unofficial", unofficial_notice());
  detail_.text("test_datetime", utc(test_.begin, "%FT%TZ"));
  detail_.text("sut_name", test_.device.name);
  detail_.integer("get_sut_name_duration_ns", 0);
  detail_.text("qsl_name", test_.library_name);
  detail_.integer("qsl_reported_total_count", test_.library.total);
  detail_.integer("qsl_reported_performance_count", test_.library.performance);
  append_settings(detail_, settings_);
}

void Test::report_error(std::string_view key, std::string text) {
  detail_.error(key, text);
  result_.errors.push_back(std::move(text));
}

void Test::load(const SampleSet& set) { detail_.list("loaded_qsl_set", set.samples); }

void Test::log_ending(const EffectiveSettings& s, const Series& series, Phase phase) {
  const std::int64_t last = series.scheduled_ns.back();
  detail_.set_time(now_ns_ + last);
  switch (series.ending) {
    case Ending::kAllIssued:
      if (phase != Phase::kPerformance || s.scenario == Scenario::kServer) return;
      report_error(
          kRuntimeError,
          "Ending early: Ran out of generated queries to issue before the minimum query count and test duration "
          "were reached. Please update the relevant expected latency or target qps in the TestSettings so they "
          "are more accurate.");
      return;
    case Ending::kNaturally:
      detail_.text(kGeneric, "Ending naturally: Minimum query count and test duration met.");
      return;
    case Ending::kTooManyOutstanding:
      return report_error(
          kRuntimeError,
          fmt::format("IssueQueryThread 0 Ending early: Too many outstanding queries. issued {} outstanding {}",
                      series.queries_issued, series.outstanding));
    case Ending::kMaxQueries:
      return report_error(kRuntimeError,
                          fmt::format("IssueQueryThread 0 Ending early: Max query count reached. query_count {}",
                                      series.queries_issued));
    case Ending::kMaxDuration:
      return report_error(
          kRuntimeError,
          fmt::format("IssueQueryThread 0 Ending early: Max test duration reached. duration_ns {}", last));
  }
}

void Test::log_power(std::int64_t active) {
  const auto begin = test_.begin + std::chrono::nanoseconds(now_ns_);
  result_.power_begin = power_time(begin);
  result_.power_end = power_time(begin + std::chrono::nanoseconds(active));
  detail_.set_time(now_ns_ + active);
  detail_.text("power_begin", result_.power_begin);
  detail_.text("power_end", result_.power_end);
}

Result<Measurement> Test::run_series(const EffectiveSettings& s, const SampleSet& set, Phase phase) {
  if (interrupted()) return fail(ErrorCode::kInterrupted, "interrupted between two series", "virtual run");
  const auto plan = plan_queries(s, set, phase);
  if (!plan) return forward_error(plan);
  detail_.integer("generated_query_count", plan->queries());
  detail_.integer("generated_samples_per_query", plan->samples_per_query);
  detail_.integer("generated_query_duration", plan->duration_ns);

  const Series series = issue_queries(s, *plan, phase, test_.device);
  log_ending(s, series, phase);
  if (test_.trace) trace_.add(s, *plan, series, now_ns_, next_sample_, next_query_);
  const bool ordered = AccuracyLog::wanted(s, phase);
  accuracy_.add(s, *plan, series, phase, next_sample_,
                ordered ? completion_order(series) : std::vector<std::uint32_t>{});
  const std::int64_t active = active_ns(series);
  log_power(active);
  now_ns_ += active;
  next_query_ += plan->queries();
  next_sample_ += plan->samples.size();
  auto measurement = measurement_of(s, *plan, series);
  if (phase == Phase::kPerformance && test_.profile.wanted()) profile_ = profile_of(test_.profile, series, active, measurement);
  return measurement;
}

Result<void> Test::run_accuracy() {
  detail_.text(kGeneric, "Starting accuracy mode");
  for (const SampleSet& set : sample_sets(settings_, test_.library, Phase::kAccuracy)) {
    load(set);
    if (const auto done = run_series(settings_, set, Phase::kAccuracy); !done) return forward_error(done);
  }
  return {};
}

void Test::judge(const EffectiveSettings& s, Measurement measurement) {
  result_.judged = true;
  result_.target_qps = s.target_qps;
  result_.summary = summarize(s, std::move(measurement));
  result_.why = explain_invalid(result_.summary);
  summary_ += summary_text(result_.summary, s, test_.device.name);
  append_result(detail_, result_.summary, s);
}

Result<void> Test::run_performance() {
  detail_.text(kGeneric, "Starting performance mode");
  const SampleSet set = sample_sets(settings_, test_.library, Phase::kPerformance).front();
  load(set);
  auto measured = run_series(settings_, set, Phase::kPerformance);
  if (!measured) return forward_error(measured);
  judge(settings_, std::move(*measured));
  return {};
}

/// Doubles the rate until the bound is missed, then bisects; source: loadgen.cc, FindPeakPerformanceMode.
Result<void> Test::find_peak() {
  struct Trial {
    EffectiveSettings settings;
    Measurement measurement;
    Profile profile;
  };
  const SampleSet set = sample_sets(settings_, test_.library, Phase::kPerformance).front();
  const auto text = [](const EffectiveSettings& s) { return std::to_string(s.target_qps); };

  detail_.text(kGeneric, "Starting FindPeakPerformance mode");
  detail_.text(kGeneric, "FindPeakPerformance: Check validity of the base settings field: " + text(settings_));
  load(set);
  auto base = run_series(settings_, set, Phase::kPerformance);
  if (!base) return forward_error(base);
  Trial lower{settings_, std::move(*base), std::move(profile_)};
  if (!meets_perf_constraints(lower.settings, lower.measurement)) {
    const Summary summary = summarize(lower.settings, lower.measurement);
    report_error(kRuntimeError,
                 "FindPeakPerformance: Initial lower bound does not satisfy performance constraints, msg: " +
                     summary.perf_constraints_advice);
    profile_ = std::move(lower.profile);
    judge(lower.settings, std::move(lower.measurement));
    return {};
  }

  EffectiveSettings upper = lower.settings;
  while (true) {
    upper = lower.settings;
    upper.target_qps *= 1 + upper.requested.server_find_peak_qps_boundary_step_size;
    detail_.text(kGeneric, "FindBoundaries: Checking fields [" + text(lower.settings) + ", " + text(upper) + ")");
    load(set);
    auto measured = run_series(upper, set, Phase::kPerformance);
    if (!measured) return forward_error(measured);
    if (!meets_perf_constraints(upper, *measured)) break;
    lower = {upper, std::move(*measured), std::move(profile_)};
  }
  detail_.text(kGeneric, "FindPeakPerformance: Found boundaries: [" + text(lower.settings) + ", " + text(upper) + ")");
  load(set);

  const double scale = std::pow(10, settings_.requested.server_find_peak_qps_decimals_of_precision);
  while (std::floor(lower.settings.target_qps * scale) + 1 < std::floor(upper.target_qps * scale)) {
    EffectiveSettings middle = lower.settings;
    middle.target_qps += (upper.target_qps - lower.settings.target_qps) / 2;
    detail_.text(kGeneric, "FindPeakPerformanceBinarySearch: Testing the mid value of bounds [" + text(lower.settings) +
                               ", " + text(upper) + "): " + text(middle));
    auto measured = run_series(middle, set, Phase::kPerformance);
    if (!measured) return forward_error(measured);
    if (meets_perf_constraints(middle, *measured)) {
      lower = {middle, std::move(*measured), std::move(profile_)};
    } else {
      upper = middle;
    }
  }
  detail_.text(kGeneric, "FindPeakPerformance: Found peak performance field: " + text(lower.settings));
  profile_ = std::move(lower.profile);
  judge(lower.settings, std::move(lower.measurement));
  return {};
}

LogFiles Test::close() {
  LogFiles files;
  files.summary = std::move(summary_) + closing_text(detail_.errors()) + "\n" + std::string(unofficial_notice()) + "\n";
  files.detail = detail_.str();
  files.accuracy = accuracy_.take();
  if (test_.trace) files.trace = trace_.take();
  return files;
}

}  // namespace

std::string early_stopping_reason(const Summary& summary) {
  std::string why;
  if (summary.early_stopping_met) return why;
  for (const std::string* text : {&summary.early_stopping, &summary.early_stopping_ttft, &summary.early_stopping_tpot}) {
    if (text->find(" * Run unsuccessful.") != 0 && text->find(" * Only processed") != 0) continue;
    if (!why.empty()) why += ' ';
    why += "Early stopping:";
    for (const char c : *text) {
      const char shown = c == '\n' ? ' ' : c;
      if (shown != '*' && !(shown == ' ' && why.back() == ' ')) why += shown;
    }
    while (why.back() == ' ') why.pop_back();
  }
  return why;
}

std::string explain_invalid(const Summary& summary) {
  if (summary.valid) return {};
  auto why = invalid_reason(summary);
  const auto early = early_stopping_reason(summary);
  if (!why.empty() && !early.empty()) why += ' ';
  return why + early;
}

Result<TestResult> VirtualRun::run() {
  if (const auto refused = refuse(test_.device)) return tl::unexpected<Error>(*refused);
  const auto settings = effective_settings(test_.settings, test_.library);
  if (!settings) return forward_error(settings);
  if (settings->requested.server_num_issue_query_threads != 0) {
    return fail(ErrorCode::kUnsupported, "issue threads have no meaning in virtual time: issuing takes none",
                "server_num_issue_query_threads");
  }
  if (settings->requested.use_token_latencies && !test_.device.tokens) {
    return fail(ErrorCode::kInvalidInput, "use_token_latencies needs a device that answers in tokens",
                test_.device.name);
  }
  Test test(test_, *settings);
  test.open();
  Result<void> done;
  if (settings->mode == Mode::kSubmission || settings->mode == Mode::kAccuracy) done = test.run_accuracy();
  if (done && (settings->mode == Mode::kSubmission || settings->mode == Mode::kPerformance))
    done = test.run_performance();
  if (settings->mode == Mode::kFindPeak) done = test.find_peak();
  if (!done) return forward_error(done);
  logs_ = test.close();
  queries_ = test.queries();
  profile_ = test.take_profile();
  return test.take_result();
}

}  // namespace vernier::scenarios
