// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <iterator>
#include <vernier/program/instruction.hpp>
#include <vernier/program/program.hpp>

namespace vernier::program {
namespace {

bool is_signed(const spec::Field& f) { return f.name == "iy0" || f.name == "ix0" || f.name == "pad"; }

}  // namespace

std::string disassemble(const spec::Word& word) {
  const auto info = instruction_of(word);
  if (!info) return fmt::format("illegal opcode {}", spec::get(word, spec::header::opcode));
  std::string line = fmt::format("{:<9}", info->name);
  for (const auto& field : info->fields) {
    if (field.name == "opcode") continue;
    const auto value = spec::get(word, field);
    if (value == 0) continue;
    if (is_signed(field)) {
      fmt::format_to(std::back_inserter(line), " {}={}", field.name, spec::get_signed(word, field));
    } else {
      fmt::format_to(std::back_inserter(line), " {}={}", field.name, value);
    }
  }
  return line;
}

std::string disassemble(const Program& program) {
  std::string text = fmt::format("; {} on {}: {} commands, {} constant bytes, {} layers\n", program.model, program.target.name,
                                 program.commands.size(), program.constants.size(), program.layers.size());
  std::uint64_t layer = ~std::uint64_t{0};
  for (std::size_t i = 0; i < program.commands.size(); ++i) {
    const auto& word = program.commands[i];
    const auto marked = spec::get(word, spec::header::layer);
    if (marked != layer && marked < program.layers.size()) {
      const auto& l = program.layers[marked];
      fmt::format_to(std::back_inserter(text), "; layer {}: {} {}, {} MACs\n", marked, l.op, l.name, l.macs);
      layer = marked;
    }
    fmt::format_to(std::back_inserter(text), "{:>6}  {}\n", i, disassemble(word));
  }
  return text;
}

}  // namespace vernier::program
