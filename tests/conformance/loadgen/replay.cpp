// SPDX-License-Identifier: Apache-2.0
#include "replay.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <mutex>

#include <vernier/core/files.hpp>
#include <vernier/scenarios/log_reader.hpp>
#include <vernier/scenarios/virtual_run.hpp>

#include "clock.hpp"
#include "harness.hpp"

namespace vernier::conformance {

using namespace scenarios;

namespace {

std::int64_t tokens_of(std::size_t index) { return 2 + static_cast<std::int64_t>(index * 31 % 17); }

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Places of samples by LoadGen's ids, and the stamps; from any thread.
class Recorder {
 public:
  void submit(std::span<const IssuedSample> samples, DynamicBatcher& batcher) {
    const std::int64_t before = steady_ns();
    {
      const std::lock_guard lock(mutex_);
      for (const IssuedSample& s : samples) {
        places_[s.id] = submitted_.size();
        submitted_.push_back({before, 0});
      }
    }
    batcher.submit(samples);
    const std::int64_t after = steady_ns();
    const std::lock_guard lock(mutex_);
    for (const IssuedSample& s : samples) submitted_[places_.at(s.id)].after_ns = after;
  }
  void ran(std::size_t instance, std::span<const IssuedSample> samples, std::int64_t begin_ns) {
    RanBatch batch{instance, {}, begin_ns, steady_ns()};
    const std::lock_guard lock(mutex_);
    for (const IssuedSample& s : samples) batch.places.push_back(places_.at(s.id));
    batches_.push_back(std::move(batch));
  }
  void give(Replay& replay) {
    replay.submitted = std::move(submitted_);
    replay.batches = std::move(batches_);
  }

 private:
  std::mutex mutex_;
  std::map<std::uintptr_t, std::size_t> places_;
  std::vector<Submitted> submitted_;
  std::vector<RanBatch> batches_;
};

/// Answers a batch after a little work: first tokens half way when they are wanted.
void execute(const Replay& replay, std::span<const IssuedSample> batch) {
  const auto wait = [&] {
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(replay.busy_us / 2);
    while (std::chrono::steady_clock::now() < until) {
    }
  };
  std::vector<Response> responses;
  for (const IssuedSample& s : batch) responses.push_back({s.id, {}, tokens_of(s.index)});
  wait();
  if (replay.settings.use_token_latencies && replay.settings.scenario != Scenario::kOffline)
    complete_first_tokens(responses);
  wait();
  complete(responses);
}

struct TracedSample {
  std::int64_t scheduled_ns = 0, issued_ns = 0, done_ns = 0, first_token_ns = -1;  // in the trace's time
  std::uint64_t query = 0;
  std::size_t index = 0;
};

std::int64_t trace_time(const std::string& line) {
  long long micros = 0;
  long long nanos = 0;
  REQUIRE(std::sscanf(std::strstr(line.c_str(), "\"ts\":"), "\"ts\":%lld.%lld", &micros, &nanos) == 2);
  return micros * 1000 + nanos;
}

/// Samples by sequence id.
std::map<std::uint64_t, TracedSample> read_trace(const std::string& trace) {
  std::map<std::uint64_t, TracedSample> samples;
  std::map<std::uint64_t, std::int64_t> first_tokens;                  // by sequence id
  std::map<std::int64_t, std::int64_t> first_tokens_of_schedule;      // Server's counters carry no id
  for (const std::string& line : lines_of(trace)) {
    unsigned long long seq = 0;
    unsigned long long query = 0;
    unsigned long long index = 0;
    long long issue = 0;
    long long done = 0;
    const char* args = std::strstr(line.c_str(), "\"args\":{");
    const bool begin = line.find("\"ph\":\"b\"") != std::string::npos;
    if (line.starts_with("{\"name\":\"Token_Latency\"")) {
      REQUIRE(std::sscanf(args, "\"args\":{ \"issue_delay\":%lld,\"issue_to_done\":%lld", &issue, &done) == 2);
      first_tokens_of_schedule[trace_time(line)] = issue + done;
    } else if (begin && (line.starts_with("{\"name\":\"Sample\"") || line.starts_with("{\"name\":\"Token\""))) {
      REQUIRE(
          std::sscanf(args,
                      "\"args\":{\"sample_seq\":%llu,\"query_seq\":%llu,\"sample_idx\":%llu,\"issue_start_ns\":%lld,"
                      "\"complete_ns\":%lld",
                      &seq, &query, &index, &issue, &done) == 5);
      const std::int64_t scheduled = trace_time(line);
      if (line[9] == 'T') {
        first_tokens[seq] = done;
      } else {
        samples[seq] = {scheduled, scheduled + issue, scheduled + done, -1, query, index};
      }
    }
  }
  for (auto& [seq, s] : samples) {
    if (const auto at = first_tokens.find(seq); at != first_tokens.end()) s.first_token_ns = at->second;
    if (const auto at = first_tokens_of_schedule.find(s.scheduled_ns); at != first_tokens_of_schedule.end()) {
      s.first_token_ns = at->second;
    }
  }
  return samples;
}

Measurement measurement_of(const Replay& replay, const std::map<std::uint64_t, TracedSample>& samples) {
  REQUIRE_FALSE(samples.empty());
  const bool ideal = replay.settings.scenario == Scenario::kServer || replay.settings.scenario == Scenario::kOffline;
  const TracedSample& first = samples.begin()->second;
  const std::int64_t start = ideal ? first.scheduled_ns : first.issued_ns - replay.start_to_first_issue_ns;
  Measurement m;
  std::map<std::uint64_t, std::int64_t> query_latency;
  for (const auto& [seq, s] : samples) {
    const std::int64_t latency = s.done_ns - s.scheduled_ns;
    m.sample_latency_ns.push_back(latency);
    m.max_latency_ns = std::max(m.max_latency_ns, latency);
    query_latency[s.query] = std::max(query_latency[s.query], latency);
    if (!replay.settings.use_token_latencies) continue;
    m.tokens.push_back(tokens_of(s.index));
    if (replay.settings.scenario == Scenario::kOffline) continue;
    REQUIRE(s.first_token_ns >= 0);
    m.first_token_ns.push_back(s.first_token_ns);
    m.per_output_token_ns.push_back((latency - s.first_token_ns) / (tokens_of(s.index) - 1));
  }
  const TracedSample& last = samples.rbegin()->second;
  m.queries_issued = query_latency.size();
  m.last_scheduled_ns = last.scheduled_ns - start;
  m.last_issued_ns = last.issued_ns - start;
  m.last_done_ns = last.scheduled_ns + query_latency[last.query] - start;
  if (replay.settings.scenario == Scenario::kMultiStream) {
    for (const auto& [query, latency] : query_latency) m.query_latency_ns.push_back(latency);
  }
  return m;
}

std::vector<std::string> results_only(const std::vector<std::string>& lines) {
  std::vector<std::string> kept;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(kept), [](const std::string& line) {
    return line.starts_with("result_") || line.starts_with("early_") || line.starts_with("num_errors") ||
           line.starts_with("requested_") || line.starts_with("effective_");
  });
  return kept;
}

}  // namespace

