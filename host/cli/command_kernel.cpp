// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include <vernier/package/pack.hpp>

#include "command.hpp"

namespace vernier::cli {
namespace {

struct PackCommand {
  std::string folder, target, xclbin, top, board = "emulated";
  std::string memory = "ideal:latency=80,bytes_per_cycle=64";
  std::vector<std::string> units, banks;
  bool waves = false;
};

Result<package::PackOptions> pack_options(const PackCommand& o) {
  package::PackOptions options;
  if (!o.target.empty()) {
    const auto target = find_target(o.target, 0);
    if (!target) return forward_error(target);
    options = package::npu_options(*target, o.xclbin);
  } else {
    package::KernelSource kernel;
    kernel.folder = o.folder;
    kernel.top = o.top;
    kernel.units = o.units;
    options.kernels = {kernel};
    options.xclbin = o.xclbin;
  }
  options.board = o.board;
  options.memory = o.memory;
  options.waves = o.waves;
  for (const auto& assignment : o.banks) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos) return fail(ErrorCode::kInvalidInput, "is not ARGUMENT=BANK, for instance in1=DDR[1]", "--bank " + assignment);
    options.banks[assignment.substr(0, equals)] = assignment.substr(equals + 1);
  }
  return options;
}

int pack(const PackCommand& o) {
  if (o.folder.empty() == o.target.empty()) {
    return report_error({ErrorCode::kInvalidInput, "name a folder with kernel.xml, or --target for the NPU, and not both", "kernel pack"});
  }
  const auto options = pack_options(o);
  if (!options) return report_error(options.error());
  if (auto ok = package::pack_kernel(*options); !ok) return report_error(ok.error());
  fmt::print("{}: for hardware emulation; source hw_emu.env beside it, then start any XRT or OpenCL host\n", o.xclbin);
  return 0;
}

}  // namespace

void add_kernel(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<PackCommand>();
  auto* kernel = app.add_subcommand("kernel", "RTL kernels for XRT");
  kernel->require_subcommand(1);
  auto* c = kernel->add_subcommand("pack", "an xclbin for hardware emulation from a Vitis RTL kernel, or from the NPU");
  c->add_option("DIR", options->folder, "folder with kernel.xml and the Verilog or SystemVerilog");
  c->add_option("--target", options->target, "pack the NPU of this target instead");
  c->add_option("-o,--output", options->xclbin, "xclbin to write; emconfig.json and hw_emu.env go beside it")->required();
  c->add_option("--top", options->top, "top module; default is what kernel.xml says");
  c->add_option("--unit", options->units, "name of a compute unit, once for each")->take_all();
  c->add_option("--bank", options->banks, "ARGUMENT=BANK or UNIT.ARGUMENT=BANK, for instance in1=DDR[1]")->take_all();
  c->add_option("--board", options->board, "board whose banks it uses: name or TOML file")->capture_default_str();
  c->add_option("--memory", options->memory, "memory behind every port")->capture_default_str();
  c->add_flag("--waves", options->waves, "a kernel that can record waveforms (slower)");
  c->callback([options, &chosen] { chosen = [options] { return pack(*options); }; });
}

}  // namespace vernier::cli
