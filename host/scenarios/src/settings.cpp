// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/settings.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fmt/format.h>

namespace vernier::scenarios {
namespace {

double percentile_of(const Settings& s) {
  switch (s.scenario) {
    case Scenario::kSingleStream: return s.single_stream_target_latency_percentile;
    case Scenario::kMultiStream:
    case Scenario::kMultiStreamFixed: return s.multi_stream_target_latency_percentile;
    case Scenario::kServer: return s.server_target_latency_percentile;
    case Scenario::kOffline: break;
  }
  return 0.99;  // not used by Offline; LoadGen sets it so too
}

double target_qps_of(const Settings& s) {
  switch (s.scenario) {
    case Scenario::kSingleStream: return 1e9 / s.single_stream_expected_latency_ns;
    case Scenario::kMultiStream: return 1e9 / s.multi_stream_expected_latency_ns;
    case Scenario::kMultiStreamFixed: return s.multi_stream_fixed_qps;
    case Scenario::kServer: return s.server_target_qps;
    case Scenario::kOffline: break;
  }
  return s.offline_expected_qps;
}

/// Samples in the smallest set that a test loads; the last set of an accuracy run may be a rest.
std::uint64_t smallest_set(const Settings& s, LibrarySize library, std::uint64_t loaded) {
  const std::uint64_t whole = std::min(loaded, library.total);
  if (s.mode != Mode::kAccuracy && s.mode != Mode::kSubmission) return whole;
  const std::uint64_t wanted = s.accuracy_sample_count_override == 0 ? library.total : s.accuracy_sample_count_override;
  const std::uint64_t count = std::min(wanted, library.total);
  return count % loaded == 0 ? whole : std::min(whole, count % loaded);
}

Settings with_test05_applied(Settings s) {
  if (!s.test05) return s;
  s.mode = Mode::kPerformance;
  s.qsl_rng_seed = s.test05_qsl_rng_seed;
  s.sample_index_rng_seed = s.test05_sample_index_rng_seed;
  s.schedule_rng_seed = s.test05_schedule_rng_seed;
  return s;
}

}  // namespace

std::string_view name_of(Scenario scenario) {
  switch (scenario) {
    case Scenario::kSingleStream: return "SingleStream";
    case Scenario::kMultiStream: return "MultiStream";
    case Scenario::kServer: return "Server";
    case Scenario::kOffline: return "Offline";
    case Scenario::kMultiStreamFixed: break;
  }
  return "MultiStreamFixed";
}

std::string_view name_of(Mode mode) {
  switch (mode) {
    case Mode::kSubmission: return "SubmissionRun";
    case Mode::kAccuracy: return "AccuracyOnly";
    case Mode::kPerformance: return "PerformanceOnly";
    case Mode::kFindPeak: break;
  }
  return "FindPeakPerformance";
}

Result<Scenario> scenario_of(std::string_view name) {
  const auto plain = [](std::string_view text) {
    std::string letters;
    for (const char c : text) {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
        letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      }
    }
    return letters;
  };
  for (const Scenario s : {Scenario::kSingleStream, Scenario::kMultiStream, Scenario::kServer, Scenario::kOffline,
                           Scenario::kMultiStreamFixed}) {
    if (plain(name) == plain(name_of(s))) return s;
  }
  return fail(ErrorCode::kInvalidInput,
              fmt::format("'{}' is not one of SingleStream, MultiStream, Server, Offline, MultiStreamFixed", name),
              "scenario");
}

