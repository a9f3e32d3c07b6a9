// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <string_view>

#include <vernier/energy/energy.hpp>
#include <vernier/program/program.hpp>
#include <vernier/store/record_file.hpp>

#include "command.hpp"
#include "session.hpp"
#include "stream_record.hpp"
#include "trace_file.hpp"

namespace vernier::cli {
namespace {

struct RunCommand : CommonOptions {
  std::string ruler;
  bool check = false;
  std::int64_t layer_samples = 4;
  std::string json, trace, waves, vcd, vcd_window, saif, program, action_counts;
};

void print_figures(const nlohmann::json& r, const Measurement& m) {
  if (!m.cycles.empty()) {
    const auto [least, most] = std::minmax_element(m.cycles.begin(), m.cycles.end());
    fmt::print("cycles            {}{} ({})\n", *least, *least == *most ? "" : fmt::format("..{}", *most), r["fidelity"].get<std::string>());
    if (r["batch"].get<std::int64_t>() > 1) {
      fmt::print("an image          {:.0f} cycles, {} a run\n", static_cast<double>(r["cycles"].get<std::int64_t>()) / static_cast<double>(r["batch"].get<std::int64_t>()), r["batch"].get<std::int64_t>());
    }
    fmt::print("latency           {:.3f} us at {:.0f} MHz ({} clock), kernel time\n", 1e6 * r["latency_s"].get<double>(),
               r["clock_hz"].get<double>() / 1e6, r["clock_source"].get<std::string>());
    fmt::print("MAC utilisation   {:.1f} %\n", 100 * r["mac_utilisation"].get<double>());
    fmt::print("energy            {:.3f} uJ (estimated, scope {}, table {})\n", 1e6 * r["energy_j"].get<double>(),
               r["power_scope"].get<std::string>(), r["energy"]["table"].get<std::string>());
    if (m.report && m.report->groups > 1) {
      fmt::print("simulated apart   {} groups between fences, {} at a time{}\n", m.report->groups, m.report->jobs,
                 m.report->groups_simulated < m.report->groups ? fmt::format("; {} of them, the others repeat one", m.report->groups_simulated) : "");
    }
    fmt::print("simulation        {:.2f} s for {} samples, {:.2f} M cycles/s\n", m.wall_s, m.samples,
               m.wall_s > 0 ? static_cast<double>(m.total_cycles) / m.wall_s / 1e6 : 0.0);
  } else if (!r["latency_s"].is_null()) {
    fmt::print("latency           {:.3f} us median, p99 {:.3f} us ({})\n", 1e6 * r["latency_s"].get<double>(),
               1e6 * r["percentiles"]["p99"].get<double>(), r["fidelity"].get<std::string>());
  }
}

/// Rate asked for and reached, and what the design takes.
void print_stream(const streaming::StreamDeployment& stream) {
  fmt::print("interval          {}\n", stream_rate_text(stream));
  fmt::print("design            {} (estimated)\n", stream_design_text(stream));
}

void print_layers(const nlohmann::json& r) {
  if (!r["layers"].is_array()) return;
  fmt::print("\n{:<28} {:<12} {:>10} {:>12} {:>7} {:>7} {:>7}  {:<9} {:>10} {:>10}\n", "layer", "operator", "cycles", "MACs", "util %", "edge %", "wait %", "bound by", "DRAM B", "energy nJ");
  for (const auto& l : r["layers"]) {
    fmt::print("{:<28.28} {:<12.12} {:>10} {:>12} {:>7.1f} {:>7.1f} {:>7.1f}  {:<9} {:>10} {:>10.2f}\n", l["name"].get<std::string>(), l["op"].get<std::string>(),
               l["cycles"].get<std::int64_t>(), l["macs"].get<std::int64_t>(), 100 * l["utilisation"].get<double>(),
               100 * l.value("loss_edge", 0.0), 100 * l.value("loss_wait", 0.0),
               l["bound_by"].get<std::string>(), l["dram_bytes"].get<std::int64_t>(), 1e9 * l["energy_j"].get<double>());
  }
  fmt::print("edge: padded rows, columns or pixels; wait: the array had no vector (start, drain, inputs, weights, vector unit)\n");
}

/// Prints what --check found; true when nothing is wrong.
bool print_check(const MeasureSession& session, const RulerEntry& ruler, const Measurement& m, std::int64_t layer_samples, Result<std::vector<LayerCheck>>& layers) {
  const auto& c = m.check;
  bool good = c.golden_differences == 0;
  fmt::print("\ncheck\n");
  if (c.against_golden) {
    fmt::print("  {} = golden: {} of {} samples to the bit{}\n", ruler.name, good ? m.samples : 0, m.samples,
               good ? "" : fmt::format("; {} elements differ, first: {}", c.golden_differences, c.first_difference));
  }
  if (m.report && m.report->groups_simulated < m.report->groups) {
    fmt::print("  checked: {} of {} groups; the others repeat one of these and were not simulated\n", m.report->groups_simulated, m.report->groups);
  }
  layers = check_layers(session.model(), session.samples(), layer_samples);
  if (!layers) return false;
  std::int64_t worst = 0;
  std::int64_t differing = 0, elements = 0;
  for (const auto& l : *layers) {
    const bool counted = l.max_lsb <= 1;
    if (!counted) fmt::print("  operator {} ({}): {} LSB from ONNX Runtime, 1 allowed\n", l.name, l.op, l.max_lsb);
    good = good && counted;
    worst = std::max(worst, l.max_lsb);
    differing += l.differing;
    elements += l.elements;
  }
  fmt::print("  per operator, fed with golden's inputs, {} samples: at most {} LSB from ONNX Runtime over {} operators, {:.3f} % of elements differ\n",
             std::min(layer_samples, session.samples().count), worst, layers->size(),
             elements > 0 ? 100.0 * static_cast<double>(differing) / static_cast<double>(elements) : 0.0);
  fmt::print("  end to end against ONNX Runtime{}: {:.3f} % of outputs differ, at most {:.3g} steps; top-1 agrees on {} of {}\n",
             session.model().quantised_here ? " in float32" : "",
             c.elements > 0 ? 100.0 * static_cast<double>(c.differing) / static_cast<double>(c.elements) : 0.0, c.max_lsb, c.top1_agree, m.samples);
  if (c.labelled > 0) {
    const auto share = [&c](std::int64_t n) { return 100.0 * static_cast<double>(n) / static_cast<double>(c.labelled); };
    fmt::print("  top-1 accuracy    {:.2f} % here, {:.2f} % ONNX Runtime, {} labelled samples\n", share(c.correct), share(c.reference_correct), c.labelled);
  }
  return good;
}

Result<void> write_files(const RunCommand& o, const MeasureSession& session, const MeasureSession::Outcome& outcome) {
  if (!o.program.empty() && session.pipeline() != nullptr) {
    const auto& plans = session.pipeline()->plans;
    for (std::size_t i = 0; i < plans.size(); ++i) {  // the second and later programs of a cut graph get a number
      if (auto ok = program::save(plans[i].program, i == 0 ? o.program : fmt::format("{}.{}", o.program, i + 1)); !ok) return ok;
    }
  }
  if (!o.trace.empty()) {
    if (session.pipeline() == nullptr || !outcome.measurement.report) return fail(ErrorCode::kUnsupported, "this ruler has no commands to trace", "--trace");
    if (auto ok = write_output(o.trace, chrome_trace(session.pipeline()->whole, *outcome.measurement.report)); !ok) return ok;
  }
  if (!o.action_counts.empty()) {
    const auto& report = outcome.measurement.report;
    if (session.pipeline() == nullptr || !report) return fail(ErrorCode::kUnsupported, "this ruler counts no events", "--action-counts");
    const auto text = energy::action_counts(report->activity, session.pipeline()->whole.target, report->dram);
    if (auto ok = write_output(o.action_counts, text); !ok) return ok;
  }
  if (o.json == "-") return write_output("-", outcome.record.dump(2) + "\n");
  if (!o.json.empty()) return store::write_record(o.json, outcome.record);
  return {};
}

/// FROM:TO, cycles of the run.
Result<void> read_window(const std::string& text, runtime::Waves& waves) {
  const auto number = [](std::string_view digits, std::int64_t& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() && value >= 0;
  };
  const auto colon = text.find(':');
  const std::string_view view = text;
  if (colon == std::string::npos || !number(view.substr(0, colon), waves.first) || !number(view.substr(colon + 1), waves.end) || waves.first >= waves.end) {
    return fail(ErrorCode::kInvalidInput, "must be FROM:TO in cycles, FROM below TO", "--vcd-window " + text);
  }
  return {};
}

Result<runtime::Waves> waves_of(const RunCommand& o, const RulerEntry& ruler) {
  runtime::Waves waves;
  if (o.waves.empty() && o.vcd.empty()) {
    if (!o.saif.empty() || !o.vcd_window.empty()) return fail(ErrorCode::kInvalidInput, "needs --vcd FILE", o.saif.empty() ? "--vcd-window" : "--saif");
    return waves;
  }
  const char* option = o.vcd.empty() ? "--waves" : "--vcd";
  if (!o.waves.empty() && !o.vcd.empty()) return fail(ErrorCode::kInvalidInput, "one run records one of the two", "--waves, --vcd");
  if (o.vcd.empty()) {
    waves.format = runtime::WaveFormat::kFst;
    waves.file = o.waves;
    if (!ruler.runs_programs) return fail(ErrorCode::kUnsupported, "this ruler has no waveforms", option);
  } else {
    waves.format = runtime::WaveFormat::kVcd;
    waves.file = o.vcd;
    waves.saif = o.saif;
    if (o.vcd_window.empty()) return fail(ErrorCode::kInvalidInput, "needs --vcd-window FROM:TO, the cycles to record", option);
    if (auto ok = read_window(o.vcd_window, waves); !ok) return forward_error(ok);
    if (ruler.name != "rtl") return fail(ErrorCode::kUnsupported, "only ruler rtl records a window", option);
  }
  if (o.jobs > 1 || o.unique_layers) {
    return fail(ErrorCode::kUnsupported, "waveforms are of one run in one process: not with -j above 1 or --unique-layers", option);
  }
  return waves;
}

int run(const RunCommand& o) {
  keep_output_apart(o.json);
  const auto ruler = find_ruler(o.ruler);
  if (!ruler) return report_error(ruler.error());
  const auto waves = waves_of(o, **ruler);
  if (!waves) return report_error(waves.error());
  if (o.timing_only && o.check) return report_error({ErrorCode::kInvalidInput, "there are no values to check", "--timing-only"});
  auto options = static_cast<CommonOptions>(o);
  if ((waves->wanted() || !o.trace.empty()) && options.samples == 0) options.samples = 1;
  auto session = MeasureSession::open(options, {*ruler});
  if (!session) return report_error(session.error());
  auto outcome = session->run(**ruler, o.check, *waves);
  if (!outcome) return report_error(outcome.error());
  const auto& r = outcome->record;
  const bool quiet = o.json == "-";
  bool good = true;
  if (!quiet) {
    fmt::print("{} on {}{}, {} samples ({})\n", session->model().name, r["environment"].value("device", (*ruler)->name), r["target"].is_null() ? "" : " " + r["target"].get<std::string>(),
               outcome->measurement.samples, session->samples().origin);
    if (session->model().quantised_here) fmt::print("float32 model, quantised after training: {}\n", session->model().calibration);
    if (session->batch() != o.batch) fmt::print("--batch {}: {} a run, because more would take longer each\n", o.batch, session->batch());
    print_figures(r, outcome->measurement);
    if (session->stream() != nullptr && !r["target"].is_null()) print_stream(*session->stream());
    print_layers(r);
  }
  if (o.check) {
    good = outcome->measurement.check.golden_differences == 0;
    if (!quiet) {
      Result<std::vector<LayerCheck>> layers;
      good = print_check(*session, **ruler, outcome->measurement, o.layer_samples, layers);
      if (!layers) return report_error(layers.error());
    }
  }
  if (auto ok = write_files(o, *session, *outcome); !ok) return report_error(ok.error());
  return good ? 0 : static_cast<int>(ErrorCode::kMismatch);
}

}  // namespace

void add_run(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<RunCommand>();  // lives as long as the callbacks that CLI11 keeps
  auto* c = app.add_subcommand("run", "run a model on one ruler");
  add_common_options(*c, *options);
  c->add_option("--ruler", options->ruler, "what to read it on; `vernier rulers` lists them")->required();
  c->add_flag("--check", options->check, "compare every output with the golden model (bits) and ONNX Runtime (steps, accuracy)");
  c->add_option("--layer-samples", options->layer_samples, "samples for the per-operator comparison of --check")->capture_default_str();
  c->add_option("--json", options->json, "write the record: file, or - for standard output and nothing else there");
  c->add_option("--trace", options->trace, "write a Chrome/Perfetto trace: a row a unit, a slice a command");
  c->add_option("--waves", options->waves, "write waveforms (FST); the first run builds a model with tracing");
  c->add_option("--vcd", options->vcd, "write a VCD of the cycles of --vcd-window (ruler rtl); the first run builds a model with tracing");
  c->add_option("--vcd-window", options->vcd_window, "FROM:TO, cycles from ap_start as --trace counts them, TO not included");
  c->add_option("--saif", options->saif, "with --vcd: write the toggles of every bit in the window (SAIF 2.0)");
  c->add_option("--action-counts", options->action_counts, "write the counted events as Accelergy action counts (YAML): file, or -");
  c->add_option("--program", options->program, "write the lowered program, for `vernier disasm`");
  c->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace vernier::cli
