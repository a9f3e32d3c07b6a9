// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include <vernier/lower/lower.hpp>
#include <vernier/streaming/deployment.hpp>

#include "command.hpp"
#include "loaded_model.hpp"
#include "stream_explain.hpp"

namespace vernier::cli {
namespace {

struct ExplainCommand : CommonOptions {
  std::string json;
};

nlohmann::json to_json(const std::vector<lower::Placement>& placement) {
  auto nodes = nlohmann::json::array();
  for (const auto& p : placement) {
    nodes.push_back({{"name", p.name}, {"op", p.op}, {"shapes", p.shapes}, {"where", lower::name_of(p.place)}, {"reason", p.reason}, {"macs", p.macs}});
  }
  return nodes;
}

int explain_stream(const ExplainCommand& o) {
  const auto target = streaming::stream_target_of(o.target, o.clock_mhz);
  if (!target) return report_error(target.error());
  const auto model = load_model(o);
  if (!model) return report_error(model.error());
  const auto stream = streaming::StreamDeployment::prepare(model->canonical, *target);
  if (!stream) return report_error(stream.error());
  if (o.json != "-") print_stream_design(*stream);
  if (o.json.empty()) return 0;
  auto all = stream_design_json(*stream);
  all["model"] = model->name;
  if (auto ok = write_output(o.json, all.dump(2) + "\n"); !ok) return report_error(ok.error());
  return 0;
}

int explain(const ExplainCommand& o) {
  if (streaming::is_stream_target(o.target)) return explain_stream(o);
  const auto target = find_target(o.target, o.clock_mhz);
  if (!target) return report_error(target.error());
  const auto model = load_model(o);
  if (!model) return report_error(model.error());
  const auto placement = lower::explain(model->canonical, *target);
  if (!placement) return report_error(placement.error());
  bool refused = false;
  std::int64_t macs = 0, npu_macs = 0;
  for (const auto& p : *placement) {
    refused = refused || p.place == lower::Place::kRefused;
    macs += p.macs;
    if (p.place == lower::Place::kNpu) npu_macs += p.macs;
  }
  if (o.json != "-") {
    fmt::print("{:<8} {:<28} {:<16} {:>12}  {:<44} {}\n", "where", "node", "operator", "MACs", "shapes", "reason");
    for (const auto& p : *placement) {
      fmt::print("{:<8} {:<28.28} {:<16.16} {:>12}  {:<44} {}\n", lower::name_of(p.place), p.name, p.op, p.macs, p.shapes, p.reason);
    }
    fmt::print("{:.2f} % of {} MACs on {}\n", macs > 0 ? 100.0 * static_cast<double>(npu_macs) / static_cast<double>(macs) : 0.0, macs, target->name);
  }
  if (!o.json.empty()) {
    const nlohmann::json all{{"model", model->name}, {"target", target->name}, {"macs", macs}, {"macs_on_npu", npu_macs}, {"nodes", to_json(*placement)}};
    if (auto ok = write_output(o.json, all.dump(2) + "\n"); !ok) return report_error(ok.error());
  }
  return refused ? static_cast<int>(ErrorCode::kUnsupported) : 0;
}

}  // namespace

void add_explain(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<ExplainCommand>();
  auto* c = app.add_subcommand("explain", "where each operator would run and why, or what a streaming design is made of, before anything runs");
  c->add_option("MODEL", options->model, "ONNX file, or a name that `vernier models` lists")->required();
  add_target_options(*c, *options);
  c->add_option("--calibration", options->calibration, "activation ranges of a float model: minmax, percentile, mse")
      ->check(CLI::IsMember({"minmax", "percentile", "mse"}))->capture_default_str();
  add_dims_option(*c, *options);
  c->add_option("--json", options->json, "the same for programs: file, or - for standard output alone");
  c->callback([options, &chosen] { chosen = [options] { return explain(*options); }; });
}

}  // namespace vernier::cli
