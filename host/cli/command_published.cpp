// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include <vernier/published/published.hpp>
#include <vernier/render/chart.hpp>

#include "command.hpp"

namespace vernier::cli {
namespace {

struct PublishedCommand {
  published::Selection selection;
  std::string sheet = "mlperf", chart, output = "out/published", csv;
  bool per_accelerator = false, list_charts = false;
};

constexpr const char* kStanding = "Published MLPerf results of their submitters, as logged; not measured by Vernier";

std::string unit_of(const std::string& unit, bool per_accelerator) { return per_accelerator ? unit + " an accelerator" : unit; }

std::string what_of(const published::Entry& e) {
  return fmt::format("{}, {}, {} x {}{}", e.submitter, e.system, e.accelerators, e.accelerator, e.power_w ? fmt::format(", {:.0f} W wall", *e.power_w) : "");
}

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\n") == std::string::npos) return field;
  std::string out = "\"";
  for (const char c : field) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

int draw(const PublishedCommand& o, const std::vector<published::Entry>& entries) {
  const auto chart = published::chart(o.chart, entries);
  if (!chart) return report_error(chart.error());
  render::BarChart bars{chart->title, chart->note, unit_of(chart->unit, chart->per_accelerator), kStanding, {}};
  for (const auto& b : chart->bars) bars.bars.push_back({b.group, b.series, b.value, b.of_first, what_of(b.entry), b.entry.source});
  if (auto ok = render::write_chart(o.output, chart->name, bars); !ok) return report_error(ok.error());
  fmt::print("{}\n", chart->title);
  for (const auto& b : chart->bars) {
    fmt::print("  {:<14} {:<22} {:>12.6g} {}{}\n", b.group, b.series, b.value, bars.unit, b.of_first ? fmt::format("  {:.3f} of the first", *b.of_first) : "");
  }
  fmt::print("{}\nchart: {}\n", kStanding, std::filesystem::absolute(std::filesystem::path(o.output) / (chart->name + ".html")).lexically_normal().string());
  return 0;
}

int list_entries(const PublishedCommand& o, const std::vector<published::Entry>& entries) {
  const auto chosen = published::select(entries, o.selection);
  if (chosen.empty()) return report_error({ErrorCode::kInvalidInput, "no published result fits the selection", "published"});
  if (!o.csv.empty()) {
    std::string text = "round,division,category,availability,submitter,system,accelerator,accelerators,model,scenario,metric,value,unit,per_accelerator,power_w,source\n";
    for (const auto& e : chosen) {
      text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", e.round, e.division, e.category, e.availability, quoted(e.submitter), quoted(e.system),
                          quoted(e.accelerator), e.accelerators, quoted(e.model), e.scenario, e.metric, e.value, e.unit,
                          published::is_rate(e) && e.accelerators > 0 ? fmt::format("{}", published::value_of(e, true)) : "", e.power_w ? fmt::format("{}", *e.power_w) : "", quoted(e.source));
    }
    const auto ok = write_output(o.csv, text);
    return ok ? 0 : report_error(ok.error());
  }
  for (const auto& e : chosen) {
    const bool per = o.per_accelerator && published::is_rate(e) && e.accelerators > 0;
    fmt::print("{:<9} {:<6} {:<18} {:<13} {:>13.6g} {:<24} {:<30} {}{}\n", e.round, e.division, e.model, e.scenario, published::value_of(e, per), unit_of(e.unit, per),
               e.metric, what_of(e), e.availability == "available" ? "" : ", " + e.availability);
  }
  fmt::print("{} results. {}. Sources: --csv -\n", chosen.size(), kStanding);
  return 0;
}

int list_sheet(const std::string& name) {
  const auto sheet = published::bundled_sheet(name);
  if (!sheet) return report_error(sheet.error());
  for (const auto& row : sheet->rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!row[i].empty()) fmt::print("{}{}: {}", i == 0 ? "" : "; ", sheet->columns[i], row[i]);
    }
    fmt::print("\n");
  }
  return 0;
}

int run(const PublishedCommand& o) {
  if (o.list_charts) {
    for (const auto& name : published::charts()) fmt::print("{}\n", name);
    return 0;
  }
  if (o.sheet != "mlperf") return list_sheet(o.sheet == "llm" ? "llm_results" : "devices");
  const auto entries = published::mlperf_entries();
  if (!entries) return report_error(entries.error());
  return o.chart.empty() ? list_entries(o, *entries) : draw(o, *entries);
}

}  // namespace

void add_published(CLI::App& app, Action& chosen) {
  auto o = std::make_shared<PublishedCommand>();
  auto* c = app.add_subcommand("published", "figures that others published: list, select, draw");
  c->add_option("--sheet", o->sheet, "mlperf, llm (language models), devices")->check(CLI::IsMember({"mlperf", "llm", "devices"}))->capture_default_str();
  c->add_option("--model", o->selection.model, "for instance resnet50, llama2-70b-99.9, ic, kws");
  c->add_option("--scenario", o->selection.scenario, "SingleStream, MultiStream, Server, Offline, Interactive");
  c->add_option("--round", o->selection.round, "v0.5 to v6.0, tiny-v0.5 to tiny-v1.3");
  c->add_option("--division", o->selection.division, "closed or open");
  c->add_option("--submitter", o->selection.submitter, "who submitted it");
  c->add_option("--device", o->selection.device, "part of the name of the system or of the accelerator");
  c->add_option("--metric", o->selection.metric, "as logged, for instance samples_per_second");
  c->add_flag("--fpga", o->selection.fpga_only, "FPGA entries only");
  c->add_flag("--power", o->selection.with_power, "entries with measured power only");
  c->add_flag("--per-accelerator", o->per_accelerator, "rates of one accelerator");
  c->add_option("--csv", o->csv, "write the selection with sources: file, or - for standard output");
  c->add_flag("--charts", o->list_charts, "list the charts that can be drawn");
  c->add_option("--chart", o->chart, "draw this chart: HTML, Markdown and CSV");
  c->add_option("-o,--output", o->output, "folder for the chart")->capture_default_str();
  c->callback([o, &chosen] { chosen = [o] { return run(*o); }; });
}

}  // namespace vernier::cli
