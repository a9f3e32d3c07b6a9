// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "bench.hpp"

namespace vernier::cli {
namespace {

using nlohmann::json;
using scenarios::Scenario;

double seconds(std::int64_t ns) { return 1e-9 * static_cast<double>(ns); }

/// Streams are judged by their queries, the others by their samples.
const scenarios::LatencyStats& latencies(const Benched& b) {
  const auto& s = b.result.summary;
  return b.result.scenario == Scenario::kMultiStream || b.result.scenario == Scenario::kMultiStreamFixed ? s.query : s.sample;
}

json percentiles_of(const Benched& b) {
  json out = json::object();
  const auto& stats = latencies(b);
  for (std::size_t i = 0; i < scenarios::kPercentiles.size(); ++i) {
    if (stats.percentiles[i] > 0) out[fmt::format("p{:g}", 100 * scenarios::kPercentiles[i])] = seconds(stats.percentiles[i]);
  }
  return out;
}

/// Share of the queries that were not slower, against latency: all quantiles where they were kept, else LoadGen's.
json distribution_of(const Benched& b) {
  json points = json::array();
  const auto add = [&points](double share, std::int64_t ns) { points.push_back({{"share", share}, {"latency_s", seconds(ns)}}); };
  const auto& quantiles = b.profile.latency_ns;
  const auto& stats = latencies(b);
  add(0, quantiles.empty() ? stats.min : quantiles.front());
  for (std::size_t i = 1; i + 1 < quantiles.size(); ++i) add(static_cast<double>(i) / static_cast<double>(quantiles.size() - 1), quantiles[i]);
  if (quantiles.empty()) {
    for (std::size_t i = 0; i < scenarios::kPercentiles.size(); ++i) add(scenarios::kPercentiles[i], stats.percentiles[i]);
  } else {
    add(scenarios::kPercentiles.back(), stats.percentiles.back());
  }
  add(1, quantiles.empty() ? stats.max : quantiles.back());
  return points;
}

/// Whether the figure is what its mode says: a VALID result, or in find-peak the last rate that met the bound. There
/// the run may stand so near the bound that early stopping asks for more queries.
bool holds(const Benched& b) {
  const auto& s = b.result.summary;
  if (!b.result.judged || s.valid) return true;
  return b.result.mode == scenarios::Mode::kFindPeak && s.perf_constraints_met && s.min_duration_met && s.min_queries_met;
}

json batching_of(const scenarios::BatchPolicy& policy) {
  return {{"max_batch", policy.max_batch_size}, {"preferred", policy.preferred_batch_sizes}, {"max_queue_delay_s", seconds(policy.max_queue_delay_ns)}, {"instances", policy.instances}};
}

json service_of(const scenarios::Service& service) {
  json table = json::array();
  for (std::size_t b = 1; b <= service.max_batch(); ++b) {
    table.push_back({{"batch", b}, {"latency_s", seconds(service.latency_ns(b))}, {"interval_s", seconds(service.interval_ns(b))}});
  }
  return table;
}

void add_result(const Benched& b, json& run) {
  const auto& s = b.result.summary;
  const auto metric = metric_of(b);
  run["metric"] = {{"name", metric.name}, {"value", metric.value}, {"unit", metric.unit}};
  run["queries"] = s.query_count;
  run["samples"] = s.sample_count;
  const auto& stats = latencies(b);
  run["latency"] = {{"min_s", seconds(stats.min)}, {"mean_s", seconds(stats.mean)}, {"max_s", seconds(stats.max)}};
  run["distribution"] = distribution_of(b);
  if (b.result.scenario == Scenario::kServer) {
    run["target_latency_s"] = seconds(static_cast<std::int64_t>(b.test.settings.server_target_latency_ns));
    run["target_percentile"] = 100 * b.test.settings.server_target_latency_percentile;
    run["overlatency"] = s.overlatency_count;
    if (std::isfinite(s.scheduled_qps)) run["scheduled_qps"] = s.scheduled_qps;  // one query has no rate
  }
  if (!s.early_stopping.empty()) run["early_stopping"] = s.early_stopping;
}

void add_energy(const Benched& b, json& record) {
  auto& run = record["scenario_run"];
  const auto queries = static_cast<double>(b.result.summary.query_count);
  const double samples_per_query = queries > 0 ? static_cast<double>(b.result.summary.sample_count) / queries : 1;
  const auto reason = b.power ? "no rate to share the power among inferences" : b.no_power;
  for (const char* key : {"energy_j", "energy_source", "power_w", "power_scope"}) {
    record[key] = nullptr;
    record["why"][key] = reason;
  }
  if (!b.power || !(throughput_of(b) > 0)) return;
  for (const char* key : {"energy_j", "energy_source", "power_w", "power_scope"}) record["why"].erase(key);
  record["energy_source"] = b.virtual_time ? "estimated" : "sensed";
  record["power_scope"] = b.power_scope;
  record["power_w"] = b.power->watts;
  record["energy_j"] = b.power->watts / throughput_of(b);
  run["power"] = {{"watts", b.power->watts}, {"window_s", b.power->window_s}, {"readings", b.power->readings}};
  if (b.power->joules_per_query > 0) {
    run["power"]["joules_per_query"] = b.power->joules_per_query;
    record["energy_j"] = b.power->joules_per_query / samples_per_query;
  }
}

}  // namespace

json scenario_record(const BenchSubject& subject, const Benched& b) {
  json record = subject.reading.record;
  auto& why = record["why"];
  const auto& o = subject.options;
  record["scenario"] = scenario_word(b.result.scenario);
  record.erase("energy");  // of the single run; the scenario has idle time too
  json run = {{"clock", b.virtual_time ? "virtual" : "real"},
              {"generator", b.virtual_time ? "Vernier in virtual time, by the rules of LoadGen " VERNIER_LOADGEN_VERSION : "MLCommons LoadGen " VERNIER_LOADGEN_VERSION},
              {"standing", o.rehearse ? "a rehearsal: the simulator's own time on this machine, no figure of a device" : "unverified: result not verified by MLCommons Association"},
              {"mode", mode_word(b.result.mode)},
              {"rules_of", o.request.conf_model},
              {"target", {{"qps", b.result.target_qps}, {"from", (b.result.mode == scenarios::Mode::kFindPeak ? "find-peak, started at " : "") + b.test.target_from}}},
              {"min_duration_s", 1e-3 * static_cast<double>(b.test.settings.min_duration_ms)},
              {"batching", batching_of(b.batching)},
              {"logs", b.logs.directory.string()}};
  if (b.service) run["service"] = service_of(*b.service);
  std::string reasons = b.result.why;
  for (const auto& error : b.result.errors) reasons += (reasons.empty() ? "" : " ") + error;
  const bool valid = record["valid"].get<bool>() && holds(b) && b.result.errors.empty();
  record["valid"] = valid;
  if (!b.advice.empty()) reasons += (reasons.empty() ? "" : " ") + b.advice;
  if (!valid && !reasons.empty()) why["valid"] = reasons;
  if (b.result.judged) {
    add_result(b, run);
    why.erase("percentiles");
    record["percentiles"] = percentiles_of(b);
    if (const double rate = throughput_of(b); rate > 0) record["inferences_per_s"] = rate;
  } else {
    record["percentiles"] = nullptr;
    record["inferences_per_s"] = nullptr;
    why["percentiles"] = "an accuracy run is not timed";
    why["inferences_per_s"] = "an accuracy run is not timed";
  }
  if (!b.curve.empty()) {
    run["curve"] = json::array();
    for (const auto& p : b.curve) {
      run["curve"].push_back({{"target_qps", p.target_qps}, {"completed_qps", p.completed_qps}, {"p50_s", seconds(p.p50_ns)}, {"p99_s", seconds(p.p99_ns)}, {"meets_bound", p.meets_bound}});
    }
  }
  record["scenario_run"] = std::move(run);
  add_energy(b, record);
  if (b.top1) {
    record["check"]["top1"] = *b.top1;
    record["check"]["samples"] = b.scored;
    why.erase("check.top1");
  }
  return record;
}

}  // namespace vernier::cli
