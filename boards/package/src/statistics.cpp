// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include <vernier/package/synthesis.hpp>

namespace vernier::package {
namespace {

struct CellCost {
  std::string_view prefix;
  double Resources::*kind;
  double each;
};
// the first prefix that matches counts; LUTs of distributed memory as UG574 counts them, and as slices of ECP5 hold them: two for
// 16 words of 4 bits, one for the write port
constexpr std::array kCosts{
    CellCost{"LUT", &Resources::lut, 1},        CellCost{"SRL", &Resources::lut, 1},        CellCost{"RAM32M16", &Resources::lut, 8},
    CellCost{"RAM64M8", &Resources::lut, 8},    CellCost{"RAM32M", &Resources::lut, 4},     CellCost{"RAM64M", &Resources::lut, 4},
    CellCost{"RAM128X1D", &Resources::lut, 4},  CellCost{"RAM64X1D", &Resources::lut, 2},   CellCost{"RAM32X1D", &Resources::lut, 2},
    CellCost{"RAM256X1", &Resources::lut, 4},   CellCost{"RAM128X1", &Resources::lut, 2},   CellCost{"RAM64X1", &Resources::lut, 1},
    CellCost{"RAM32X1", &Resources::lut, 1},    CellCost{"INV", &Resources::lut, 1},        CellCost{"FD", &Resources::ff, 1},
    CellCost{"DSP48E", &Resources::dsp, 1},     CellCost{"RAMB36", &Resources::bram36, 1},  CellCost{"RAMB18", &Resources::bram36, 0.5},
    CellCost{"URAM288", &Resources::uram, 1},   CellCost{"CCU2C", &Resources::lut, 2},      CellCost{"TRELLIS_DPR16X4", &Resources::lut, 6},
    CellCost{"TRELLIS_FF", &Resources::ff, 1},  CellCost{"MULT18X18D", &Resources::dsp, 1}, CellCost{"DP16KD", &Resources::bram36, 0.5},
    CellCost{"PDPW16KD", &Resources::bram36, 0.5},
};

struct Module {
  std::map<std::string, std::int64_t> cells;
  std::optional<Resources> total;
  double area = 0;  ///< of its own cells
  std::optional<double> total_area;
};
using Modules = std::map<std::string, Module>;

void add_cell(Resources& used, std::string_view type, double count) {
  const auto* cost = std::find_if(kCosts.begin(), kCosts.end(), [type](const CellCost& c) { return type.starts_with(c.prefix); });
  if (cost != kCosts.end()) used.*cost->kind += cost->each * count;
}

const Resources& total_of(Modules& modules, Module& module) {
  if (module.total) return *module.total;
  Resources sum;
  for (const auto& [type, count] : module.cells) {
    const auto inner = modules.find(type);
    if (inner == modules.end()) add_cell(sum, type, static_cast<double>(count));
    else sum += total_of(modules, inner->second) * static_cast<double>(count);
  }
  module.total = sum;
  return *module.total;
}

double area_of(Modules& modules, Module& module) {
  if (module.total_area) return *module.total_area;
  double sum = module.area;
  for (const auto& [type, count] : module.cells) {
    if (const auto inner = modules.find(type); inner != modules.end()) sum += area_of(modules, inner->second) * static_cast<double>(count);
  }
  module.total_area = sum;
  return sum;
}

/// "$paramod$1f..\vrn_fifo" and "$paramod\vrn_fifo\Width=.." are vrn_fifo.
std::string plain_name(const std::string& name) {
  if (!name.starts_with("$paramod")) return name;
  const auto begin = name.find('\\') + 1;
  return name.substr(begin, name.find('\\', begin) - begin);
}

}  // namespace

Result<Synthesis> parse_statistics(std::string_view text) {
  std::istringstream in{std::string(text)};
  Modules modules;
  Module* at = nullptr;
  bool in_cells = false;
  std::string top;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("=== ")) {
      const auto name = line.substr(4, line.rfind(" ===") - 4);
      in_cells = false;
      if (name == "design hierarchy") break;  // its counts repeat those of the modules
      at = &modules[name];
      if (plain_name(name) == "vrn_npu") top = name;
      continue;
    }
    if (line.find("Number of cells:") != std::string::npos) {
      in_cells = true;
      continue;
    }
    if (line.find("Chip area for module") != std::string::npos && at != nullptr) {
      at->area = std::strtod(line.c_str() + line.rfind(':') + 1, nullptr);
      continue;
    }
    std::istringstream words(line);
    std::string type;
    std::int64_t count = 0;
    if (in_cells && at != nullptr && words >> type >> count) at->cells[type] += count;
  }
  if (top.empty()) return fail(ErrorCode::kInvalidInput, "holds no module vrn_npu", "statistics of Yosys");
  Synthesis result;
  result.used = total_of(modules, modules[top]);
  for (auto& [name, module] : modules) {
    const auto& total = total_of(modules, module);
    auto& known = result.modules[plain_name(name)];
    if (total.lut + total.ff >= known.lut + known.ff) known = total;  // the largest variant stands for the module
    if (const double area = area_of(modules, module); area > 0) {
      auto& largest = result.areas[plain_name(name)];
      largest = std::max(largest, area);
    }
  }
  result.area_um2 = area_of(modules, modules[top]);
  // of the whole design, by type: modules times their instances
  const auto count = [&](auto&& self, const Module& module, std::int64_t times) -> void {
    for (const auto& [type, n] : module.cells) {
      const auto inner = modules.find(type);
      if (inner == modules.end()) result.cells[type] += n * times;
      else self(self, inner->second, n * times);
    }
  };
  count(count, modules[top], 1);
  return result;
}

}  // namespace vernier::package
