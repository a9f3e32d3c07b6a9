// SPDX-License-Identifier: Apache-2.0
#include "harness.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <regex>
#include <unistd.h>

#include <vernier/core/files.hpp>
#include <vernier/scenarios/log_reader.hpp>

#include "clock.hpp"

namespace vernier::conformance {
namespace {

using scenarios::Completions;
using scenarios::IssuedSample;
using scenarios::Scenario;

/// Answers LoadGen's samples at the model's times, all on LoadGen's own thread: it sets the clock to a time and completes
/// what is done then. Server queries are answered when the next one is issued and at the end, as they were due.
class ModelledSystem {
 public:
  ModelledSystem(const scenarios::VirtualTest& test, VirtualClock& clock)
      : test_(test), clock_(clock), device_(test.device),
        is_server_(test.settings.scenario == Scenario::kServer),
        needs_first_token_(test.settings.use_token_latencies && test.settings.scenario != Scenario::kOffline),
        answers_at_once_(test.device.batching.max_batch_size == 1) {}

  void issue(std::span<const IssuedSample> samples) {
    if (waiting_.empty() && served_ == 0) start_ns_ = clock_.now();
    Issue& issue = issues_.emplace_back();
    issue.time_ns = clock_.now() - start_ns_;
    for (const IssuedSample& s : samples) {
      issue.samples.push_back(static_cast<std::uint32_t>(s.index));
      waiting_.push_back(s);
      arrival_ns_.push_back(issue.time_ns);
    }
    if (!is_server_) {
      serve_all();
    } else if (answers_at_once_) {
      const std::int64_t now = clock_.now();
      const std::size_t first = waiting_.size() - samples.size();
      serve(first);
      answer_until(issue.time_ns);
      clock_.set(now);
    }
  }

  void flush() {
    if (is_server_ && !answers_at_once_) serve(0);
    answer_until(std::numeric_limits<std::int64_t>::max());
    waiting_.clear();
    arrival_ns_.clear();
    served_ = 0;
    device_.reset();
  }

  [[nodiscard]] std::vector<Issue> take_issues() { return std::move(issues_); }

 private:
  struct Event {
    std::int64_t time_ns = 0;
    IssuedSample sample;
    std::int64_t tokens = 0;
    bool is_first_token = false;
  };

  void serve(std::size_t first) {
    std::vector<std::uint32_t> indices;
    for (std::size_t i = first; i < waiting_.size(); ++i) indices.push_back(static_cast<std::uint32_t>(waiting_[i].index));
    Completions c;
    device_.serve(std::span<const std::int64_t>(arrival_ns_).subspan(first), indices, c);
    for (std::size_t i = 0; i < indices.size(); ++i) {
      const IssuedSample& s = waiting_[first + i];
      const bool tokens = test_.device.tokens.has_value();
      if (needs_first_token_) events_.push_back({c.first_token_ns[i], s, 0, true});
      events_.push_back({c.done_ns[i], s, tokens ? c.tokens[i] : 0, false});
    }
    served_ += indices.size();
    std::stable_sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) { return a.time_ns < b.time_ns; });
  }

  void serve_all() {
    serve(0);
    answer_until(std::numeric_limits<std::int64_t>::max());
    waiting_.clear();
    arrival_ns_.clear();
  }

  void answer_until(std::int64_t time_ns) {
    std::size_t done = 0;
    for (; done < events_.size() && events_[done].time_ns <= time_ns; ++done) {
      const Event& e = events_[done];
      clock_.set(start_ns_ + e.time_ns);
      const auto& make = e.is_first_token ? test_.responses.first_token : test_.responses.data;
      const auto data = make ? make(static_cast<std::uint32_t>(e.sample.index)) : std::vector<std::byte>{};
      const scenarios::Response response{e.sample.id, data, e.tokens};
      if (e.is_first_token) {
        scenarios::complete_first_tokens({&response, 1});
      } else {
        scenarios::complete({&response, 1});
      }
    }
    events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(done));
  }

  const scenarios::VirtualTest& test_;
  VirtualClock& clock_;
  scenarios::VirtualDevice device_;
  bool is_server_, needs_first_token_, answers_at_once_;
  std::int64_t start_ns_ = 0;
  std::size_t served_ = 0;
  std::vector<IssuedSample> waiting_;
  std::vector<std::int64_t> arrival_ns_;
  std::vector<Event> events_;
  std::vector<Issue> issues_;
};

