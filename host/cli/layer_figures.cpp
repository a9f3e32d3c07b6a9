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

/// Cycles a command keeps its unit busy when nothing else is in its way.
std::int64_t needed_by(const spec::Word& c, spec::Unit unit, const program::Target& target, std::int64_t bytes, double bytes_per_cycle) {
  if (unit == spec::Unit::kMatrix) return static_cast<std::int64_t>(program::matrix_pass_cycles(c, target));
  if (unit == spec::Unit::kDepthwise) return static_cast<std::int64_t>(program::depthwise_pass_cycles(c, target));
  if (unit == spec::Unit::kVector) return static_cast<std::int64_t>(program::vector_pass_cycles(c, target));
  return static_cast<std::int64_t>(static_cast<double>(bytes) / bytes_per_cycle);
}

}  // namespace

std::string LayerFigures::bound_by() const {
  static constexpr std::array<const char*, spec::kUnits> kWords{"load", "compute", "vector", "depthwise", "store"};
  return kWords.at(static_cast<std::size_t>(std::max_element(needed.begin(), needed.end()) - needed.begin()));
}

std::vector<LayerFigures> layer_figures(const program::Program& program, const runtime::RunReport& report, double bytes_per_cycle) {
  std::vector<LayerFigures> layers(program.layers.size());
  std::vector<std::int64_t> first_load(program.layers.size(), -1);
  for (const auto& t : report.trace) {
    const auto& command = program.commands.at(t.command);
    const auto instruction = program::instruction_of(command);
    const auto index = spec::get(command, spec::header::layer);
    if (!instruction || !instruction->unit || index >= layers.size()) continue;
    auto& layer = layers[index];
    auto& first = *instruction->unit == spec::Unit::kLoad ? first_load[index] : layer.first_issued;
    first = first < 0 ? t.issued : std::min(first, t.issued);
    layer.last_retired = std::max(layer.last_retired, t.retired);
    const auto bytes = bytes_of(command, *instruction);
    layer.needed[static_cast<std::size_t>(*instruction->unit)] += needed_by(command, *instruction->unit, program.target, bytes, bytes_per_cycle);
    layer.dram_bytes += bytes;
    layer.activity += program::activity_of(command, program.target);
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].first_issued < 0) layers[i].first_issued = first_load[i];
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
