// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include <vernier/package/pack.hpp>

#include "command.hpp"

namespace vernier::cli {
namespace {

struct PackCommand {
  std::vector<std::string> folders;
  std::string target, xclbin, description, top, protocol, vitis, board = "emulated";
  std::string memory = "ideal:latency=80,bytes_per_cycle=64";
  std::vector<std::string> units, banks, arguments, sources, includes, streams, clocks, stubs, parameters;
  bool waves = false;
};

/// "KEY=VALUE" entries into a map.
template <class Value, class Convert>
Result<void> take_pairs(const std::vector<std::string>& entries, const char* option, const char* form, std::map<std::string, Value>& into, Convert convert) {
  for (const auto& entry : entries) {
    const auto equals = entry.rfind('=');
    if (equals == std::string::npos || equals == 0) return fail(ErrorCode::kInvalidInput, fmt::format("is not {}", form), fmt::format("{} {}", option, entry));
    const std::optional<Value> value = convert(entry.substr(equals + 1));
    if (!value) return fail(ErrorCode::kInvalidInput, fmt::format("is not {}", form), fmt::format("{} {}", option, entry));
    into[entry.substr(0, equals)] = *value;
  }
  return {};
}

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "NAME" or "FOLDER:NAME": the compute units of each kernel.
Result<void> take_units(const std::vector<std::string>& entries, std::vector<package::KernelSource>& kernels) {
  for (const auto& entry : entries) {
    std::string names = entry;
    std::size_t index = 0;
    if (const auto colon = entry.find(':'); colon != std::string::npos) {
      const auto number = number_of(entry.substr(0, colon));
      if (!number || *number < 1 || *number > static_cast<double>(kernels.size())) {
        return fail(ErrorCode::kInvalidInput, fmt::format("is not NAME or FOLDER:NAME with the folder's number, 1 to {}", kernels.size()), "--unit " + entry);
      }
      index = static_cast<std::size_t>(*number) - 1;
      names = entry.substr(colon + 1);
    } else if (kernels.size() > 1) {
      return fail(ErrorCode::kInvalidInput, "with several folders, say which: --unit 1:NAME", "--unit " + entry);
    }
    kernels[index].units.push_back(names);
  }
  return {};
}

Result<package::PackOptions> pack_options(const PackCommand& o) {
  package::PackOptions options;
  if (!o.target.empty()) {
    const auto target = find_target(o.target, 0);
    if (!target) return forward_error(target);
    options = package::npu_options(*target, o.xclbin);
  } else {
    for (const auto& folder : o.folders) {
      package::KernelSource kernel;
      kernel.folder = folder;
      kernel.top = o.top;
      if (const auto colon = folder.rfind(':'); colon != std::string::npos && !std::filesystem::exists(folder)) {  // FILE.cpp:FUNCTION
        kernel.folder = folder.substr(0, colon);
        kernel.top = folder.substr(colon + 1);
      }
      kernel.description = o.description;
      kernel.include_folders.assign(o.includes.begin(), o.includes.end());
      kernel.protocol = o.protocol;
      kernel.arguments = o.arguments;
      kernel.stubs = o.stubs;
      kernel.parameters = o.parameters;
      kernel.extra_sources.assign(o.sources.begin(), o.sources.end());
      options.kernels.push_back(std::move(kernel));
    }
    if (auto r = take_units(o.units, options.kernels); !r) return forward_error(r);
    options.xclbin = o.xclbin;
  }
  options.board = o.board;
  options.memory = o.memory;
  options.waves = o.waves;
  options.vitis = o.vitis;
  options.streams = o.streams;
  if (auto r = take_pairs<std::string>(o.banks, "--bank", "ARGUMENT=BANK, for instance in1=DDR[1]", options.banks, [](std::string tag) { return std::optional(std::move(tag)); }); !r) return forward_error(r);
  if (auto r = take_pairs<double>(o.clocks, "--clock", "CLOCK=MHZ, for instance ap_clk_2=250", options.clocks, number_of); !r) return forward_error(r);
  return options;
}

int pack(const PackCommand& o) {
  if (o.folders.empty() == o.target.empty()) {
    return report_error({ErrorCode::kInvalidInput, "name a kernel's folder, .xo or .cpp, or --target for the NPU, and not both", "kernel pack"});
  }
  if (o.folders.size() > 1 && (!o.top.empty() || !o.arguments.empty() || !o.description.empty())) {
    return report_error({ErrorCode::kInvalidInput, "--top, --arg and --kernel-xml describe one kernel; give the others a kernel.xml, or name a function as FILE.cpp:NAME", "kernel pack"});
  }
  const auto options = pack_options(o);
  if (!options) return report_error(options.error());
  if (auto ok = package::pack_kernel(*options); !ok) return report_error(ok.error());
  fmt::print("{}: for hardware emulation; source hw_emu.env beside it, then start any XRT or OpenCL host\n", o.xclbin);
  if (!o.vitis.empty()) fmt::print("{}: for the card {}; these steps need Vitis and were not run\n", o.vitis, o.board);
  return 0;
}

}  // namespace

void add_kernel(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<PackCommand>();
  auto* kernel = app.add_subcommand("kernel", "RTL and Vitis HLS kernels for XRT");
  kernel->require_subcommand(1);
  auto* c = kernel->add_subcommand("pack", "an xclbin for hardware emulation from Vitis RTL or HLS C++ kernels, or from the NPU; the time of C++ kernels is estimated");
  c->add_option("DIR", options->folders, "folder of Verilog or SystemVerilog with kernel.xml or component.xml, a .xo, or the C++ of a Vitis HLS kernel (FILE.cpp, or FILE.cpp:FUNCTION); one for each kernel");
  c->add_option("--target", options->target, "pack the NPU of this target instead");
  c->add_option("-o,--output", options->xclbin, "xclbin to write; emconfig.json and hw_emu.env go beside it")->required();
  c->add_option("--top", options->top, "top module, or function of C++; default is what the description says");
  c->add_option("--arg", options->arguments, "without a description: NAME:PORT[:BYTES][@OFFSET], once for each argument in order")->take_all();
  c->add_option("--kernel-xml", options->description, "kernel.xml of a C++ kernel, in place of its pragmas");
  c->add_option("--ctrl", options->protocol, "ap_ctrl_hs, ap_ctrl_chain, ap_ctrl_none or user_managed, over what the description says");
  c->add_option("--source", options->sources, "further source file: Verilog for every RTL kernel, C++ for every C++ kernel")->take_all();
  c->add_option("-I,--include", options->includes, "folder of headers of C++ kernels")->take_all();
  c->add_option("--param", options->parameters, "Name=Value of the top module")->take_all();
  c->add_option("--stub", options->stubs, "module that is defined nowhere and is left out: its outputs stay 0")->take_all();
  c->add_option("--unit", options->units, "name of a compute unit, once for each; with several folders N:NAME for the Nth")->take_all();
  c->add_option("--stream", options->streams, "WRITER_UNIT.PORT:READER_UNIT.PORT[:DEPTH], once for each connection")->take_all();
  c->add_option("--clock", options->clocks, "CLOCK=MHZ or UNIT.CLOCK=MHZ, for instance ap_clk_2=250")->take_all();
  c->add_option("--bank", options->banks, "ARGUMENT=BANK or UNIT.ARGUMENT=BANK, for instance in1=DDR[1]")->take_all();
  c->add_option("--board", options->board, "board whose banks it uses: name or TOML file")->capture_default_str();
  c->add_option("--memory", options->memory, memory_help())->capture_default_str();
  c->add_option("--vitis", options->vitis, "folder for what v++ needs on the real card: link.cfg, packaging scripts, build.sh (written, not run)");
  c->add_flag("--waves", options->waves, "a kernel that can record waveforms (slower)");
  c->callback([options, &chosen] { chosen = [options] { return pack(*options); }; });
}

}  // namespace vernier::cli
