// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/log_reader.hpp>
#include <vernier/scenarios/test_result.hpp>

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <optional>

#include <vernier/core/files.hpp>

namespace vernier::scenarios {
namespace {

/// Text between `before` and `after`, or nothing.
std::optional<std::string_view> between(std::string_view line, std::string_view before, std::string_view after) {
  const auto begin = line.find(before);
  if (begin == std::string_view::npos) return std::nullopt;
  const auto end = line.find(after, begin + before.size());
  if (end == std::string_view::npos) return std::nullopt;
  return line.substr(begin + before.size(), end - begin - before.size());
}

std::string unquoted(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    text += value[i];
  }
  return text;
}

/// Values by key, the last one of each, with typed access that remembers what was missing or wrong.
class Values {
 public:
  explicit Values(const std::vector<DetailEntry>& entries) {
    for (const DetailEntry& e : entries) values_[e.key] = e.value;
  }
  [[nodiscard]] bool has(const std::string& key) const { return values_.contains(key); }
  std::string text(const std::string& key) { return unquoted(raw(key)); }
  bool flag(const std::string& key) { return raw(key) == "true"; }
  std::int64_t integer(const std::string& key) {
    return number<std::int64_t>(key, [](const char* s, char** end) { return std::strtoll(s, end, 10); });
  }
  std::uint64_t count(const std::string& key) { return static_cast<std::uint64_t>(integer(key)); }
  double decimal(const std::string& key) {
    return number<double>(key, [](const char* s, char** end) { return std::strtod(s, end); });
  }
  /// `pattern` has one place for the percentile.
  void percentiles(fmt::format_string<std::string> pattern, LatencyStats& stats) {
    for (std::size_t i = 0; i < kPercentiles.size(); ++i) {
      stats.percentiles[i] = integer(fmt::format(pattern, fmt::format("{:.2f}", kPercentiles[i] * 100)));
    }
  }
  [[nodiscard]] const std::string& bad_key() const { return bad_key_; }

 private:
  std::string raw(const std::string& key) {
    const auto found = values_.find(key);
    if (found != values_.end()) return found->second;
    if (bad_key_.empty()) bad_key_ = key;
    return {};
  }
  template <class T, class Parse>
  T number(const std::string& key, Parse parse) {
    const std::string text = raw(key);
    char* end = nullptr;
    const T value = static_cast<T>(parse(text.c_str(), &end));
    if ((text.empty() || *end != '\0') && bad_key_.empty()) bad_key_ = key;
    return value;
  }
  std::map<std::string, std::string> values_;
  std::string bad_key_;
};

void read_token_results(Values& v, Scenario scenario, Summary& r) {
  if (scenario == Scenario::kOffline) {
    r.tokens_per_second = v.decimal("result_tokens_per_second");
    return;
  }
  r.first_token.min = v.integer("result_first_token_min_latency_ns");
  r.first_token.max = v.integer("result_first_token_max_latency_ns");
  r.first_token.mean = v.integer("result_first_token_mean_latency_ns");
  v.percentiles("result_first_token_{}_percentile_latency_ns", r.first_token);
  r.per_output_token.min = v.integer("result_time_to_output_token_min");
  r.per_output_token.max = v.integer("result_time_to_output_token_max");
  r.per_output_token.mean = v.integer("result_time_to_output_token_mean");
  v.percentiles("result_time_per_output_token_{}_percentile_ns", r.per_output_token);
  r.token_rate_with_overhead = v.decimal("result_token_throughput_with_loadgen_overhead");
  r.token_rate_without_overhead = v.decimal("result_token_throughput");
  r.completed_tokens_per_second = v.decimal("result_completed_tokens_per_second");
}

void read_rates(Values& v, Scenario scenario, Summary& r) {
  switch (scenario) {
    case Scenario::kSingleStream:
      r.qps_with_overhead = v.decimal("result_qps_with_loadgen_overhead");
      r.qps_without_overhead = v.decimal("result_qps_without_loadgen_overhead");
      r.early_stopping_latency_ss = v.integer("early_stopping_latency_ss");
      r.early_stopping_latency_ms = v.integer("early_stopping_latency_ms");
      break;
    case Scenario::kMultiStream: r.early_stopping_latency_ms = v.integer("early_stopping_latency_ms"); [[fallthrough]];
    case Scenario::kMultiStreamFixed:
      r.query.min = v.integer("result_min_query_latency_ns");
      r.query.max = v.integer("result_max_query_latency_ns");
      r.query.mean = v.integer("result_mean_query_latency_ns");
      v.percentiles("result_{}_percentile_per_query_latency_ns", r.query);
      if (scenario == Scenario::kMultiStreamFixed) v.percentiles("result_{}_percentile_query_intervals", r.intervals);
      break;
    case Scenario::kServer:
      r.overlatency_count = v.count("result_overlatency_query_count");
      r.scheduled_qps = v.decimal("result_scheduled_samples_per_sec");
      r.completed_qps = v.decimal("result_completed_samples_per_sec");
      break;
    case Scenario::kOffline: r.samples_per_second = v.decimal("result_samples_per_second"); break;
  }
}

void read_summary(Values& v, Scenario scenario, Summary& r) {
  r.valid = v.text("result_validity") == "VALID";
  if (has_perf_constraints(scenario)) r.perf_constraints_met = v.flag("result_perf_constraints_met");
  r.min_duration_met = v.flag("result_min_duration_met");
  r.min_queries_met = v.flag("result_min_queries_met");
  r.early_stopping_met = v.flag("early_stopping_met");
  r.query_count = v.count("result_query_count");
  const bool tokens = v.has("early_stopping_ttft_result");
  if (tokens) {
    r.early_stopping_ttft = v.text("early_stopping_ttft_result");
    r.early_stopping_tpot = v.text("early_stopping_tpot_result");
  } else {
    r.early_stopping = v.text("early_stopping_result");
  }
  r.sample.min = v.integer("result_min_latency_ns");
  r.sample.max = v.integer("result_max_latency_ns");
  r.sample.mean = v.integer("result_mean_latency_ns");
  v.percentiles("result_{}_percentile_latency_ns", r.sample);
  r.sample_count = r.query_count * v.count("generated_samples_per_query");
  read_rates(v, scenario, r);
  if (tokens) read_token_results(v, scenario, r);
  for (const char* key : {"result_inferred_tokens_per_second", "result_inferred_completed_tokens_per_second"}) {
    if (v.has(key)) r.inferred_tokens_per_second = v.decimal(key);
  }
}

/// The value at the scenario's target percentile is in the summary file only, in its metric line.
void read_target(std::string_view summary, Scenario scenario, Summary& r) {
  const auto value = between(summary, "th percentile latency (ns) : ", "\n");
  if (value) {
    (scenario == Scenario::kMultiStream ? r.query : r.sample).at_target =
        std::strtoll(std::string(*value).c_str(), nullptr, 10);
  }
  const auto first = between(summary, "th first token percentile latency (ns) : ", "\n");
  if (first) r.first_token.at_target = std::strtoll(std::string(*first).c_str(), nullptr, 10);
}

Result<Mode> mode_of(std::string_view name) {
  for (const Mode m : {Mode::kSubmission, Mode::kAccuracy, Mode::kPerformance, Mode::kFindPeak}) {
    if (name == name_of(m)) return m;
  }
  return fail(ErrorCode::kInvalidInput, fmt::format("unknown mode '{}'", name), "effective_test_mode");
}

}  // namespace

