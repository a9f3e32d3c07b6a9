// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/real_time_run.hpp>

#include <atomic>
#include <exception>
#include <fmt/format.h>
#include <fstream>
#include <vector>

#include <loadgen.h>
#include <query_sample_library.h>
#include <system_under_test.h>
#include <test_settings.h>

#include <vernier/scenarios/log_reader.hpp>

namespace vernier::scenarios {
namespace {

enum class LoadgenState : std::uint8_t { kIdle, kRunning, kBroken };
/// LoadGen's controller and logger are one a process.
std::atomic<LoadgenState> loadgen_state{LoadgenState::kIdle};

class SystemAdapter final : public mlperf::SystemUnderTest {
 public:
  explicit SystemAdapter(const scenarios::SystemUnderTest& system) : system_(system) {}
  const std::string& Name() override { return system_.name; }
  void IssueQuery(const std::vector<mlperf::QuerySample>& samples) override {
    issued_.resize(samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) issued_[i] = {samples[i].id, samples[i].index};
    system_.issue(issued_);
  }
  void FlushQueries() override {
    if (system_.flush) system_.flush();
  }

 private:
  const scenarios::SystemUnderTest& system_;
  std::vector<IssuedSample> issued_;  // one issuing thread: the buffer is reused
};

class LibraryAdapter final : public mlperf::QuerySampleLibrary {
 public:
  explicit LibraryAdapter(const SampleLibrary& library) : library_(library) {}
  const std::string& Name() override { return library_.name; }
  std::size_t TotalSampleCount() override { return library_.size.total; }
  std::size_t PerformanceSampleCount() override { return library_.size.performance; }
  void LoadSamplesToRam(const std::vector<mlperf::QuerySampleIndex>& samples) override {
    if (library_.load) library_.load(samples);
  }
  void UnloadSamplesFromRam(const std::vector<mlperf::QuerySampleIndex>& samples) override {
    if (library_.unload) library_.unload(samples);
  }

