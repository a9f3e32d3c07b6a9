// SPDX-License-Identifier: Apache-2.0
// Commands and options after UG1702 (v++) and UG1393 (packaging RTL kernels).
#include "vitis_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vernier/core/files.hpp>

#include "function_kernel.hpp"

namespace vernier::package {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNotRun = "# Made by `vernier kernel pack`; not run by it: this step needs Vitis and the card's platform.\n";

std::string link_config(const Layout& layout) {
  std::string text = fmt::format("{}platform={}\ntarget=hw\nsave-temps=1\n\n[connectivity]\n", kNotRun, layout.board.platform);
  for (std::size_t k = 0; k < layout.kernels.size(); ++k) {
    std::vector<std::string> names;
    for (const auto& unit : layout.units) {
      if (unit.kernel == k) names.push_back(unit.name);
    }
    text += fmt::format("nk={}:{}:{}\n", layout.kernels[k].name, names.size(), fmt::join(names, ","));
  }
  for (const auto& unit : layout.units) {
    const Kernel& kernel = layout.kernels[unit.kernel];
    int slr = -1;
    for (std::size_t a = 0; a < kernel.arguments.size(); ++a) {
      const int bank = unit.argument_banks[a];
      if (kernel.arguments[a].qualifier != 1 || bank < 0) continue;
      const auto& placed = layout.board.banks[static_cast<std::size_t>(bank)];
      text += fmt::format("sp={}.{}:{}\n", unit.name, kernel.arguments[a].name, placed.tag);
      if (slr < 0) slr = placed.slr;
    }
    if (slr >= 0) text += fmt::format("slr={}:SLR{}\n", unit.name, slr);  // beside its first bank
  }
  for (const auto& link : layout.links) {
    text += fmt::format("stream_connect={}.{}:{}.{}:{}\n", layout.units[link.writer].name, link.writer_port, layout.units[link.reader].name, link.reader_port, link.depth);
  }
  text += "\n[clock]\n";
  for (std::size_t u = 0; u < layout.units.size(); ++u) {
    for (const auto& clock : layout.clocks[u]) text += fmt::format("freqHz={:.0f}:{}.{}\n", clock.hz, layout.units[u].name, clock.clock.name);
  }
  return text;
}

std::string packaging_script(const Kernel& kernel, const KernelSource& source, const fs::path& description) {
  std::string text = fmt::format("{}# vivado -mode batch -source package_{}.tcl\n", kNotRun, kernel.name);
  const bool packaged = description.filename() == "component.xml";
  if (!packaged) {
    text += "create_project -force packaging ./packaging\nadd_files -norecurse {\n";
    for (const auto& file : source.sources) text += fmt::format("  {{{}}}\n", file.string());
    text += fmt::format("}}\nset_property top {} [current_fileset]\nset_property XPM_LIBRARIES {{XPM_CDC XPM_MEMORY XPM_FIFO}} [current_project]\nupdate_compile_order -fileset sources_1\n", kernel.top);
    for (const auto& parameter : source.parameters) text += fmt::format("set_property generic {{{}}} [current_fileset]\n", parameter);
    text += fmt::format("ipx::package_project -root_dir ./ip_{0} -vendor user -library kernel -taxonomy /KernelIP -import_files -set_current true -name {0}\n", kernel.name);
    for (const auto& port : kernel.ports) text += fmt::format("ipx::associate_bus_interfaces -busif {} -clock {} [ipx::current_core]\n", port.name, kernel.clocks.front().name);
    text += "set_property sdx_kernel true [ipx::current_core]\nset_property sdx_kernel_type rtl [ipx::current_core]\n"
            "ipx::create_xgui_files [ipx::current_core]\nipx::update_checksums [ipx::current_core]\nipx::check_integrity -kernel [ipx::current_core]\nipx::save_core [ipx::current_core]\n";
  }
  text += fmt::format("package_xo -force -xo_path {0}.xo -kernel_name {0} -ctrl_protocol {1} -ip_directory {2}", kernel.name, kernel.protocol,
                      packaged ? description.parent_path().string() : "./ip_" + kernel.name);
  if (description.filename() == "kernel.xml") text += " -kernel_xml " + description.string();
  return text + "\n";
}

fs::path description_of(const KernelSource& given) {
  std::error_code ec;
  for (const char* name : {"kernel.xml", "component.xml"}) {
    if (fs::exists(given.folder / name, ec)) return fs::absolute(given.folder / name);
  }
  return {};
}

}  // namespace

Result<void> write_vitis_files(const Layout& layout, const std::vector<KernelSource>& given, const std::vector<KernelSource>& sources, const fs::path& folder) {
  std::error_code ec;
  fs::create_directories(folder, ec);
  std::string build = fmt::format("#!/bin/sh\n{}set -eu\n", kNotRun), archives;
  for (std::size_t k = 0; k < layout.kernels.size(); ++k) {
    const Kernel& kernel = layout.kernels[k];
    if (given[k].folder.extension() == ".xo") {
      archives += " " + fs::absolute(given[k].folder).string();
      continue;
    }
    if (is_function(given[k].folder)) {
      std::string words;
      for (const auto& include : given[k].include_folders) words += fmt::format(" -I{}", fs::absolute(include).string());
      words += " " + fs::absolute(given[k].folder).string();
      for (const auto& file : given[k].extra_sources) words += is_function(file) ? " " + fs::absolute(file).string() : "";
      build += fmt::format("v++ --compile --target hw --platform {} --kernel {} --kernel_frequency {:.0f} -o {}.xo{}\n", layout.board.platform, kernel.name, layout.board.clock.count() / 1e6, kernel.name, words);
      archives += " " + kernel.name + ".xo";
      continue;
    }
    const auto script = "package_" + kernel.name + ".tcl";
    if (auto r = write_atomically(folder / script, packaging_script(kernel, sources[k], description_of(given[k]))); !r) return r;
    build += fmt::format("vivado -mode batch -nojournal -nolog -source {}\n", script);
    archives += " " + kernel.name + ".xo";
  }
  build += fmt::format("v++ --link --config link.cfg{} -o {}.xclbin\n", archives, layout.name);
  if (auto r = write_atomically(folder / "link.cfg", link_config(layout)); !r) return r;
  if (auto r = write_atomically(folder / "build.sh", build); !r) return r;
  fs::permissions(folder / "build.sh", fs::perms::owner_exec, fs::perm_options::add, ec);
  return {};
}

}  // namespace vernier::package