Result<std::vector<DetailEntry>> parse_detail_log(std::string_view text, std::string_view where) {
  constexpr std::string_view kMark = ":::MLLOG ";
  std::vector<DetailEntry> entries;
  for (std::size_t at = 0, number = 1; at < text.size(); ++number) {
    const auto end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.substr(0, kMark.size()) != kMark) continue;
    const auto key = between(line, "\"key\": \"", "\", \"value\": ");
    const auto value = between(line, "\", \"value\": ", ", \"time_ms\": ");
    if (!key || !value) {
      return fail(ErrorCode::kInvalidInput, "no key and value in a log line", fmt::format("{}:{}", where, number));
    }
    entries.push_back({std::string(*key), std::string(*value),
                       line.find("\"is_error\": true") != std::string_view::npos,
                       line.find("\"is_warning\": true") != std::string_view::npos});
  }
  return entries;
}

Result<TestResult> result_of(std::string_view detail, std::string_view summary, std::string_view where) {
  const auto entries = parse_detail_log(detail, where);
  if (!entries) return forward_error(entries);
  Values values(*entries);
  TestResult result;
  const auto scenario = scenario_of(values.text("effective_scenario"));
  if (!scenario) return forward_error(scenario);
  const auto mode = mode_of(values.text("effective_test_mode"));
  if (!mode) return forward_error(mode);
  result.scenario = *scenario;
  result.mode = *mode;
  result.target_qps = values.decimal("effective_target_qps");
  for (const DetailEntry& e : *entries) {
    if (e.is_error) result.errors.push_back(unquoted(e.value));
    if (const auto peak = between(e.value, "Found peak performance field: ", "\"")) {
      result.target_qps = std::strtod(std::string(*peak).c_str(), nullptr);
    }
  }
  if (values.has("power_begin")) {
    result.power_begin = values.text("power_begin");
    result.power_end = values.text("power_end");
  }
  result.judged = values.has("result_validity");
  if (result.judged) {
    read_summary(values, result.scenario, result.summary);
    read_target(summary, result.scenario, result.summary);
    if (!result.summary.valid) {
      result.why = values.text("result_invalid_reason");
      const auto early = early_stopping_reason(result.summary);
      if (!result.why.empty() && !early.empty()) result.why += ' ';
      result.why += early;
    }
  }
  if (!values.bad_key().empty()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{} is missing or not a number", values.bad_key()),
                std::string(where));
  }
  return result;
}

Result<TestResult> read_result(const LogOutput& logs) {
  const auto detail = read_text(logs.file("detail", "txt"));
  if (!detail) return forward_error(detail);
  const auto summary = read_text(logs.file("summary", "txt"));
  if (!summary) return forward_error(summary);
  return result_of(*detail, *summary, logs.file("detail", "txt").string());
}

}  // namespace vernier::scenarios
