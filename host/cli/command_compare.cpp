// SPDX-License-Identifier: Apache-2.0
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>

#include <vernier/render/report.hpp>
#include <vernier/store/record_store.hpp>

#include <vernier/published/published.hpp>

#include "bench.hpp"
#include "command.hpp"
#include "session.hpp"

namespace vernier::cli {
namespace {
namespace fs = std::filesystem;

struct CompareCommand : CommonOptions {
  std::vector<std::string> rulers{"rtl", "golden", "cpu"};
  std::vector<std::string> targets;    ///< empty: --target
  std::vector<std::string> scenarios;  ///< beside the single runs, on the first target
  std::string rules_of, published;
  double duration_s = 10;              ///< of the scenarios of rulers that measure
  int curve_points = 8;
  std::string output = "out";
};

store::Case case_of(const CompareCommand& o, const MeasureSession& session, const RulerEntry& ruler, const std::string& scenario = "single") {
  store::Case c;
  c.scenario = scenario;
  c.model = session.model().name;
  c.ruler = ruler.name;
  c.batch = scenario == "single" ? session.batch() : 1;
  c.seed = o.seed;
  if (ruler.runs_programs && session.stream() != nullptr) {
    c.target = session.stream()->target().name;
    if (ruler.name == "hw_emu") c.memory = o.memory;
  }
  if (ruler.runs_programs && session.pipeline() != nullptr) {
    c.target = session.pipeline()->whole.target.name;
    c.memory = o.memory;
  }
  return c;
}

/// A ruler with time in one scenario.
struct ScenarioCase {
  const RulerEntry* ruler;
  scenarios::Scenario scenario;
};

Result<std::vector<ScenarioCase>> scenario_cases(const CompareCommand& o, const std::vector<const RulerEntry*>& wanted) {
  std::vector<ScenarioCase> cases;
  for (const auto& name : o.scenarios) {
    const auto scenario = scenarios::scenario_of(name);
    if (!scenario) return forward_error(scenario);
    for (const auto* ruler : wanted) {
      if (ruler->fidelity == runtime::Fidelity::kFunctional) continue;
      if (refuses_scenarios(*ruler)) continue;  // its single run is in the report, and the report says why there is no more
      cases.push_back({ruler, *scenario});
    }
  }
  return cases;
}

/// Simulated rulers run the rules' ten minutes, which cost them nothing; the others as long as --duration says.
BenchOptions bench_options(const CompareCommand& o, const std::string& model, const ScenarioCase& c) {
  BenchOptions options;
  static_cast<CommonOptions&>(options) = o;
  options.batch = 1;  // a scenario's queue forms its batches
  options.request.scenario = c.scenario;
  options.request.conf_model = o.rules_of.empty() ? model : o.rules_of;
  if (c.ruler->fidelity == runtime::Fidelity::kMeasured) options.request.min_duration_s = o.duration_s;
  options.batching.instances = 0;
  options.curve_points = c.ruler->fidelity == runtime::Fidelity::kMeasured ? 0 : o.curve_points;
  options.folder = (fs::path(o.output) / "logs" / fmt::format("{}-{}", c.ruler->name, scenario_word(c.scenario))).string();
  return options;
}

/// "model=resnet50,round=v1.1,device=A30": published results of the scenarios that were run.
Result<std::vector<nlohmann::json>> published_records(const CompareCommand& o, const std::string& model) {
  std::vector<nlohmann::json> records;
  if (o.published.empty()) return records;
  published::Selection selection;
  std::stringstream list(o.published);
  for (std::string part; std::getline(list, part, ',');) {
    const auto at = part.find('=');
    const auto key = part.substr(0, at);
    std::string* field = key == "model"       ? &selection.model
                         : key == "round"     ? &selection.round
                         : key == "division"  ? &selection.division
                         : key == "submitter" ? &selection.submitter
                         : key == "device"    ? &selection.device
                                              : nullptr;
    if (field == nullptr || at == std::string::npos) {
      return fail(ErrorCode::kInvalidInput, "is not model=, round=, division=, submitter= or device=", "--published " + part);
    }
    *field = part.substr(at + 1);
  }
  if (selection.model.empty()) return fail(ErrorCode::kInvalidInput, "names no model; published results are shown for the same model only", "--published");
  const auto entries = published::mlperf_entries();
  if (!entries) return forward_error(entries);
  const auto created = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  for (const auto& name : o.scenarios) {
    selection.scenario = std::string(scenarios::name_of(*scenarios::scenario_of(name)));
    for (const auto& entry : published::select(*entries, selection)) {
      if (auto record = published::record_of(entry, model, VERNIER_VERSION, created)) records.push_back(std::move(*record));
    }
  }
  if (records.empty()) return fail(ErrorCode::kInvalidInput, "fits no published result in these scenarios", "--published " + o.published);
  return records;
}

int fail_with(const Error& error, const store::RecordStore& store) {
  report_error(error);
  if (const auto missing = store.missing()) {
    for (const auto& c : *missing) fmt::print(stderr, "vernier: missing: {}\n", store::to_string(c));
  }
  return static_cast<int>(error.code);
}

/// One target and the rulers it is read on.
struct TargetReadings {
  MeasureSession session;
  std::vector<const RulerEntry*> rulers;
  std::vector<std::string> refused;  ///< by others, and why
  std::map<const RulerEntry*, MeasureSession::Outcome> outcomes{};
};

/// Rulers that need no target read the model once, beside the first one. A streaming design is read on those that can, on
/// systemc where none of the wanted ones can.
std::vector<const RulerEntry*> rulers_of(const std::string& target, bool first, const std::vector<const RulerEntry*>& wanted, std::vector<std::string>& refused) {
  std::vector<const RulerEntry*> rulers;
  bool read = false;
  for (const auto* r : wanted) {
    if (!r->runs_programs && !first) continue;
    if (r->runs_programs && streaming::is_stream_target(target)) {
      if (const auto why = refuses_stream(*r, target)) {
        refused.push_back(to_string(*why));
        continue;
      }
    }
    read = read || r->runs_programs;
    rulers.push_back(r);
  }
  if (streaming::is_stream_target(target) && !read) rulers.insert(rulers.begin(), *find_ruler("systemc"));
  return rulers;
}

Result<std::vector<TargetReadings>> open_targets(const CompareCommand& o, const std::vector<const RulerEntry*>& wanted) {
  std::vector<TargetReadings> all;
  for (const auto& target : o.targets.empty() ? std::vector{o.target} : o.targets) {
    CommonOptions options = o;
    options.target = target;
    std::vector<std::string> refused;
    auto rulers = rulers_of(target, all.empty(), wanted, refused);
    auto session = MeasureSession::open(options, rulers);
    if (!session) return forward_error(session);
    all.push_back({std::move(*session), std::move(rulers), std::move(refused)});
  }
  return all;
}

/// "npu16 and stream@30fps", or "this machine" where no target was read.
std::string title_of(const std::vector<TargetReadings>& targets) {
  std::vector<std::string> names;
  for (const auto& t : targets) {
    if (t.session.pipeline() != nullptr) names.push_back(t.session.pipeline()->whole.target.name);
    if (t.session.stream() != nullptr) names.push_back(t.session.stream()->target().name);
  }
  return names.empty() ? "this machine" : fmt::format("{}", fmt::join(names, " and "));
}

int compare(const CompareCommand& o) {
  std::vector<const RulerEntry*> wanted;
  for (const auto& name : o.rulers) {
    const auto ruler = find_ruler(name);
    if (!ruler) return report_error(ruler.error());
    wanted.push_back(*ruler);
  }
  auto targets = open_targets(o, wanted);
  if (!targets) return report_error(targets.error());
  auto& first = targets->front();
  const auto scenario_runs = scenario_cases(o, first.rulers);
  if (!scenario_runs) return report_error(scenario_runs.error());
  const auto& model = first.session.model();
  auto published = published_records(o, model.name);
  if (!published) return report_error(published.error());
  std::error_code ec;
  fs::create_directories(o.output, ec);
  if (ec) return report_error({ErrorCode::kIo, "cannot be created: " + ec.message(), o.output});
  auto store = store::RecordStore::open(o.output);
  if (!store) return report_error(store.error());
  std::vector<store::Case> cases;
  for (const auto& t : *targets) {
    for (const auto* ruler : t.rulers) cases.push_back(case_of(o, t.session, *ruler));
  }
  for (const auto& c : *scenario_runs) cases.push_back(case_of(o, first.session, *c.ruler, scenario_word(c.scenario)));
  if (auto ok = store->plan(cases); !ok) return report_error(ok.error());

  std::vector<nlohmann::json> records;
  bool wrong = false;
  const auto keep = [&](nlohmann::json record) -> Result<void> {
    if (auto id = store->add(record); !id) return forward_error(id);
    wrong = wrong || !record["valid"].get<bool>();
    records.push_back(std::move(record));
    return {};
  };
  std::map<const RulerEntry*, std::string> unavailable;  // the report is of the others, and says so
  for (auto& t : *targets) {
    for (const auto* ruler : t.rulers) {
      auto outcome = t.session.run(*ruler, true, {});
      if (!outcome && outcome.error().code == ErrorCode::kUnavailable) {
        report_error(outcome.error());
        unavailable[ruler] = to_string(outcome.error());
        continue;
      }
      if (!outcome) return fail_with(outcome.error(), *store);
      if (auto ok = keep(outcome->record); !ok) return report_error(ok.error());
      t.outcomes.insert_or_assign(ruler, std::move(*outcome));
    }
  }
  if (records.empty()) return report_error({ErrorCode::kUnavailable, "none of the rulers is available here", "--rulers"});
  for (const auto& c : *scenario_runs) {
    if (unavailable.contains(c.ruler)) continue;
    const bool measures = c.ruler->fidelity == runtime::Fidelity::kMeasured;
    const auto options = bench_options(o, model.name, c);
    auto outcome = measures || o.batch > 1 ? bench(*c.ruler, options) : bench_with(*c.ruler, options, first.session, first.outcomes.at(c.ruler));
    if (!outcome) return fail_with(outcome.error(), *store);
    if (auto ok = keep(std::move(outcome->record)); !ok) return report_error(ok.error());
  }
  for (auto& record : *published) records.push_back(std::move(record));
  render::ReportOptions options;
  options.title = fmt::format("{} on {}", model.name, title_of(*targets));
  for (const auto* ruler : wanted) {
    if (const auto refusal = refuses_scenarios(*ruler); refusal && !o.scenarios.empty() && !unavailable.contains(ruler)) options.missing.push_back(to_string(*refusal));
  }
  for (const auto& t : *targets) options.missing.insert(options.missing.end(), t.refused.begin(), t.refused.end());
  for (const auto& [ruler, why] : unavailable) options.missing.push_back(fmt::format("{}: {}", ruler->name, why));
  if (auto ok = render::write_report(o.output, records, options); !ok) return report_error(ok.error());
  const auto summary = render::render_summary(records);
  if (!summary) return report_error(summary.error());
  fmt::print("{}\nreport: {}\n", *summary, fs::absolute(fs::path(o.output) / "report.html").lexically_normal().string());
  if (wrong) return static_cast<int>(ErrorCode::kMismatch);
  return unavailable.empty() ? 0 : static_cast<int>(ErrorCode::kUnavailable);
}

}  // namespace

void add_compare(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<CompareCommand>();
  auto* c = app.add_subcommand("compare", "the main job: one model on several rulers, checked, in one report");
  add_common_options(*c, *options);
  c->add_option("--rulers", options->rulers, "comma-separated; `vernier rulers` lists them")->delimiter(',')->capture_default_str();
  c->add_option("--targets", options->targets, "comma-separated, in place of --target: accelerators side by side, for instance npu16,stream@30fps")->delimiter(',');
  c->add_option("--scenario", options->scenarios, "also run these scenarios of MLPerf Inference on every ruler with time: singlestream, multistream, server, offline")->delimiter(',');
  c->add_option("--rules-of", options->rules_of, "name of the model in mlperf.conf, for instance resnet50; default is MODEL's own");
  c->add_option("--duration", options->duration_s, "seconds of a scenario on rulers that measure; the rules ask for 600")->check(CLI::PositiveNumber)->capture_default_str();
  c->add_option("--published", options->published, "show published results beside ours: model=NAME[,round=R][,division=D][,submitter=S][,device=PART]; `vernier published` lists them");
  c->add_option("-o,--output", options->output, "folder for report.html, report.md, CSV, records and their store")->capture_default_str();
  c->callback([options, &chosen] { chosen = [options] { return compare(*options); }; });
}

}  // namespace vernier::cli
