// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/config.hpp>

#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <sstream>
#include <string>

#include <vernier/core/files.hpp>

// LoadGen compiles the round's mlperf.conf into itself (mlperf_conf.h) under this name.
extern const char* mlperf_conf;

namespace vernier::scenarios {
namespace {

bool is_number(const std::string& token) {
  char* end = nullptr;
  const char* whole = token.c_str() + token.size();
  (void)std::strtoul(token.c_str(), &end, 0);
  if (end == whole) return true;
  (void)std::strtod(token.c_str(), &end);
  return end == whole;
}

/// Key and value of every assignment; a line may say `key = a b`, then the last value counts, as in LoadGen.
Result<std::map<std::string, std::string>> parse_lines(std::string_view text, std::string_view where) {
  std::map<std::string, std::string> values;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::istringstream tokens(line);
    std::string token;
    std::string key;
    for (int position = 0; tokens >> token;) {
      if (position != 2 && token == "#") break;
      if (position == 0) {
        key = token;
      } else if (position == 1 && token != "=") {
        return fail(ErrorCode::kInvalidInput, fmt::format("found '{}' where '=' must stand, with blanks round it", token),
                    fmt::format("{}:{}", where, number));
      } else if (position == 2) {
        if (!is_number(token)) {
          return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is not an integer or decimal number", token),
                      fmt::format("{}:{}", where, number));
        }
        values[key] = token;
      }
      if (position < 2) ++position;
    }
  }
  return values;
}

class Lookup {
 public:
  Lookup(std::map<std::string, std::string> values, std::string_view model) : values_(std::move(values)), model_(model) {}

  void integer(std::string_view scenario, std::string_view key, std::uint64_t& out, std::uint64_t factor = 1) const {
    if (const auto* text = find(scenario, key)) out = std::strtoull(text->c_str(), nullptr, 0) * factor;
  }
  void decimal(std::string_view scenario, std::string_view key, double& out, double factor = 1) const {
    if (const auto* text = find(scenario, key)) out = std::strtod(text->c_str(), nullptr) * factor;
  }
  /// Flags that are on for every value but 0.
  void unless_zero(std::string_view scenario, std::string_view key, bool& out) const {
    if (const auto value = number(scenario, key)) out = *value != 0;
  }
  /// Flags that are on for 1 only.
  void if_one(std::string_view scenario, std::string_view key, bool& out) const {
    if (const auto value = number(scenario, key)) out = *value == 1;
  }
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view scenario, std::string_view key) const {
    const auto* text = find(scenario, key);
    if (text == nullptr) return std::nullopt;
    return std::strtoull(text->c_str(), nullptr, 0);
  }

 private:
  [[nodiscard]] const std::string* find(std::string_view scenario, std::string_view key) const {
    for (const auto& name : {fmt::format("{}.{}.{}", model_, scenario, key), fmt::format("*.{}.{}", scenario, key),
                             fmt::format("{}.*.{}", model_, key), fmt::format("*.*.{}", key)}) {
      if (const auto found = values_.find(name); found != values_.end()) return &found->second;
    }
    return nullptr;
  }
  std::map<std::string, std::string> values_;
  std::string model_;
};

void apply_round_keys(Settings& s, const Lookup& at, std::string_view scenario) {
  at.integer(scenario, "qsl_rng_seed", s.qsl_rng_seed);
  at.integer(scenario, "sample_index_rng_seed", s.sample_index_rng_seed);
  at.integer(scenario, "schedule_rng_seed", s.schedule_rng_seed);
  at.decimal(scenario, "accuracy_log_probability", s.accuracy_log_probability, 0.01);
  at.if_one(scenario, "test05", s.test05);
  at.integer(scenario, "test05_qsl_rng_seed", s.test05_qsl_rng_seed);
  at.integer(scenario, "test05_sample_index_rng_seed", s.test05_sample_index_rng_seed);
  at.integer(scenario, "test05_schedule_rng_seed", s.test05_schedule_rng_seed);
}

