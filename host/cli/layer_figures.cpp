// SPDX-License-Identifier: Apache-2.0
#include "layer_figures.hpp"

#include <algorithm>

#include <vernier/program/instruction.hpp>

namespace vernier::cli {
namespace {

std::int64_t bytes_of(const spec::Word& c, const program::Instruction& instruction) {
  const auto product = [&c](spec::Field row, spec::Field n1, spec::Field n2) {
    return static_cast<std::int64_t>(spec::get(c, row) * spec::get(c, n1) * spec::get(c, n2));
  };
  if (instruction.opcode == spec::Opcode::kLoad) return product(spec::load::row_bytes, spec::load::n1, spec::load::n2);
  if (instruction.opcode == spec::Opcode::kStore) return product(spec::store::row_bytes, spec::store::n1, spec::store::n2);
  return 0;
}

}  // namespace

std::string LayerFigures::bound_by() const {
  static constexpr std::array<const char*, spec::kUnits> kWords{"load", "compute", "vector", "depthwise", "store"};
  return kWords.at(static_cast<std::size_t>(std::max_element(busy.begin(), busy.end()) - busy.begin()));
}

std::vector<LayerFigures> layer_figures(const program::Program& program, const runtime::RunReport& report) {
  std::vector<LayerFigures> layers(program.layers.size());
  std::array<std::int64_t, spec::kUnits> unit_free{};
  for (const auto& t : report.trace) {
    const auto& command = program.commands.at(t.command);
    const auto instruction = program::instruction_of(command);
    const auto index = spec::get(command, spec::header::layer);
    if (!instruction || !instruction->unit || index >= layers.size()) continue;
    auto& layer = layers[index];
    const auto unit = static_cast<std::size_t>(*instruction->unit);
    layer.first_issued = layer.first_issued < 0 ? t.issued : std::min(layer.first_issued, t.issued);
    layer.last_retired = std::max(layer.last_retired, t.retired);
    layer.busy[unit] += t.retired - std::max(t.issued, unit_free[unit]);
    unit_free[unit] = t.retired;
    layer.dram_bytes += bytes_of(command, *instruction);
    layer.activity += program::activity_of(command, program.target);
  }
  std::int64_t end = 0;
  for (auto& layer : layers) {
    layer.exclusive_cycles = std::max<std::int64_t>(0, layer.last_retired - end);
    end = std::max(end, layer.last_retired);
  }
  if (!layers.empty()) layers.back().exclusive_cycles += report.cycles.count() - end;
  return layers;
}

}  // namespace vernier::cli
