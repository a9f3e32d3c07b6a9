// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <test_settings.h>

#include <vernier/core/files.hpp>
#include <vernier/scenarios/config.hpp>

#include "harness.hpp"

using namespace vernier;
using namespace vernier::scenarios;

namespace {

/// Every field that a configuration file can reach, by name.
template <class Settings>
std::map<std::string, double> fields_of(const Settings& s) {
  const auto n = [](auto value) { return static_cast<double>(value); };
  return {{"mode", n(static_cast<int>(s.mode))},
          {"ss_latency", s.single_stream_expected_latency_ns},
          {"ss_percentile", s.single_stream_target_latency_percentile},
          {"ms_latency", s.multi_stream_expected_latency_ns},
          {"ms_percentile", s.multi_stream_target_latency_percentile},
          {"ms_samples", n(s.multi_stream_samples_per_query)},
          {"server_qps", s.server_target_qps},
          {"server_latency", n(s.server_target_latency_ns)},
          {"server_percentile", s.server_target_latency_percentile},
          {"coalesce", n(s.server_coalesce_queries)},
          {"max_async", n(s.server_max_async_queries)},
          {"offline_qps", s.offline_expected_qps},
          {"equal_issue", n(s.sample_concatenate_permutation)},
          {"min_duration", n(s.min_duration_ms)},
          {"max_duration", n(s.max_duration_ms)},
          {"min_queries", n(s.min_query_count)},
          {"max_queries", n(s.max_query_count)},
          {"qsl_seed", n(s.qsl_rng_seed)},
          {"sample_seed", n(s.sample_index_rng_seed)},
          {"schedule_seed", n(s.schedule_rng_seed)},
          {"log_seed", n(s.accuracy_log_rng_seed)},
          {"log_probability", s.accuracy_log_probability},
          {"log_target", n(s.accuracy_log_sampling_target)},
          {"test05", n(s.test05)},
          {"test05_qsl", n(s.test05_qsl_rng_seed)},
          {"test05_sample", n(s.test05_sample_index_rng_seed)},
          {"test05_schedule", n(s.test05_schedule_rng_seed)},
          {"print", n(s.print_timestamps)},
          {"unique", n(s.performance_issue_unique)},
          {"same", n(s.performance_issue_same)},
          {"same_index", n(s.performance_issue_same_index)},
          {"performance_count", n(s.performance_sample_count_override)},
          {"accuracy_count", n(s.accuracy_sample_count_override)},
          {"tokens", n(s.use_token_latencies)},
          {"ttft", n(s.server_ttft_latency)},
          {"tpot", n(s.server_tpot_latency)},
          {"infer", n(s.infer_token_latencies)},
          {"factor", n(s.token_latency_scaling_factor)}};
}

struct Named {
  Scenario ours;
  mlperf::TestScenario theirs;
};
constexpr Named kScenarios[] = {{Scenario::kSingleStream, mlperf::TestScenario::SingleStream},
                                {Scenario::kMultiStream, mlperf::TestScenario::MultiStream},
                                {Scenario::kServer, mlperf::TestScenario::Server},
                                {Scenario::kOffline, mlperf::TestScenario::Offline}};

/// mlperf.conf and then, if given, a user.conf: through LoadGen's parser and through ours.
void check_equal(const Named& scenario, const std::string& model, const std::string& user_conf) {
  CAPTURE(model, name_of(scenario.ours), user_conf);
  mlperf::TestSettings theirs;
  theirs.scenario = scenario.theirs;
  theirs.token_latency_scaling_factor = 1;  // LoadGen leaves it without a value
  const std::string name(name_of(scenario.ours));
  REQUIRE(theirs.FromConfig("", model, name, 0) == 0);
  Settings ours;
  ours.scenario = scenario.ours;
  REQUIRE(apply_config(ours, mlperf_conf(), model, ConfigKind::kMlperf, "mlperf.conf"));
  if (!user_conf.empty()) {
    const auto file = conformance::scratch_folder("config") / "user.conf";
    std::filesystem::create_directories(file.parent_path());
    REQUIRE(write_atomically(file, user_conf));
    REQUIRE(theirs.FromConfig(file.string(), model, name, 2) == 0);
    REQUIRE(apply_config(ours, user_conf, model, ConfigKind::kUser, "user.conf"));
  }
  REQUIRE(fields_of(ours) == fields_of(theirs));
}

std::set<std::string> models_of_the_round() {
  std::set<std::string> models{"*", "unknown"};
  std::istringstream lines{std::string(mlperf_conf())};
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != '#' && line.find('.') != std::string::npos) {
      models.insert(line.substr(0, line.find(line.find(".*.") != std::string::npos ? ".*." : ".")));
    }
  }
  return models;
}

}  // namespace

TEST_CASE("mlperf.conf gives LoadGen's settings for every model and scenario of the round", "[conformance]") {
  const auto models = models_of_the_round();
  REQUIRE(models.size() > 15);
  for (const std::string& model : models) {
    for (const Named& scenario : kScenarios) check_equal(scenario, model, "");
  }
}

TEST_CASE("Random user.conf files mean to us what they mean to LoadGen", "[conformance]") {
  std::mt19937 engine(11);
  const auto pick = [&](const auto& from) { return from[engine() % std::size(from)]; };
  constexpr const char* kModels[] = {"*", "resnet50", "gptj", "llama2-70b", "other"};
  constexpr const char* kPlaces[] = {"*", "SingleStream", "MultiStream", "Server", "Offline"};
  constexpr const char* kKeys[] = {
      "mode", "use_token_latencies", "ttft_latency", "tpot_latency", "infer_token_latencies",
      "token_latency_scaling_factor", "target_latency_percentile", "samples_per_query", "target_latency", "target_qps",
      "performance_issue_unique", "performance_issue_same", "performance_issue_same_index",
      "sample_concatenate_permutation", "coalesce_queries", "max_async_queries", "min_duration", "max_duration",
      "min_query_count", "max_query_count", "performance_sample_count_override", "accuracy_sample_count_override",
      "print_timestamps", "accuracy_log_rng_seed", "accuracy_log_sampling_target", "qsl_rng_seed",
      "sample_index_rng_seed", "schedule_rng_seed", "accuracy_log_probability", "test05", "not_a_key"};
  constexpr const char* kValues[] = {"0", "1", "2", "3", "10", "99.5", "0x10", "1e3", "0.25", "600000"};
  constexpr const char* kForms[] = {"{}.{}.{} = {}\n", "  {}.{}.{}   =\t{}\n", "{}.{}.{} = {} # note\n", "# {}.{}.{} = {}\n"};
  for (int i = 0; i < 300; ++i) {
    std::string text;
    for (unsigned line = 0; line < 1 + engine() % 12; ++line) {
      const std::string key = pick(kKeys);
      constexpr const char* kModes[] = {"0", "1", "2", "3"};
      const char* value = key == "mode" ? pick(kModes) : pick(kValues);
      // a comment behind a value is read as a value by LoadGen, and refused: not a form for this test
      std::string form = pick(kForms);
      if (form.find("# note") != std::string::npos) form = "\n{}.{}.{} = {}\n";
      text += fmt::format(fmt::runtime(form), pick(kModels), pick(kPlaces), key, value);
    }
    check_equal(pick(kScenarios), pick(kModels), text);
  }
}
