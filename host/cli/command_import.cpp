// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include <vernier/core/files.hpp>
#include <vernier/zoo/workload.hpp>

#include "command.hpp"

namespace vernier::cli {
namespace {

struct ImportCommand {
  std::string file, output;
  std::vector<std::int64_t> array{32, 32};
  std::uint64_t seed = 1;
};

int write_model(const ImportCommand& o, const std::vector<zoo::WorkloadLayer>& layers) {
  if (o.output.empty()) return 0;
  const auto model = zoo::model_of(std::filesystem::path(o.file).stem().string(), layers, o.seed);
  if (!model) return report_error(model.error());
  if (auto ok = write_output(o.output, *model); !ok) return report_error(ok.error());
  fmt::print("\n{}: int8, seeded weights, every layer with an input of its own\nnext: vernier run {} --target npu32 --ruler systemc --timing-only --samples 1 --fence-layers\n", o.output, o.output);
  return 0;
}

int import_scalesim(const ImportCommand& o) {
  const auto layers = zoo::read_scalesim(o.file);
  if (!layers) return report_error(layers.error());
  if (o.output == "-") return write_model(o, *layers);
  std::int64_t cycles = 0, macs = 0;
  fmt::print("{:<28} {:>18} {:>14} {:>8} {:>8} {:>14} {:>14}\n", "layer", "input", "filter", "filters", "stride", "MACs", "cycles");
  for (const auto& l : *layers) {
    const auto count = zoo::scalesim_cycles(l, o.array[0], o.array[1]);
    fmt::print("{:<28.28} {:>18} {:>14} {:>8} {:>8} {:>14} {:>14}\n", l.name, fmt::format("{} x {} x {}", l.channels, l.height, l.width), fmt::format("{} x {}", l.kernel_h, l.kernel_w), l.filters, l.stride_h, l.macs(), count);
    cycles += count;
    macs += l.macs();
  }
  fmt::print("{} layers, {} MACs, {} cycles: SCALE-Sim's count of a weight-stationary array of {} x {} without stalls\n"
             "(docs/reference/peers.md says how it differs from ours)\n",
             layers->size(), macs, cycles, o.array[0], o.array[1]);
  return write_model(o, *layers);
}

int import_timeloop(const ImportCommand& o) {
  const auto layers = zoo::read_timeloop(o.file);
  if (!layers) return report_error(layers.error());
  if (o.output == "-") return write_model(o, *layers);
  for (const auto& l : *layers) {
    fmt::print("{}: input {} x {} x {}, kernel {} x {}, {} filters, stride {} x {}, {} MACs\n", l.name, l.channels, l.height, l.width, l.kernel_h, l.kernel_w, l.filters, l.stride_h, l.stride_w, l.macs());
  }
  return write_model(o, *layers);
}

}  // namespace

void add_import(CLI::App& app, Action& chosen) {
  auto* c = app.add_subcommand("import", "layer shapes of another simulator as a model: scalesim, timeloop");
  c->require_subcommand(1);
  auto o = std::make_shared<ImportCommand>();
  auto* scalesim = c->add_subcommand("scalesim", "SCALE-Sim topology CSV, with its own count of cycles");
  auto* timeloop = c->add_subcommand("timeloop", "Timeloop problem YAML: a convolution or a product of matrices");
  for (auto* s : {scalesim, timeloop}) {
    s->add_option("FILE", o->file, "file to read")->required();
    s->add_option("-o,--output", o->output, "ONNX model to write, or - for standard output");
    s->add_option("--seed", o->seed, "of the weights")->capture_default_str();
  }
  scalesim->add_option("--array", o->array, "rows and columns of SCALE-Sim's array")->delimiter('x')->expected(2)->check(CLI::Range(1, 65536))->capture_default_str();
  scalesim->callback([o, &chosen] { chosen = [o] { return import_scalesim(*o); }; });
  timeloop->callback([o, &chosen] { chosen = [o] { return import_timeloop(*o); }; });
}

}  // namespace vernier::cli