void run_for_real(Replay& replay) {
  ClockRecorder clock;
  Recorder recorder;
  {
    DynamicBatcher batcher(replay.policy, [&](std::size_t instance, std::span<const IssuedSample> batch) {
      const std::int64_t begin = steady_ns();
      execute(replay, batch);
      recorder.ran(instance, batch, begin);
    });
    bool is_first = true;
    const auto issue = [&](std::span<const IssuedSample> samples) {
      if (is_first) {
        // LoadGen reads its clock for: start, the loop's trace, the wait's trace, issue time, end of wait, issue's trace
        const auto& r = clock.readings();
        replay.start_to_first_issue_ns = r[r.size() - 3] - r[r.size() - 6];
        is_first = false;
      }
      replay.inside_issue ? execute(replay, samples) : recorder.submit(samples, batcher);
    };
    RealTimeRun run(replay.settings, {"replayed", issue, {}}, {"library", replay.library, {}, {}}, replay.output);
    const auto result = run.run();
    if (!result) FAIL(to_string(result.error()));
    replay.result = *result;
  }
  recorder.give(replay);
}

void check_replayed(const Replay& replay) {
  const auto detail = read_text(replay.output.file("detail", "txt"));
  const auto summary = read_text(replay.output.file("summary", "txt"));
  const auto trace = read_text(replay.output.file("trace", "json"));
  REQUIRE((detail && summary && trace));
  const auto settings = effective_settings(replay.settings, replay.library);
  REQUIRE(settings);

  const Summary ours = summarize(*settings, measurement_of(replay, read_trace(*trace)));
  DetailLog log;
  append_settings(log, *settings);
  for (const std::string& error : replay.result.errors) log.error("error_runtime", error);
  append_result(log, ours, *settings);
  const auto lines = [](const std::string& text) { return results_only(comparable_detail(text)); };
  REQUIRE(first_difference(lines(log.str()), lines(*detail)) == "");

  const std::string page = summary_text(ours, *settings, "replayed") + closing_text(log.errors());
  REQUIRE(first_difference(lines_of(comparable_summary(page)),
                                        lines_of(comparable_summary(*summary))) == "");
  // what a caller gets to see is what the log says
  CHECK(replay.result.summary.valid == ours.valid);
  CHECK(replay.result.summary.sample.percentiles == ours.sample.percentiles);
  CHECK(replay.result.summary.query.percentiles == ours.query.percentiles);
  CHECK(replay.result.summary.first_token.percentiles == ours.first_token.percentiles);
  CHECK(replay.result.summary.completed_qps == Approx(ours.completed_qps).epsilon(1e-5));
  CHECK(replay.result.why.empty() == ours.valid);
}

}  // namespace vernier::conformance
