// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include <vernier/store/record_file.hpp>

#include "bench.hpp"

namespace vernier::cli {
namespace {

struct BenchCommand : BenchOptions {
  std::string ruler, scenario, mode, json;
  BenchCommand() { batching.instances = 0; }
  double queue_delay_us = 0, target_latency_ms = 0, qps = 0, duration_s = 0;
  std::uint64_t queries = 0, samples_per_query = 0;
};

Result<scenarios::Mode> mode_of(const std::string& word) {
  for (const auto mode : {scenarios::Mode::kPerformance, scenarios::Mode::kAccuracy, scenarios::Mode::kSubmission, scenarios::Mode::kFindPeak}) {
    if (word == mode_word(mode)) return mode;
  }
  return fail(ErrorCode::kInvalidInput, "is not one of performance, accuracy, submission, find-peak", "--mode " + word);
}

template <class T>
std::optional<T> given(T value, double unit = 1) {
  if (value == T{}) return std::nullopt;
  return static_cast<T>(static_cast<double>(value) * unit);
}

Result<BenchOptions> options_of(const BenchCommand& o) {
  auto options = static_cast<BenchOptions>(o);
  const auto scenario = scenarios::scenario_of(o.scenario);
  if (!scenario) return forward_error(scenario);
  options.request.scenario = *scenario;
  if (o.batch > 1) return fail(ErrorCode::kInvalidInput, "the queue forms batches, up to --max-batch", fmt::format("--batch {}", o.batch));
  if (!o.mode.empty()) {
    const auto mode = mode_of(o.mode);
    if (!mode) return forward_error(mode);
    options.request.mode = *mode;
  }
  if (options.request.conf_model.empty()) options.request.conf_model = std::filesystem::path(o.model).stem().string();
  options.request.target_qps = given(o.qps);
  options.request.target_latency_s = given(o.target_latency_ms, 1e-3);
  options.request.min_duration_s = given(o.duration_s);
  if (o.queries > 0) options.request.min_queries = o.queries;
  if (o.samples_per_query > 0) options.request.samples_per_query = o.samples_per_query;
  options.batching.max_queue_delay_ns = static_cast<std::int64_t>(1e3 * o.queue_delay_us);
  auto policy = options.batching;
  policy.instances = std::max<std::size_t>(1, policy.instances);
  if (auto bad = scenarios::refuse(policy)) return tl::unexpected<Error>(*bad);
  return options;
}

std::string latency(const nlohmann::json& seconds) { return fmt::format("{:.3f} us", 1e6 * seconds.get<double>()); }

void print_performance(const nlohmann::json& r) {
  const auto& run = r["scenario_run"];
  const auto& metric = run["metric"];
  const bool time = metric["unit"] == "s";
  fmt::print("{:<17} {}\n", metric["name"].get<std::string>(),
             time ? latency(metric["value"]) : fmt::format("{:.2f} {}", metric["value"].get<double>(), metric["unit"].get<std::string>()));
  if (time && r["inferences_per_s"].is_number()) fmt::print("throughput        {:.2f} samples/s\n", r["inferences_per_s"].get<double>());
  std::string text;
  for (const auto& [name, value] : r["percentiles"].items()) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, latency(value));
  fmt::print("latency           {}, max {}; {} queries, {} samples\n", text, latency(run["latency"]["max_s"]), run["queries"].get<std::int64_t>(), run["samples"].get<std::int64_t>());
  if (run.contains("overlatency")) {
    fmt::print("bound             p{:g} at most {:g} ms: {} queries above it\n", run["target_percentile"].get<double>(), 1e3 * run["target_latency_s"].get<double>(), run["overlatency"].get<std::int64_t>());
  }
  if (run.contains("power")) {
    const auto& power = run["power"];
    fmt::print("power             {:.4g} W ({}, scope {})", power["watts"].get<double>(), r["energy_source"].get<std::string>(), r["power_scope"].get<std::string>());
    if (power.contains("joules_per_query")) fmt::print(", {:.4g} mJ a query", 1e3 * power["joules_per_query"].get<double>());
    fmt::print(", {:.4g} samples/J\n", 1 / r["energy_j"].get<double>());
  } else {
    fmt::print("power             none: {}\n", r["why"]["power_w"].get<std::string>());
  }
  for (const auto& p : run.value("curve", nlohmann::json::array())) {
    fmt::print("  at {:>12.2f}/s  p50 {}, p99 {}{}\n", p["completed_qps"].get<double>(), latency(p["p50_s"]), latency(p["p99_s"]), p["meets_bound"].get<bool>() ? "" : ", misses the bound");
  }
}

void print_outcome(const nlohmann::json& r, const Benched& b) {
  const auto& run = r["scenario_run"];
  fmt::print("{} on {}{}: {}, {}, {} time ({})\n", r["model"].get<std::string>(), r["ruler"].get<std::string>(), r["target"].is_null() ? "" : " " + r["target"].get<std::string>(),
             scenarios::name_of(b.result.scenario), run["mode"].get<std::string>(), run["clock"].get<std::string>(), run["standing"].get<std::string>());
  fmt::print("one sample        {} ({})\n", latency(r["latency_s"]), r["fidelity"].get<std::string>());
  if (b.result.judged) {
    const char* what = b.result.mode == scenarios::Mode::kFindPeak ? "peak" : "target";
    fmt::print("{:<17} {:.2f} queries/s ({})\n", what, run["target"]["qps"].get<double>(), run["target"]["from"].get<std::string>());
    print_performance(r);
  }
  if (b.in_flight) fmt::print("in flight         {:.2f} runs of the kernel at a time\n", *b.in_flight);
  if (b.top1) fmt::print("top-1 accuracy    {:.2f} % of {} samples\n", 100 * *b.top1, b.scored);
  if (b.result.judged) {
    const char* where = b.result.mode == scenarios::Mode::kFindPeak ? " at the peak" : "";
    fmt::print("result            {}\n", b.result.summary.valid ? fmt::format("VALID{}", where) : fmt::format("INVALID{}: {}", where, b.result.why));
  }
  if (!b.advice.empty()) fmt::print("advice            {}\n", b.advice);
  for (const auto& error : b.result.errors) fmt::print("error             {}\n", error);
  fmt::print("logs              {}\n", b.logs.directory.string());
}

int run(const BenchCommand& o) {
  const auto ruler = find_ruler(o.ruler);
  if (!ruler) return report_error(ruler.error());
  const auto options = options_of(o);
  if (!options) return report_error(options.error());
  const auto outcome = bench(**ruler, *options);
  if (!outcome) return report_error(outcome.error());
  if (o.json != "-") print_outcome(outcome->record, outcome->benched);
  if (!o.json.empty()) {
    if (auto ok = store::write_record(o.json, outcome->record); !ok) return report_error(ok.error());
  }
  return outcome->record["valid"].get<bool>() ? 0 : static_cast<int>(ErrorCode::kMismatch);
}

}  // namespace

