// SPDX-License-Identifier: Apache-2.0
#include <vernier/package/pack.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>
#include <vernier/package/kernel.hpp>

#include "kernel_build.hpp"
#include "kernel_input.hpp"
#include "layout.hpp"
#include "numbers.hpp"
#include "vitis_files.hpp"
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
        if (argument.qualifier != 1) {  // streams get theirs with the links
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

std::size_t unit_index(const Layout& layout, const std::string& name) {
  const auto found = std::ranges::find(layout.units, name, &PlacedUnit::name);
  return static_cast<std::size_t>(found - layout.units.begin());
}

/// One end of "writer_1.port:reader_1.port[:DEPTH]".
Result<std::string> stream_end(const Layout& layout, const std::string& text, bool writer, std::size_t& unit, const std::string& where) {
  const auto dot = text.find('.');
  if (dot == std::string::npos) return fail(ErrorCode::kInvalidInput, "is not WRITER_UNIT.PORT:READER_UNIT.PORT[:DEPTH]", where);
  unit = unit_index(layout, text.substr(0, dot));
  if (unit == layout.units.size()) return fail(ErrorCode::kInvalidInput, fmt::format("no compute unit is named {}", text.substr(0, dot)), where);
  const Kernel& kernel = layout.kernels[layout.units[unit].kernel];
  const KernelPort* port = kernel.port(text.substr(dot + 1));
  if (port == nullptr || !port->stream || port->master != writer) {
    return fail(ErrorCode::kInvalidInput, fmt::format("kernel {} has no {} stream named {}", kernel.name, writer ? "written" : "read", text.substr(dot + 1)), where);
  }
  return port->name;
}

/// Every stream of every unit is connected once, to one of the same width.
Result<void> place_links(const PackOptions& options, Layout& layout) {
  std::set<std::string> connected;
  for (const auto& text : options.streams) {
    const std::string where = "stream " + text;
    const auto colon = text.find(':'), second = text.find(':', colon == std::string::npos ? colon : colon + 1);
    if (colon == std::string::npos) return fail(ErrorCode::kInvalidInput, "is not WRITER_UNIT.PORT:READER_UNIT.PORT[:DEPTH]", where);
    PlacedLink link;
    const auto from = stream_end(layout, text.substr(0, colon), true, link.writer, where);
    if (!from) return forward_error(from);
    const auto to = stream_end(layout, text.substr(colon + 1, second == std::string::npos ? second : second - colon - 1), false, link.reader, where);
    if (!to) return forward_error(to);
    link.writer_port = *from;
    link.reader_port = *to;
    if (second != std::string::npos) {
      const auto depth = integer_of(std::string_view(text).substr(second + 1));
      if (!depth || *depth < 1 || *depth > 65536) return fail(ErrorCode::kInvalidInput, "depth of the stream; allowed: 1 to 65536", where);
      link.depth = *depth;
    }
    const auto number = static_cast<int>(layout.board.banks.size() + layout.links.size());
    for (const auto& [unit, port] : {std::pair{link.writer, link.writer_port}, {link.reader, link.reader_port}}) {
      auto& placed = layout.units[unit];
      if (!connected.insert(placed.name + "." + port).second) return fail(ErrorCode::kInvalidInput, fmt::format("{}.{} is connected twice", placed.name, port), where);
      const Kernel& kernel = layout.kernels[placed.kernel];
      for (std::size_t a = 0; a < kernel.arguments.size(); ++a) {
        if (kernel.arguments[a].qualifier == 4 && kernel.port(kernel.arguments[a].port)->name == port) placed.argument_banks[a] = number;
      }
    }
    layout.links.push_back(std::move(link));
  }
  for (const auto& unit : layout.units) {
    for (const auto& port : layout.kernels[unit.kernel].ports) {
      if (!port.stream || connected.contains(unit.name + "." + port.name)) continue;
      return fail(ErrorCode::kInvalidInput, fmt::format("stream {} is not connected (--stream {}.{}:...)", port.name, unit.name, port.name), "unit " + unit.name);
    }
  }
  return {};
}

/// Frequencies: what was asked for by name, else the board's clock.
Result<void> place_clocks(const PackOptions& options, Layout& layout) {
  std::set<std::string> used;
  for (const auto& unit : layout.units) {
    auto& clocks = layout.clocks.emplace_back();
    for (const auto& clock : layout.kernels[unit.kernel].clocks) {
      PlacedClock placed{clock, layout.board.clock.count()};
      for (const auto& key : {clock.name, unit.name + "." + clock.name}) {
        if (const auto wish = options.clocks.find(key); wish != options.clocks.end()) {
          used.insert(key);
          placed.hz = 1e6 * wish->second;
        }
      }
      if (!(placed.hz >= 1e6 && placed.hz <= 2e9)) return fail(ErrorCode::kInvalidInput, fmt::format("{} MHz; allowed: 1 to 2000", placed.hz / 1e6), "clock " + clock.name);
      clocks.push_back(std::move(placed));
    }
  }
  for (const auto& [key, mhz] : options.clocks) {
    if (!used.contains(key)) return fail(ErrorCode::kInvalidInput, "is no clock of these kernels", "clock " + key);
  }
  // all units share the first clock: the simulator's cycle is theirs
  for (std::size_t u = 1; u < layout.clocks.size(); ++u) {
    if (layout.clocks[u].front().hz != layout.clocks[0].front().hz) {
      return fail(ErrorCode::kUnsupported, fmt::format("first clock of {} at {} MHz, of {} at {}: emulated is one frequency for the first clock of all units", layout.units[0].name,
                                                       layout.clocks[0].front().hz / 1e6, layout.units[u].name, layout.clocks[u].front().hz / 1e6), "clocks");
    }
  }
  if (!layout.clocks.empty()) layout.board.clock = Hertz{layout.clocks[0].front().hz};
  return {};
}

/// Initial contents of memories, which the RTL reads from its working folder.
void add_memory_files(const fs::path& folder, ZipFile& archive, std::set<std::string>& names) {
  std::error_code ec;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    for (const char* extension : {".mem", ".dat", ".hex", ".coe"}) {
      if (entry.path().extension() == extension) files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    if (const auto bytes = read_bytes(file); bytes && names.insert(file.filename().string()).second) archive.add(kSimulationFolder + file.filename().string(), *bytes);
  }
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
  if (board->platform.empty()) {
    return fail(ErrorCode::kUnsupported, "the board has no XRT platform to pack a kernel for", "board " + board->name);
  }
  layout.board = std::move(*board);
  std::vector<KernelSource> sources;
  std::vector<std::optional<BuiltKernel>> compiled;
  for (const auto& source : options.kernels) {
    auto input = read_kernel(source);
    if (!input) return forward_error(input);
    layout.kernels.push_back(std::move(input->kernel));
    sources.push_back(std::move(input->source));
    compiled.push_back(std::move(input->built));
  }
  if (auto r = place_units(options, layout); !r) return r;
  if (auto r = place_links(options, layout); !r) return r;

  ZipFile archive;
  std::vector<SimulationModel> models;
  std::set<std::string> memory_files;
  for (std::size_t k = 0; k < layout.kernels.size(); ++k) {
    if (compiled[k] && options.waves) return fail(ErrorCode::kUnsupported, "a C++ kernel has no signals to record", "kernel " + layout.kernels[k].name);
    const auto built = compiled[k] ? Result<BuiltKernel>(*compiled[k]) : build_kernel(layout.kernels[k], sources[k], options.waves);
    if (!built) return forward_error(built);
    if (auto r = match_rtl(layout.kernels[k], built->ports); !r) return r;
    const auto bytes = read_bytes(built->object);
    if (!bytes) return forward_error(bytes);
    models.push_back({layout.kernels[k].name + ".so", sha256_hex(*bytes), compiled[k].has_value()});
    archive.add(kSimulationFolder + models.back().file, *bytes);
    if (compiled[k]) continue;
    add_memory_files(sources[k].folder, archive, memory_files);
    for (const auto& file : sources[k].sources) add_memory_files(file.parent_path(), archive, memory_files);
  }
  if (auto r = place_clocks(options, layout); !r) return r;
  if (!options.vitis.empty()) {
    if (auto r = write_vitis_files(layout, options.kernels, sources, options.vitis); !r) return r;
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

PackOptions bringup_options(const Board& board, const fs::path& xclbin) {
  constexpr std::size_t kMostBanks = 16;
  PackOptions options;
  options.xclbin = xclbin;
  options.board = board.name;
  options.clocks = {{"ap_clk_2", 500}};  // the platforms' kernel clock: what the first one is measured with
  KernelSource kernel;
  kernel.folder = home() / "boards/bringup";
  for (std::size_t i = 0; i < board.banks.size() && kernel.units.size() < kMostBanks; ++i) {
    if (board.banks[i].type == "host") continue;
    kernel.units.push_back(fmt::format("bringup_{}", i));
    options.banks[kernel.units.back() + ".memory"] = board.banks[i].tag;
  }
  options.kernels.push_back(std::move(kernel));
  return options;
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
  npu.simulation_settings = {home() / "sim/hwemu/vrn_npu_kernel.vlt"};
  options.kernels.push_back(std::move(npu));
  options.banks = {{"commands", "DDR[0]"}, {"constants", "DDR[1]"}, {"input", "DDR[2]"}, {"output", "DDR[3]"}, {"scratch", "DDR[4]"}};
  return options;
}

}  // namespace vernier::package