 private:
  const SampleLibrary& library_;
};

mlperf::TestScenario loadgen_scenario(Scenario scenario) {
  switch (scenario) {
    case Scenario::kMultiStream: return mlperf::TestScenario::MultiStream;
    case Scenario::kServer: return mlperf::TestScenario::Server;
    case Scenario::kOffline: return mlperf::TestScenario::Offline;
    case Scenario::kSingleStream:
    case Scenario::kMultiStreamFixed: break;
  }
  return mlperf::TestScenario::SingleStream;
}

mlperf::TestMode loadgen_mode(Mode mode) {
  switch (mode) {
    case Mode::kSubmission: return mlperf::TestMode::SubmissionRun;
    case Mode::kAccuracy: return mlperf::TestMode::AccuracyOnly;
    case Mode::kFindPeak: return mlperf::TestMode::FindPeakPerformance;
    case Mode::kPerformance: break;
  }
  return mlperf::TestMode::PerformanceOnly;
}

mlperf::TestSettings loadgen_settings(const Settings& s) {
  mlperf::TestSettings t;
  t.scenario = loadgen_scenario(s.scenario);
  t.mode = loadgen_mode(s.mode);
  t.single_stream_expected_latency_ns = s.single_stream_expected_latency_ns;
  t.single_stream_target_latency_percentile = s.single_stream_target_latency_percentile;
  t.multi_stream_expected_latency_ns = s.multi_stream_expected_latency_ns;
  t.multi_stream_target_latency_percentile = s.multi_stream_target_latency_percentile;
  t.multi_stream_samples_per_query = s.multi_stream_samples_per_query;
  t.server_target_qps = s.server_target_qps;
  t.server_target_latency_ns = s.server_target_latency_ns;
  t.server_target_latency_percentile = s.server_target_latency_percentile;
  t.server_coalesce_queries = s.server_coalesce_queries;
  t.server_find_peak_qps_decimals_of_precision = s.server_find_peak_qps_decimals_of_precision;
  t.server_find_peak_qps_boundary_step_size = s.server_find_peak_qps_boundary_step_size;
  t.server_max_async_queries = s.server_max_async_queries;
  t.server_num_issue_query_threads = s.server_num_issue_query_threads;
  t.offline_expected_qps = s.offline_expected_qps;
  t.sample_concatenate_permutation = s.sample_concatenate_permutation;
  t.min_duration_ms = s.min_duration_ms;
  t.max_duration_ms = s.max_duration_ms;
  t.min_query_count = s.min_query_count;
  t.max_query_count = s.max_query_count;
  t.qsl_rng_seed = s.qsl_rng_seed;
  t.sample_index_rng_seed = s.sample_index_rng_seed;
  t.schedule_rng_seed = s.schedule_rng_seed;
  t.accuracy_log_rng_seed = s.accuracy_log_rng_seed;
  t.accuracy_log_probability = s.accuracy_log_probability;
  t.accuracy_log_sampling_target = s.accuracy_log_sampling_target;
  t.test05 = s.test05;
  t.test05_qsl_rng_seed = s.test05_qsl_rng_seed;
  t.test05_sample_index_rng_seed = s.test05_sample_index_rng_seed;
  t.test05_schedule_rng_seed = s.test05_schedule_rng_seed;
  t.print_timestamps = s.print_timestamps;
  t.performance_issue_unique = s.performance_issue_unique;
  t.performance_issue_same = s.performance_issue_same;
  t.performance_issue_same_index = s.performance_issue_same_index;
  t.performance_sample_count_override = s.performance_sample_count_override;
  t.accuracy_sample_count_override = s.accuracy_sample_count_override;
  t.use_token_latencies = s.use_token_latencies;
  t.server_ttft_latency = s.server_ttft_latency;
  t.server_tpot_latency = s.server_tpot_latency;
  t.infer_token_latencies = s.infer_token_latencies;
  t.token_latency_scaling_factor = s.token_latency_scaling_factor;
  return t;
}

/// LoadGen gives up without a word of error when a log cannot be opened, and leaves its thread running.
Result<void> check_writable(const LogOutput& logs) {
  std::error_code failed;
  std::filesystem::create_directories(logs.directory, failed);
  if (failed) return fail(ErrorCode::kIo, failed.message(), logs.directory.string());
  for (const auto& file : {logs.file("summary", "txt"), logs.file("detail", "txt"), logs.file("accuracy", "json"),
                           logs.file("trace", "json")}) {
    if (!std::ofstream(file)) return fail(ErrorCode::kIo, "cannot be opened for writing", file.string());
  }
  return {};
}

thread_local std::vector<mlperf::QuerySampleResponse> response_buffer;

std::vector<mlperf::QuerySampleResponse>& loadgen_responses(std::span<const Response> responses) {
  response_buffer.clear();
  for (const Response& r : responses) {
    response_buffer.emplace_back(r.id, reinterpret_cast<std::uintptr_t>(r.data.data()), r.data.size(), r.tokens);
  }
  return response_buffer;
}

}  // namespace

void complete(std::span<const Response> responses) {
  auto& buffer = loadgen_responses(responses);
  mlperf::QuerySamplesComplete(buffer.data(), buffer.size());
}

void complete_first_tokens(std::span<const Response> responses) {
  auto& buffer = loadgen_responses(responses);
  mlperf::FirstTokenComplete(buffer.data(), buffer.size());
}

Result<TestResult> RealTimeRun::run() {
  if (settings_.scenario == Scenario::kMultiStreamFixed) {
    return fail(ErrorCode::kUnsupported, "LoadGen has had no fixed-interval MultiStream since v2.0", "scenario");
  }
  if (settings_.server_num_issue_query_threads != 0) {
    return fail(ErrorCode::kUnsupported, "LoadGen lets issue threads run once a process only; 0 is allowed",
                "server_num_issue_query_threads");
  }
  if (const auto effective = effective_settings(settings_, library_.size); !effective) return forward_error(effective);
  if (auto writable = check_writable(logs_); !writable) return forward_error(writable);

  LoadgenState idle = LoadgenState::kIdle;
  if (!loadgen_state.compare_exchange_strong(idle, LoadgenState::kRunning)) {
    return fail(ErrorCode::kUnavailable,
                idle == LoadgenState::kBroken ? "an earlier run ended inside LoadGen; start a new process"
                                              : "another run is under way in this process",
                "LoadGen");
  }
  SystemAdapter system(system_);
  LibraryAdapter library(library_);
  mlperf::LogSettings log_settings;
  log_settings.log_output.outdir = logs_.directory.string();
  log_settings.log_output.prefix = logs_.prefix;
  log_settings.log_output.suffix = logs_.suffix;
  log_settings.enable_trace = logs_.trace;
  try {
    mlperf::StartTest(&system, &library, loadgen_settings(settings_), log_settings, audit_config_.string());
  } catch (const std::exception& error) {
    loadgen_state = LoadgenState::kBroken;
    return fail(ErrorCode::kUnavailable, fmt::format("LoadGen threw: {}", error.what()), "LoadGen");
  }
  loadgen_state = LoadgenState::kIdle;
  return read_result(logs_);
}

}  // namespace vernier::scenarios