std::optional<Error> refuse(const Settings& s, LibrarySize library) {
  const auto bad = [](std::string what, std::string where) {
    return Error{ErrorCode::kInvalidInput, std::move(what), std::move(where)};
  };
  if (library.total < 1 || library.total > 0x7FFFFFFF) {
    return bad(fmt::format("{} samples; 1 to 2147483647 are allowed", library.total), "sample library");
  }
  const std::uint64_t loaded =
      s.performance_sample_count_override == 0 ? library.performance : s.performance_sample_count_override;
  if (loaded < 1 || library.performance < 1) {
    return bad("no sample is loaded for performance; at least 1 is needed", "sample library");
  }
  if (s.min_query_count == 0 && s.min_duration_ms == 0) {
    return bad("min_query_count and min_duration are both 0: no query would be generated", "settings");
  }
  const double percentile = percentile_of(s);
  if (!(percentile > 0 && percentile < 1)) {
    return bad(fmt::format("{}; more than 0 and less than 1 is allowed", percentile), "target_latency_percentile");
  }
  const double qps = target_qps_of(s);
  if (!(qps > 0 && qps <= 1e9)) {  // above, the schedule's period is 0 ns and generation never ends
    return bad(fmt::format("{} queries per second; more than 0 and at most 1e9 are allowed", qps), "target_qps");
  }
  const bool streams = s.scenario == Scenario::kMultiStream || s.scenario == Scenario::kMultiStreamFixed;
  if (streams && (s.multi_stream_samples_per_query < 1 || s.multi_stream_samples_per_query > 1'000'000)) {
    return bad(fmt::format("{}; 1 to 1000000 are allowed", s.multi_stream_samples_per_query), "samples_per_query");
  }
  const std::uint64_t smallest = smallest_set(s, library, loaded);
  if (s.performance_issue_same && s.performance_issue_same_index >= smallest) {
    return bad(fmt::format("{}; the smallest set of samples that is loaded has {}", s.performance_issue_same_index, smallest),
               "performance_issue_same_index");
  }
  if (s.performance_issue_same && s.performance_issue_unique) {
    return bad("performance_issue_unique and performance_issue_same exclude each other", "settings");
  }
  if (s.performance_issue_unique && s.scenario == Scenario::kOffline && loaded > library.total) {
    return bad(fmt::format("{} unique samples asked for, {} exist", loaded, library.total), "performance_issue_unique");
  }
  if (s.performance_issue_unique && s.sample_concatenate_permutation && streams && s.mode != Mode::kAccuracy) {
    return bad("performance_issue_unique and sample_concatenate_permutation exclude each other in MultiStream", "settings");
  }
  if (s.mode == Mode::kFindPeak) {
    if (s.scenario != Scenario::kServer) {
      return bad("finding peak performance is only supported in Server scenarios", "mode");
    }
    if (!(s.server_find_peak_qps_boundary_step_size > 0)) {
      return bad("the boundary step size must be above 0", "server_find_peak_qps_boundary_step_size");
    }
  }
  return std::nullopt;
}

Result<EffectiveSettings> effective_settings(const Settings& settings, LibrarySize library) {
  if (const auto refused = refuse(settings, library)) return tl::unexpected<Error>(*refused);
  EffectiveSettings e;
  e.requested = with_test05_applied(settings);
  const Settings& s = e.requested;
  e.scenario = s.scenario;
  e.mode = s.mode;
  e.target_qps = target_qps_of(s);
  e.target_latency_percentile = percentile_of(s);
  e.max_async_queries = s.scenario == Scenario::kServer ? s.server_max_async_queries : 1;
  if (s.scenario == Scenario::kServer) e.target_latency_ns = static_cast<std::int64_t>(s.server_target_latency_ns);
  if (s.scenario == Scenario::kMultiStreamFixed) {
    e.target_latency_ns = static_cast<std::int64_t>(s.multi_stream_fixed_latency_ns);
  }
  e.target_duration_ms = e.min_duration_ms = static_cast<std::int64_t>(s.min_duration_ms);
  e.max_duration_ms = static_cast<std::int64_t>(s.max_duration_ms);
  e.min_query_count = s.min_query_count;
  e.max_query_count = s.max_query_count;
  e.performance_sample_count =
      s.performance_sample_count_override == 0 ? library.performance : s.performance_sample_count_override;
  e.accuracy_sample_count = s.accuracy_sample_count_override == 0 ? library.total : s.accuracy_sample_count_override;

  const double target_seconds = static_cast<double>(e.target_duration_ms) / 1000;
  if (s.scenario == Scenario::kMultiStream || s.scenario == Scenario::kMultiStreamFixed) {
    e.samples_per_query = s.multi_stream_samples_per_query;
  }
  if (s.scenario == Scenario::kOffline) {
    // one query with ten percent more samples than the minimum duration needs at the expected rate
    const auto samples = static_cast<std::uint64_t>(1.1 * target_seconds * e.target_qps);
    e.samples_per_query = s.performance_issue_unique ? e.performance_sample_count : std::max(e.min_query_count, samples);
    e.min_query_count = 1;
    e.target_duration_ms = 0;
  }
  if (s.sample_concatenate_permutation && s.scenario == Scenario::kSingleStream) {
    const auto expected = static_cast<std::uint64_t>(2.0 * target_seconds * e.target_qps);
    e.min_query_count = std::max(e.min_query_count, expected);
    e.min_query_count += library.performance - e.min_query_count % library.performance;
  }
  if (e.samples_per_query == 0) {
    return fail(ErrorCode::kInvalidInput, "min_duration times expected_qps gives no sample and min_query_count is 0",
                "settings");
  }
  e.min_sample_count = e.min_query_count * e.samples_per_query;
  return e;
}

}  // namespace vernier::scenarios
