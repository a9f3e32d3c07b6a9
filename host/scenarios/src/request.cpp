// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/request.hpp>

#include <cmath>
#include <fmt/format.h>

#include <vernier/core/files.hpp>
#include <vernier/scenarios/config.hpp>

namespace vernier::scenarios {
namespace {

constexpr double kUnset = -1;  // below every value a configuration file can sensibly give

/// The one figure of a scenario that a user has to know beforehand: where it is kept.
double& expectation_of(Settings& s) {
  switch (s.scenario) {
    case Scenario::kSingleStream: return s.single_stream_expected_latency_ns;
    case Scenario::kMultiStream: return s.multi_stream_expected_latency_ns;
    case Scenario::kServer: return s.server_target_qps;
    case Scenario::kMultiStreamFixed: return s.multi_stream_fixed_qps;
    case Scenario::kOffline: break;
  }
  return s.offline_expected_qps;
}

Result<void> read_files(Settings& s, const TestRequest& request, std::string& from) {
  double& expected = expectation_of(s);
  if (auto ok = apply_config(s, mlperf_conf(), request.conf_model, ConfigKind::kMlperf, "mlperf.conf"); !ok) return ok;
  // the round's rates of 1 and latencies of 10 ms stand for "tell me"; only fixed ticks are a rule
  from = "mlperf.conf";
  if (s.scenario != Scenario::kMultiStreamFixed) expected = kUnset;
  if (request.user_conf.empty()) return {};
  const double before = expected;
  const auto text = read_text(request.user_conf);
  if (!text) return forward_error(text);
  if (auto ok = apply_config(s, *text, request.conf_model, ConfigKind::kUser, request.user_conf.string()); !ok) return ok;
  if (expected != before) from = request.user_conf.filename().string();
  return {};
}

Result<void> check(const TestRequest& request, DeviceSpeed speed) {
  const auto positive = [](const auto& value, const char* name) -> Result<void> {
    if (!value || *value > 0) return {};
    return fail(ErrorCode::kInvalidInput, fmt::format("is {}; it must be above 0", *value), name);
  };
  if (auto ok = positive(request.target_qps, "target rate"); !ok) return ok;
  if (auto ok = positive(request.target_latency_s, "target latency"); !ok) return ok;
  if (auto ok = positive(request.min_duration_s, "duration"); !ok) return ok;
  if (auto ok = positive(request.min_queries, "queries"); !ok) return ok;
  if (auto ok = positive(request.samples_per_query, "samples a query"); !ok) return ok;
  const double sustained = speed.sustained_qps.value_or(speed.peak_qps);
  if (!(speed.latency_s > 0 && speed.peak_qps > 0 && sustained > 0)) {
    return fail(ErrorCode::kInvalidInput, fmt::format("latency {} s, peak {} a second, sustained {}; all must be above 0", speed.latency_s, speed.peak_qps, sustained), "device");
  }
  return {};
}

void derive_expectation(Settings& s, DeviceSpeed speed, std::string& from) {
  double& expected = expectation_of(s);
  switch (s.scenario) {
    case Scenario::kSingleStream:
      expected = 1e9 * speed.latency_s;
      from = "the device's latency";
      return;
    case Scenario::kMultiStream:
      expected = 1e9 * static_cast<double>(s.multi_stream_samples_per_query) / speed.peak_qps;
      from = "the device's peak rate";
      return;
    case Scenario::kServer: {
      const double share = s.mode == Mode::kFindPeak ? kFindPeakStart : kServerLoad;
      expected = share * speed.sustained_qps.value_or(speed.peak_qps);
      from = fmt::format("{:.0f} % of the device's {} rate", 100 * share, speed.sustained_qps ? "sustained" : "peak");
      return;
    }
    case Scenario::kOffline: {
      const double times = speed.sustained_qps ? kOfflineHeadroom : 1;
      expected = times * speed.peak_qps;
      from = speed.sustained_qps ? fmt::format("{} times the device's peak rate", times) : "the device's peak rate";
      return;
    }
    case Scenario::kMultiStreamFixed: break;
  }
}

}  // namespace

Result<RequestedTest> settings_for(const TestRequest& request, DeviceSpeed speed) {
  if (auto ok = check(request, speed); !ok) return forward_error(ok);
  RequestedTest test;
  Settings& s = test.settings;
  s.scenario = request.scenario;
  if (auto ok = read_files(s, request, test.target_from); !ok) return forward_error(ok);
  if (request.mode) s.mode = *request.mode;
  if (request.min_duration_s) s.min_duration_ms = static_cast<std::uint64_t>(std::llround(1e3 * *request.min_duration_s));
  if (request.min_queries) s.min_query_count = *request.min_queries;
  if (request.samples_per_query) s.multi_stream_samples_per_query = *request.samples_per_query;
  if (request.target_latency_s) s.server_target_latency_ns = static_cast<std::uint64_t>(std::llround(1e9 * *request.target_latency_s));
  const bool rate = s.scenario != Scenario::kSingleStream && s.scenario != Scenario::kMultiStream;
  if (request.target_qps && rate) {
    expectation_of(s) = *request.target_qps;
    test.target_from = "the command line";
  } else if (expectation_of(s) < 0) {
    derive_expectation(s, speed, test.target_from);
    test.planned = s.scenario != Scenario::kMultiStreamFixed;
  }
  return test;
}

std::optional<RequestedTest> planned_again(const RequestedTest& test, const Summary& summary) {
  if (!test.planned || test.settings.mode != Mode::kPerformance || summary.min_duration_met) return {};
  RequestedTest again = test;
  double& expected = expectation_of(again.settings);
  switch (test.settings.scenario) {
    case Scenario::kSingleStream: expected = static_cast<double>(summary.sample.mean) / kOfflineHeadroom; break;
    case Scenario::kMultiStream: expected = static_cast<double>(summary.query.mean) / kOfflineHeadroom; break;
    case Scenario::kOffline: expected = kOfflineHeadroom * summary.samples_per_second; break;
    case Scenario::kServer:  // its duration is that of its schedule
    case Scenario::kMultiStreamFixed: return {};
  }
  if (!(expected > 0)) return {};
  again.target_from = fmt::format("{} times the rate of a run that ended early", kOfflineHeadroom);
  return again;
}

}  // namespace vernier::scenarios