void apply_common_keys(Settings& s, const Lookup& at, std::string_view scenario) {
  at.unless_zero(scenario, "performance_issue_unique", s.performance_issue_unique);
  at.unless_zero(scenario, "performance_issue_same", s.performance_issue_same);
  at.integer(scenario, "performance_issue_same_index", s.performance_issue_same_index);
  at.if_one(scenario, "sample_concatenate_permutation", s.sample_concatenate_permutation);
  at.integer(scenario, "min_duration", s.min_duration_ms);
  at.integer(scenario, "max_duration", s.max_duration_ms);
  at.integer(scenario, "min_query_count", s.min_query_count);
  at.integer(scenario, "max_query_count", s.max_query_count);
  at.integer(scenario, "performance_sample_count_override", s.performance_sample_count_override);
  at.integer(scenario, "accuracy_sample_count_override", s.accuracy_sample_count_override);
  at.unless_zero(scenario, "print_timestamps", s.print_timestamps);
  at.integer(scenario, "accuracy_log_rng_seed", s.accuracy_log_rng_seed);
  at.integer(scenario, "accuracy_log_sampling_target", s.accuracy_log_sampling_target);
}

void apply_scenario_keys(Settings& s, const Lookup& at) {
  constexpr std::uint64_t kNsPerMs = 1'000'000;
  at.decimal("SingleStream", "target_latency_percentile", s.single_stream_target_latency_percentile, 0.01);
  at.decimal("SingleStream", "target_latency", s.single_stream_expected_latency_ns, 1e6);
  at.decimal("MultiStream", "target_latency_percentile", s.multi_stream_target_latency_percentile, 0.01);
  at.decimal("MultiStream", "target_latency", s.multi_stream_expected_latency_ns, 1e6);
  at.integer("MultiStream", "samples_per_query", s.multi_stream_samples_per_query);
  at.decimal("Server", "target_latency_percentile", s.server_target_latency_percentile, 0.01);
  at.integer("Server", "target_latency", s.server_target_latency_ns, kNsPerMs);
  at.unless_zero("Server", "coalesce_queries", s.server_coalesce_queries);
  if (const auto limit = at.number("Server", "max_async_queries")) {
    s.server_max_async_queries = static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<int>(*limit)));
  }
  at.decimal("Server", "target_qps", s.server_target_qps);
  at.decimal("Offline", "target_qps", s.offline_expected_qps);
  if (s.scenario == Scenario::kMultiStreamFixed) {  // keys of the rounds that had it
    at.decimal("MultiStream", "target_qps", s.multi_stream_fixed_qps);
    at.integer("MultiStream", "target_latency", s.multi_stream_fixed_latency_ns, kNsPerMs);
  }
}

void apply_token_keys(Settings& s, const Lookup& at, std::string_view scenario) {
  at.if_one(scenario, "use_token_latencies", s.use_token_latencies);
  if (s.use_token_latencies) {
    at.integer("Server", "ttft_latency", s.server_ttft_latency, 1'000'000);
    at.integer("Server", "tpot_latency", s.server_tpot_latency, 1'000'000);
  }
  at.if_one(scenario, "infer_token_latencies", s.infer_token_latencies);
  if (s.infer_token_latencies) at.integer(scenario, "token_latency_scaling_factor", s.token_latency_scaling_factor);
}

}  // namespace

Result<void> apply_config(Settings& settings, std::string_view text, std::string_view model, ConfigKind kind,
                          std::string_view where) {
  auto values = parse_lines(text, where);
  if (!values) return forward_error(values);
  const Lookup at(std::move(*values), model);
  const std::string_view scenario =
      settings.scenario == Scenario::kMultiStreamFixed ? "MultiStream" : name_of(settings.scenario);
  if (const auto mode = at.number(scenario, "mode")) {
    if (*mode > 3) {
      return fail(ErrorCode::kInvalidInput, fmt::format("mode {}; 0 to 3 are allowed", *mode), std::string(where));
    }
    settings.mode = static_cast<Mode>(*mode);
  }
  if (kind == ConfigKind::kMlperf) apply_round_keys(settings, at, scenario);
  apply_token_keys(settings, at, scenario);
  apply_scenario_keys(settings, at);
  apply_common_keys(settings, at, scenario);
  return {};
}

std::string_view mlperf_conf() { return ::mlperf_conf; }

Result<Settings> settings_from(Scenario scenario, std::string_view model, const std::filesystem::path& user_conf) {
  Settings settings;
  settings.scenario = scenario;
  if (auto done = apply_config(settings, mlperf_conf(), model, ConfigKind::kMlperf, "mlperf.conf"); !done) {
    return forward_error(done);
  }
  if (user_conf.empty()) return settings;
  const auto text = read_text(user_conf);
  if (!text) return forward_error(text);
  if (auto done = apply_config(settings, *text, model, ConfigKind::kUser, user_conf.string()); !done) {
    return forward_error(done);
  }
  return settings;
}

}  // namespace vernier::scenarios
