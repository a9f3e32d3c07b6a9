// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include <vernier/opencl/opencl_runner.hpp>
#include <vernier/runtime/ruler.hpp>
#include <vernier/verilator/model_cache.hpp>
#include <vernier/zoo/zoo.hpp>

#include "command.hpp"
#include "loaded_model.hpp"
#include "session.hpp"

namespace vernier::cli {
namespace {

int list_rulers() {
  for (const auto& r : rulers()) fmt::print("{:10} {:11} {}\n", r.name, runtime::name_of(r.fidelity), r.description);
  return 0;
}

int list_devices() {
  const auto found = opencl::devices();
  if (!found) return report_error(found.error());
  for (const auto& d : *found) fmt::print("{}: {}\n  {}, driver {}\n", d.title, d.name, d.version, d.driver);
  return 0;
}

int build_targets(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const auto target = find_target(name, 0);
    if (!target) return report_error(target.error());
    const auto file = verilator::model_for(*target, {});
    if (!file) return report_error(file.error());
    fmt::print("{}: {}\n", target->name, file->string());
  }
  return 0;
}

int list_targets() {
  fmt::print("{:10} {:>5} {:>7} {:>10} {:>10} {:>10} {:>9} {:>9}\n", "target", "rows", "columns", "act. KiB", "weight KiB", "param. KiB", "acc. rows", "clock MHz");
  for (const auto& name : bundled_targets()) {
    const auto t = find_target(name, 0);
    if (!t) return report_error(t.error());
    fmt::print("{:10} {:>5} {:>7} {:>10} {:>10} {:>10} {:>9} {:>9.0f}\n", t->name, t->rows, t->columns, t->activation_bytes / 1024,
               t->weight_bytes / 1024, t->parameter_bytes / 1024, t->accumulator_rows, t->clock.count() / 1e6);
  }
  return 0;
}

int list_models() {
  const auto models = bundled_models();
  if (!models) return report_error(models.error());
  fmt::print("trained, with data to measure accuracy on:\n");
  for (const auto& m : *models) fmt::print("  {:17} {}\n", m.name, m.description);
  fmt::print("by structure, true shapes and seeded weights (cycles, energy and bits; no accuracy):\n");
  for (const auto& n : zoo::networks()) fmt::print("  {:17} {}\n", n.name, n.description);
  return 0;
}

struct WriteModel {
  std::string name, file;
  std::uint64_t seed = 1;
};

int write_model(const WriteModel& o) {
  const auto model = zoo::build(o.name, o.seed);
  if (!model) return report_error(model.error());
  const auto file = o.file.empty() ? o.name + ".onnx" : o.file;
  if (auto ok = write_output(file, *model); !ok) return report_error(ok.error());
  fmt::print("{}\n", file);
  return 0;
}

}  // namespace

void add_lists(CLI::App& app, Action& chosen) {
  const auto add = [&app, &chosen](const char* name, const char* what, int (*action)()) {
    app.add_subcommand(name, what)->callback([&chosen, action] { chosen = action; });
  };
  add("rulers", "what a design can be read on, and how faithful each is", list_rulers);
  add("devices", "OpenCL devices of this machine", list_devices);
  auto build = std::make_shared<std::vector<std::string>>();
  auto* targets = app.add_subcommand("targets", "bundled accelerators");
  targets->add_option("--build", *build, "build the RTL models of these targets (names or files) now instead of on first use");
  targets->callback([build, &chosen] { chosen = [build] { return build->empty() ? list_targets() : build_targets(*build); }; });
  auto written = std::make_shared<WriteModel>();
  auto* models = app.add_subcommand("models", "models this program knows by name");
  auto* write = models->add_option("--write", written->name, "write this network of the zoo as ONNX");
  models->add_option("-o,--output", written->file, "file to write")->needs(write);
  models->add_option("--seed", written->seed, "of the weights")->needs(write)->capture_default_str();
  models->callback([written, &chosen] { chosen = [written] { return written->name.empty() ? list_models() : write_model(*written); }; });
}

}  // namespace vernier::cli
