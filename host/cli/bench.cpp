// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include <vernier/core/files.hpp>

namespace vernier::cli {
namespace {

using scenarios::Mode;
using scenarios::Scenario;

bool needs_outputs(Mode mode) { return mode == Mode::kAccuracy || mode == Mode::kSubmission; }

/// Bytes that an entry of the accuracy log shows in hexadecimal.
std::vector<std::byte> bytes_of(const std::string& hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes.push_back(static_cast<std::byte>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

}  // namespace

std::string scenario_word(Scenario scenario) {
  std::string word(scenarios::name_of(scenario));
  for (auto& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

std::string mode_word(Mode mode) {
  switch (mode) {
    case Mode::kSubmission: return "submission";
    case Mode::kAccuracy: return "accuracy";
    case Mode::kFindPeak: return "find-peak";
    case Mode::kPerformance: break;
  }
  return "performance";
}

BenchMetric metric_of(const Benched& b) {
  const auto& s = b.result.summary;
  const auto percentile = [](double p) { return fmt::format("p{:g} latency", 100 * p); };
  switch (b.result.scenario) {
    case Scenario::kSingleStream:
      return {"early-stopping " + percentile(b.test.settings.single_stream_target_latency_percentile), "s", 1e-9 * static_cast<double>(s.early_stopping_latency_ss)};
    case Scenario::kMultiStream:
      return {"early-stopping " + percentile(b.test.settings.multi_stream_target_latency_percentile), "s", 1e-9 * static_cast<double>(s.early_stopping_latency_ms)};
    case Scenario::kServer: return {"completed samples per second", "samples/s", s.completed_qps};
    case Scenario::kOffline: return {"samples per second", "samples/s", s.samples_per_second};
    case Scenario::kMultiStreamFixed: break;
  }
  return {"samples per query", "samples/query", static_cast<double>(b.test.settings.multi_stream_samples_per_query)};
}

double throughput_of(const Benched& b) {
  const auto& s = b.result.summary;
  const auto per_query = static_cast<double>(b.test.settings.multi_stream_samples_per_query);
  switch (b.result.scenario) {
    case Scenario::kSingleStream: return s.qps_with_overhead;
    case Scenario::kMultiStream: return s.query.mean > 0 ? 1e9 * per_query / static_cast<double>(s.query.mean) : 0;
    case Scenario::kServer: return s.completed_qps;
    case Scenario::kOffline: return s.samples_per_second;
    case Scenario::kMultiStreamFixed: break;
  }
  return per_query * b.test.settings.multi_stream_fixed_qps;
}

Result<std::optional<double>> score_accuracy_log(const BenchSubject& subject, Benched& benched) {
  const auto& labels = subject.samples.labels;
  const auto file = benched.logs.file("accuracy", "json");
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  const auto log = nlohmann::json::parse(*text, nullptr, false);
  if (!log.is_array()) return fail(ErrorCode::kInvalidInput, "is not a JSON list", file.string());
  if (labels.empty() || log.empty()) return std::optional<double>();
  const auto& output = subject.session.model().canonical.value(subject.session.model().canonical.outputs.at(0));
  std::int64_t good = 0;
  for (const auto& entry : log) {
    const auto bytes = bytes_of(entry.at("data").get<std::string>());
    const auto index = entry.at("qsl_idx").get<std::size_t>();
    const auto elements = static_cast<std::int64_t>(bytes.size() / size_of(output.type));
    Tensor answer(output.type, {elements});
    if (elements == 0 || answer.bytes().size() != bytes.size() || index >= labels.size()) {
      return fail(ErrorCode::kInvalidInput, fmt::format("sample {} has {} bytes of {}", index, bytes.size(), name_of(output.type)), file.string());
    }
    std::ranges::copy(bytes, answer.bytes().begin());
    good += top1(answer) == labels[index] ? 1 : 0;
  }
  benched.scored = static_cast<std::int64_t>(log.size());
  const double share = static_cast<double>(good) / static_cast<double>(log.size());
  const auto line = fmt::format("accuracy={:.3f}%, good={}, total={}\nhash={}\n", 100 * share, good, log.size(),
                                sha256_hex(std::as_bytes(std::span(text->data(), text->size()))));
  if (auto ok = write_atomically(benched.logs.directory / "accuracy.txt", line); !ok) return forward_error(ok);
  return std::optional(share);
}

bool real_time(const RulerEntry& ruler, const BenchOptions& options) { return options.rehearse || ruler.fidelity == runtime::Fidelity::kMeasured; }

bool throughput_counts(const BenchOptions& options) {
  return options.request.scenario == Scenario::kServer || options.request.scenario == Scenario::kOffline;
}

std::vector<double> curve_loads(int points, double peak_qps) {
  constexpr double kTop = 0.98;
  std::vector<double> loads;
  for (int i = 1; i <= points; ++i) loads.push_back(kTop * peak_qps * i / points);
  return loads;
}

CurvePoint curve_point(double target_qps, const scenarios::Summary& s) {
  static_assert(scenarios::kPercentiles[0] == .50 && scenarios::kPercentiles[4] == .99);
  return {target_qps, s.completed_qps, s.sample.percentiles[0], s.sample.percentiles[4], s.perf_constraints_met};
}

Result<void> add_power(const BenchSubject& subject, Benched& benched, std::span<const scenarios::PowerSample> readings) {
  if (!benched.result.judged) {
    benched.no_power = "an accuracy run has no power window";
    return {};
  }
  const auto begin = scenarios::parse_power_time(benched.result.power_begin, "power_begin");
  if (!begin) return forward_error(begin);
  const auto end = scenarios::parse_power_time(benched.result.power_end, "power_end");
  if (!end) return forward_error(end);
  if (auto ok = write_atomically(benched.logs.directory / "spl.txt", scenarios::spl_text(readings, subject.session.model().name)); !ok) return ok;
  const auto metric = scenarios::power_metric(readings, *begin, *end, benched.result.scenario, benched.result.summary.query_count);
  if (metric) benched.power = *metric;
  else benched.no_power = to_string(metric.error());
  return {};
}

namespace {

/// A user who asked for no rate is not told to lower it without being told how.
std::string advice_of(const Benched& b) {
  if (!b.result.judged || b.result.summary.valid || !b.test.planned || b.result.mode == Mode::kFindPeak) return {};
  const auto planned = "The rate is " + b.test.target_from + ", as none was asked for: ";
  switch (b.result.scenario) {
    case Scenario::kServer: return planned + "--qps sets a lower one, --mode find-peak looks for the highest that holds, --target-latency sets another bound.";
    case Scenario::kOffline: return planned + "--qps sets a higher one, for a run that is long enough.";
    default: return {};
  }
}

}  // namespace

Result<BenchOutcome> bench(const RulerEntry& ruler, const BenchOptions& options) {
  if (auto refusal = refuses_scenarios(ruler)) return tl::unexpected<Error>(std::move(*refusal));
  // the files may choose the mode; the device's speed has no say in it
  const auto planned = scenarios::settings_for(options.request, {1, 1});
  if (!planned) return forward_error(planned);
  const bool measures = ruler.fidelity == runtime::Fidelity::kMeasured;
  auto reading_options = static_cast<const CommonOptions&>(options);
  reading_options.keep_outputs = !real_time(ruler, options) && needs_outputs(planned->settings.mode);
  // instances of one thread each give the most samples a second; a sweep looks for the least latency
  if (measures && reading_options.threads == 0 && throughput_counts(options)) reading_options.threads = 1;
  // one sample tells a simulated ruler's service time: its cycles do not depend on the data
  if (!measures && !reading_options.keep_outputs) reading_options.samples = 1;
  auto session = MeasureSession::open(reading_options, {&ruler});
  if (!session) return forward_error(session);
  auto reading = session->run(ruler, false, {});
  if (!reading) return forward_error(reading);
  return bench_with(ruler, options, *session, *reading);
}

Result<BenchOutcome> bench_with(const RulerEntry& ruler, const BenchOptions& options, MeasureSession& session, const MeasureSession::Outcome& reading) {
  const auto samples = load_samples(session.model(), options);
  if (!samples) return forward_error(samples);
  BenchSubject subject{ruler, options, session, *samples, reading, {}};
  subject.logs.directory = options.folder;
  subject.logs.trace = options.trace;
  auto benched = real_time(ruler, options) ? bench_real_time(subject) : bench_virtual(subject);
  if (!benched) return forward_error(benched);
  if (needs_outputs(benched->test.settings.mode)) {
    const auto accuracy = score_accuracy_log(subject, *benched);
    if (!accuracy) return forward_error(accuracy);
    benched->top1 = *accuracy;
  }
  benched->advice = advice_of(*benched);
  auto record = scenario_record(subject, *benched);
  return BenchOutcome{std::move(*benched), std::move(record)};
}

}  // namespace vernier::cli