bool is_environment(const std::string& key) {
  static const std::regex kPattern(
      "loadgen_.*|vernier_.*|test_datetime|get_sut_name_duration_ns|logger_.*|power_.*|warning_generic_message");
  return std::regex_match(key, kPattern);
}

}  // namespace

Result<LoadgenRun> run_loadgen(const scenarios::VirtualTest& test) {
  const scenarios::LogOutput output{scratch_folder("loadgen"), "mlperf_log_", "", test.trace};
  LoadgenRun run;
  {
    VirtualClock clock(1'700'000'000'000'000'000);
    ModelledSystem system(test, clock);
    scenarios::RealTimeRun loadgen(
        test.settings,
        {test.device.name, [&](std::span<const IssuedSample> s) { system.issue(s); }, [&] { system.flush(); }},
        {test.library_name, test.library, {}, {}}, output);
    loadgen.set_audit_config(output.directory / "no audit.config");
    if (const auto result = loadgen.run(); !result) return forward_error(result);
    run.issues = system.take_issues();
  }
  for (const auto& [file, text] : {std::pair{output.file("summary", "txt"), &run.logs.summary},
                                   {output.file("detail", "txt"), &run.logs.detail},
                                   {output.file("accuracy", "json"), &run.logs.accuracy},
                                   {output.file("trace", "json"), &run.logs.trace}}) {
    auto read = read_text(file);
    if (!read) return forward_error(read);
    *text = std::move(*read);
  }
  return run;
}

std::vector<std::string> comparable_detail(std::string_view detail) {
  std::vector<std::string> lines;
  const auto entries = scenarios::parse_detail_log(detail, "detail");
  if (!entries) return {to_string(entries.error())};
  for (const auto& e : *entries) {
    if (!is_environment(e.key)) lines.push_back(fmt::format("{}{} = {}", e.is_error ? "ERROR " : "", e.key, e.value));
  }
  return lines;
}

std::string comparable_summary(std::string_view summary) {
  static const std::regex kWarnings("[0-9]+ warnings? encountered\\. See detailed log\\.");  // of LoadGen's own buffers
  std::string text = std::regex_replace(std::string(summary), kWarnings, "No warnings encountered during test.");
  const auto notice = text.find(fmt::format("\n{}", scenarios::unofficial_notice()));
  return notice == std::string::npos ? text : text.substr(0, notice);
}

std::vector<std::string> comparable_trace(std::string_view trace) {
  constexpr std::string_view kPid = "\"pid\":";
  std::vector<std::string> events;
  for (const std::string& line : lines_of(trace)) {
    const bool compared = line.starts_with("{\"name\":\"Sample\"") || line.starts_with("{\"name\":\"Token") ||
                          line.starts_with("{\"name\":\"Latency\"");
    if (!compared) continue;
    const auto pid = line.find(kPid) + kPid.size();
    const std::string_view event = line;
    events.push_back(fmt::format("{}0{}", event.substr(0, pid), event.substr(line.find(',', pid))));
  }
  return events;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::string first_difference(const std::vector<std::string>& ours, const std::vector<std::string>& theirs) {
  for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
    const std::string a = i < ours.size() ? ours[i] : "(nothing)";
    const std::string b = i < theirs.size() ? theirs[i] : "(nothing)";
    if (a != b) return fmt::format("line {}: ours\n  {}\nLoadGen's\n  {}", i + 1, a, b);
  }
  return {};
}

std::filesystem::path scratch_folder(std::string_view name) {
  return std::filesystem::path(VERNIER_BINARY_DIR) / "scratch" / fmt::format("{}-{}", name, getpid());
}

}  // namespace vernier::conformance
