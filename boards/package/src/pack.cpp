// SPDX-License-Identifier: Apache-2.0
#include <vernier/package/pack.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>
#include <vernier/package/kernel.hpp>

#include "kernel_build.hpp"
#include "layout.hpp"
#include "xclbin_file.hpp"
#include "xclbin_metadata.hpp"
#include "zip_file.hpp"

namespace vernier::package {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSimulationFolder = "behav_waveform/xsim/";  // where the driver looks for the launch script
constexpr std::size_t kMostUnits = 31;                             // of one kernel, as in v++

/// The bank of an argument: the most particular wish wins. `used` collects the keys that meant something.
Result<int> bank_of(const PackOptions& options, const Board& board, const std::string& unit, const KernelArgument& argument,
                    std::set<std::string>& used) {
  for (const auto& key : {unit + "." + argument.name, unit + "." + argument.port, argument.name, argument.port}) {
    const auto wish = options.banks.find(key);
    if (wish == options.banks.end()) continue;
    used.insert(key);
    const int bank = board.bank(wish->second);
    if (bank >= 0) return bank;
    std::string allowed;
    for (const auto& b : board.banks) allowed += (allowed.empty() ? "" : ", ") + b.tag;
    return fail(ErrorCode::kInvalidInput, fmt::format("board {} has no bank {}; it has {}", board.name, wish->second, allowed), key);
  }
  return 0;
}

Result<void> place_units(const PackOptions& options, Layout& layout) {
  std::set<std::string> used, names;
  std::vector<PlacedUnit> unmapped;
  for (std::size_t k = 0; k < layout.kernels.size(); ++k) {
    const Kernel& kernel = layout.kernels[k];
    auto units = options.kernels[k].units;
    if (units.empty()) units.push_back(kernel.name + "_1");
    if (units.size() > kMostUnits) {
      return fail(ErrorCode::kInvalidInput, fmt::format("{} compute units; allowed: 1 to {}", units.size(), kMostUnits), "kernel " + kernel.name);
    }
    for (const auto& name : units) {
      if (!names.insert(name).second) return fail(ErrorCode::kInvalidInput, fmt::format("two compute units are named {}", name), "kernel " + kernel.name);
      PlacedUnit unit{k, name, kNoBase, {}};
      for (const auto& argument : kernel.arguments) {
        if (argument.qualifier != 1) {
          unit.argument_banks.push_back(-1);
          continue;
        }
        const auto bank = bank_of(options, layout.board, name, argument, used);
        if (!bank) return forward_error(bank);
        unit.argument_banks.push_back(*bank);
      }
      if (kernel.control() == nullptr) {
        unmapped.push_back(std::move(unit));
      } else {
        unit.base = kFirstUnitBase + layout.units.size() * kUnitStride;
        layout.units.push_back(std::move(unit));
      }
    }
  }
  layout.units.insert(layout.units.end(), unmapped.begin(), unmapped.end());
  for (const auto& [key, tag] : options.banks) {
    if (!used.contains(key)) return fail(ErrorCode::kInvalidInput, "is neither an argument nor a memory port of these kernels", "bank of " + key);
  }
  return {};
}

std::string as_text(const std::vector<std::byte>& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// The shell environment of a host.
std::string environment_of(const fs::path& folder) {
  return fmt::format(
      "# Environment for any XRT or OpenCL host of the .xclbin beside this file: set -a; . ./hw_emu.env\n"
      "XCL_EMULATION_MODE=hw_emu\nXILINX_XRT={}\nEMCONFIG_PATH={}\nOCL_ICD_VENDORS={}\n",
      VERNIER_XRT_ROOT, folder.string(), VERNIER_XRT_ROOT "/vendors");
}

}  // namespace

Result<void> pack_kernel(const PackOptions& options) {
  if (options.kernels.empty()) return fail(ErrorCode::kInvalidInput, "no kernel", "kernel pack");
  Layout layout;
  layout.name = options.xclbin.stem().string();
  auto board = find_board(options.board);
  if (!board) return forward_error(board);
  layout.board = std::move(*board);
  for (const auto& source : options.kernels) {
    auto kernel = read_kernel_xml(source.folder / "kernel.xml");
    if (!kernel) return forward_error(kernel);
    layout.kernels.push_back(std::move(*kernel));
  }
  if (auto r = place_units(options, layout); !r) return r;

  ZipFile archive;
  std::vector<std::string> models;
  for (std::size_t k = 0; k < layout.kernels.size(); ++k) {
    const auto object = build_kernel(layout.kernels[k], options.kernels[k], options.waves);
    if (!object) return forward_error(object);
    const auto bytes = read_bytes(*object);
    if (!bytes) return forward_error(bytes);
    models.push_back(layout.kernels[k].name + ".so");
    archive.add(kSimulationFolder + models.back(), *bytes);
  }
  archive.add(kSimulationFolder + std::string("vernier.json"), simulation_description(layout, models, options.memory));
  archive.add(kSimulationFolder + std::string("launch_hw_emu.sh"), fmt::format("#!/bin/sh\nexec \"${{VERNIER_HWEMU:-{}}}\"\n", VERNIER_HWEMU));

  std::error_code ec;
  const fs::path folder = fs::absolute(options.xclbin, ec).parent_path();
  fs::create_directories(folder, ec);
  if (auto r = write_atomically(options.xclbin, as_text(xclbin_bytes(layout, archive.finish()))); !r) return r;
  if (auto r = write_atomically(folder / "emconfig.json", emulation_config(layout.board)); !r) return r;
  return write_atomically(folder / "hw_emu.env", environment_of(folder));
}

PackOptions npu_options(const program::Target& t, const fs::path& xclbin) {
  PackOptions options;
  options.xclbin = xclbin;
  KernelSource npu;
  npu.folder = home() / "rtl/top";
  npu.sources.emplace_back(VERNIER_SPEC_SV);
  for (const char* folder : {"rtl/prim", "rtl/core", "rtl/top"}) {
    npu.include_folders.push_back(home() / folder);
    std::error_code ec;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(home() / folder, ec)) {
      if (entry.path().extension() == ".sv") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    npu.sources.insert(npu.sources.end(), files.begin(), files.end());
  }
  npu.parameters = program::kernel_parameters(t);
  options.kernels.push_back(std::move(npu));
  options.banks = {{"commands", "DDR[0]"}, {"constants", "DDR[1]"}, {"input", "DDR[2]"}, {"output", "DDR[3]"}, {"scratch", "DDR[4]"}};
  return options;
}

}  // namespace vernier::package
