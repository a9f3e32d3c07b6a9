// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include <vernier/render/report.hpp>
#include <vernier/store/record_store.hpp>

#include "command.hpp"
#include "session.hpp"

namespace vernier::cli {
namespace {
namespace fs = std::filesystem;

struct CompareCommand : CommonOptions {
  std::vector<std::string> rulers{"rtl", "golden", "cpu"};
  std::string output = "out";
};

store::Case case_of(const CompareCommand& o, const LoadedModel& model, const lower::Pipeline* pipeline, const RulerEntry& ruler) {
  store::Case c;
  c.model = model.name;
  c.ruler = ruler.name;
  c.batch = o.batch;
  c.seed = o.seed;
  if (ruler.runs_programs && pipeline != nullptr) {
    c.target = pipeline->whole.target.name;
    c.memory = o.memory;
  }
  return c;
}

int compare(const CompareCommand& o) {
  std::vector<const RulerEntry*> wanted;
  for (const auto& name : o.rulers) {
    const auto ruler = find_ruler(name);
    if (!ruler) return report_error(ruler.error());
    wanted.push_back(*ruler);
  }
  auto session = MeasureSession::open(o, wanted);
  if (!session) return report_error(session.error());
  std::error_code ec;
  fs::create_directories(o.output, ec);
  if (ec) return report_error({ErrorCode::kIo, "cannot be created: " + ec.message(), o.output});
  auto store = store::RecordStore::open(o.output);
  if (!store) return report_error(store.error());
  std::vector<store::Case> cases;
  for (const auto* ruler : wanted) cases.push_back(case_of(o, session->model(), session->pipeline(), *ruler));
  if (auto ok = store->plan(cases); !ok) return report_error(ok.error());

  std::vector<nlohmann::json> records;
  bool wrong = false;
  for (const auto* ruler : wanted) {
    auto outcome = session->run(*ruler, true, "");
    if (!outcome) {
      report_error(outcome.error());
      if (const auto missing = store->missing()) {
        for (const auto& c : *missing) fmt::print(stderr, "vernier: missing: {}\n", store::to_string(c));
      }
      return static_cast<int>(outcome.error().code);
    }
    if (auto id = store->add(outcome->record); !id) return report_error(id.error());
    wrong = wrong || !outcome->record["valid"].get<bool>();
    records.push_back(std::move(outcome->record));
  }
  render::ReportOptions options;
  options.title = fmt::format("{} on {}", session->model().name, session->pipeline() != nullptr ? session->pipeline()->whole.target.name : "this machine");
  if (auto ok = render::write_report(o.output, records, options); !ok) return report_error(ok.error());
  const auto summary = render::render_summary(records);
  if (!summary) return report_error(summary.error());
  fmt::print("{}\nreport: {}\n", *summary, fs::absolute(fs::path(o.output) / "report.html").lexically_normal().string());
  return wrong ? static_cast<int>(ErrorCode::kMismatch) : 0;
}

}  // namespace

void add_compare(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<CompareCommand>();
  auto* c = app.add_subcommand("compare", "the main job: one model on several rulers, checked, in one report");
  add_common_options(*c, *options);
  c->add_option("--rulers", options->rulers, "comma-separated; `vernier rulers` lists them")->delimiter(',')->capture_default_str();
  c->add_option("-o,--output", options->output, "folder for report.html, report.md, CSV, records and their store")->capture_default_str();
  c->callback([options, &chosen] { chosen = [options] { return compare(*options); }; });
}

}  // namespace vernier::cli
