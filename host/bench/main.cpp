// SPDX-License-Identifier: Apache-2.0
// vernier-bench: what a simulated cycle costs, and what parallel processes and repeated layers save, as ratios of runs of
// one process after another. Exit code 1 when two ways of running a program disagree.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

#include <vernier/core/home.hpp>
#include <vernier/import/import.hpp>
#include <vernier/lower/lower.hpp>
#include <vernier/passes/pipeline.hpp>
#include <vernier/verilator/rtl_ruler.hpp>
#include <vernier/zoo/zoo.hpp>

using namespace vernier;

namespace {

struct Options {
  std::string model = "resnet18_32";
  std::vector<std::string> targets{"npu8", "npu16", "npu32"};
  std::string memory = "ideal:latency=80,bytes_per_cycle=64";
  int jobs = 2;
};

/// One way of running the program.
struct Way {
  std::string name;
  int jobs = 1;
  bool unique_layers = false;
};

Result<graph::Graph> load(const std::string& name) {
  const auto proto = zoo::build(name);
  if (!proto) return forward_error(proto);
  auto graph = graph::import_onnx_bytes(std::as_bytes(std::span(proto->data(), proto->size())), name);
  if (!graph) return forward_error(graph);
  return graph::canonicalise(std::move(*graph));
}

Result<runtime::RunReport> run(runtime::Ruler& ruler, const program::Program& program, const Options& options, const Way& way) {
  std::vector<std::byte> input(static_cast<std::size_t>(program.input_bytes)), output(static_cast<std::size_t>(program.output_bytes));
  std::minstd_rand random(1);
  for (auto& b : input) b = static_cast<std::byte>(random() >> 8);
  runtime::RunOptions run_options;
  run_options.memory = options.memory;
  run_options.jobs = way.jobs;
  run_options.unique_layers = way.unique_layers;
  return ruler.run(program, input, output, run_options);
}

/// False when a way of running does not give the cycles of the whole run.
Result<bool> bench_target(const graph::Graph& graph, const std::string& name, const Options& options) {
  const auto target = program::load_target(home() / "rtl/targets" / (name + ".toml"));
  if (!target) return forward_error(target);
  const auto plan = lower::lower(graph, *target);
  if (!plan) return forward_error(plan);
  const auto ruler = verilator::make_rtl_ruler();
  const std::vector<Way> ways{{"whole"}, {fmt::format("-j {}", options.jobs), options.jobs}, {"--unique-layers", 1, true},
                              {fmt::format("-j {} --unique-layers", options.jobs), options.jobs, true}};
  (void)run(*ruler, plan->program, options, ways[0]);  // builds or loads the model
  double whole_s = 0;
  std::int64_t cycles = 0;
  bool same = true;
  for (const auto& way : ways) {
    const auto report = run(*ruler, plan->program, options, way);
    if (!report) return forward_error(report);
    if (whole_s == 0) {
      whole_s = report->wall_s;
      cycles = report->cycles.count();
    }
    same = same && report->cycles.count() == cycles;
    fmt::print("{:<8} {:<22} {:>12} {:>5} of {:<5} {:>9.2f} {:>12.3f} {:>9.2f}\n", name, way.name, report->cycles.count(), report->groups_simulated, report->groups,
               report->wall_s, static_cast<double>(report->cycles.count()) / report->wall_s / 1e6, whole_s / report->wall_s);
  }
  return same;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"simulation speed of the RTL ruler, and what parallel processes and repeated layers save"};
  app.add_option("--model", options.model, "network of the zoo")->capture_default_str();
  app.add_option("--targets", options.targets, "bundled targets, comma-separated")->delimiter(',')->capture_default_str();
  app.add_option("--memory", options.memory, "as of vernier run")->capture_default_str();
  app.add_option("-j,--jobs", options.jobs, "processes of the parallel runs")->check(CLI::Range(2, 1024))->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto failed = [](const Error& error) {
    fmt::print(stderr, "vernier-bench: error: {}\n", to_string(error));
    return static_cast<int>(error.code);
  };
  const auto graph = load(options.model);
  if (!graph) return failed(graph.error());
  fmt::print("{} behind {}\n{:<8} {:<22} {:>12} {:>14} {:>9} {:>12} {:>9}\n", options.model, options.memory, "target", "run", "cycles", "groups run", "s",
             "M cycles/s", "speed-up");
  bool same = true;
  for (const auto& target : options.targets) {
    const auto ok = bench_target(*graph, target, options);
    if (!ok) return failed(ok.error());
    same = same && *ok;
  }
  if (!same) fmt::print(stderr, "vernier-bench: error: the ways of running one program disagree in cycles\n");
  return same ? 0 : 1;
}