void add_bench(CLI::App& app, Action& chosen) {
  auto o = std::make_shared<BenchCommand>();
  auto* c = app.add_subcommand("bench", "a scenario of MLPerf Inference on one ruler; exit 1 when the result is INVALID");
  add_common_options(*c, *o);
  c->add_option("--ruler", o->ruler, "what to read it on: rulers that measure in real time by LoadGen, simulated ones in virtual time")->required();
  c->add_option("--scenario", o->scenario, "singlestream, multistream, server, offline; multistreamfixed as up to v1.1")->required();
  c->add_option("--mode", o->mode, "performance, accuracy, submission (both), find-peak (server); default is user.conf's or performance");
  c->add_option("--user-conf", o->request.user_conf, "MLPerf user.conf, read after LoadGen's own mlperf.conf")->check(CLI::ExistingFile);
  c->add_option("--rules-of", o->request.conf_model, "name of the model in these files, for instance resnet50; default is MODEL's own");
  c->add_option("--qps", o->qps, "rate: Server's target, Offline's expectation, ticks of multistreamfixed; default is user.conf's or follows from the ruler")->check(CLI::PositiveNumber);
  c->add_option("--target-latency", o->target_latency_ms, "Server: the bound in ms; default is the rules'")->check(CLI::PositiveNumber);
  c->add_option("--duration", o->duration_s, "seconds a run lasts at least; default is the rules': 600")->check(CLI::PositiveNumber);
  c->add_option("--queries", o->queries, "queries a run has at least (Offline: samples); default is the rules'")->check(CLI::PositiveNumber);
  c->add_option("--samples-per-query", o->samples_per_query, "MultiStream; default is the rules': 8")->check(CLI::PositiveNumber);
  c->add_option("--max-batch", o->batching.max_batch_size, "largest batch the queue before the device forms; simulated NPUs run one together, a card takes its images as a queue, the others image by image")->check(CLI::PositiveNumber)->capture_default_str();
  c->add_option("--preferred-batch", o->batching.preferred_batch_sizes, "batch sizes that leave at once when they can be formed, comma-separated")->delimiter(',');
  c->add_option("--queue-delay", o->queue_delay_us, "microseconds a sample may wait for a fuller batch")->check(CLI::NonNegativeNumber)->capture_default_str();
  c->add_option("--instances", o->batching.instances, "devices side by side, on ruler hw_emu each with --compute-units; 0 is one, and on ruler cpu in server and offline one a processor")->check(CLI::NonNegativeNumber);
  c->add_option("--curve", o->curve_points, "Server: also run so many loads up to the peak, for latency over rate")->check(CLI::NonNegativeNumber);
  c->add_flag("--trace", o->trace, "fill mlperf_log_trace.json: half a kilobyte a sample");
  auto* rehearse = c->add_flag("--rehearse", o->rehearse, "LoadGen drives a simulated ruler in real time by the code that drives a card: tries the harness, measures the simulator, leaves no record");
  c->add_option("-o,--output", o->folder, "folder for LoadGen's four log files, spl.txt and accuracy.txt")->capture_default_str();
  c->add_option("--json", o->json, "write the record: file, or - for standard output and nothing else there")->excludes(rehearse);
  c->callback([o, &chosen] { chosen = [o] { return run(*o); }; });
}

}  // namespace vernier::cli
