// SPDX-License-Identifier: Apache-2.0
#include <vernier/timing/descriptors.hpp>

#include <bit>
#include <cstring>

#include <vernier/program/instruction.hpp>

namespace vernier::timing {
namespace {
constexpr std::uint64_t kWordBytes = 64;
}

Descriptors::Descriptors(const program::Program& program)
    : program_(program),
      parameter_(static_cast<std::size_t>(program.target.parameter_bytes) / kWordBytes, -1),
      depthwise_(static_cast<std::size_t>(program.target.depthwise_bytes) / kWordBytes, -1) {
  descriptors_.resize(program.commands.size());
  for (std::size_t i = 0; i < program.commands.size(); ++i) {
    const auto& word = program.commands[i];
    const auto instruction = program::instruction_of(word);
    if (!instruction) continue;
    if (instruction->opcode == spec::Opcode::kLoad) note_load(word);
    if (instruction->opcode == spec::Opcode::kVector) descriptors_[i] = at(parameter_, spec::get(word, spec::vector::descriptor));
    if (instruction->opcode == spec::Opcode::kDepthwise) descriptors_[i] = at(depthwise_, spec::get(word, spec::depthwise::descriptor));
  }
}

void Descriptors::note_load(const spec::Word& w) {
  namespace f = spec::load;
  const auto select = spec::get(w, f::buffer_select);
  if (select < 2 || spec::get(w, f::region) != static_cast<std::uint64_t>(program::Region::kConstants)) return;
  auto& source = select == 2 ? parameter_ : depthwise_;
  const std::uint64_t words = (spec::get(w, f::row_bytes) + kWordBytes - 1) / kWordBytes;
  for (std::uint64_t i2 = 0; i2 < spec::get(w, f::n2); ++i2) {
    for (std::uint64_t i1 = 0; i1 < spec::get(w, f::n1); ++i1) {
      const std::uint64_t to = spec::get(w, f::buffer) + i2 * spec::get(w, f::buffer_stride2) + i1 * spec::get(w, f::buffer_stride1);
      const std::uint64_t from = spec::get(w, f::offset) + i2 * spec::get(w, f::memory_stride2) + i1 * spec::get(w, f::memory_stride1);
      for (std::uint64_t k = 0; k < words; ++k) source[(to / kWordBytes + k) % source.size()] = static_cast<std::int64_t>(from / kWordBytes + k);
    }
  }
}

std::optional<spec::Word> Descriptors::at(const std::vector<std::int64_t>& source, std::uint64_t word) const {
  const std::int64_t from = source[word % source.size()];
  if (from < 0 || static_cast<std::size_t>(from + 1) * kWordBytes > program_.constants.size()) return std::nullopt;
  spec::Word out;
  std::memcpy(out.words.data(), program_.constants.data() + static_cast<std::size_t>(from) * kWordBytes, kWordBytes);
  return out;
}

std::int64_t sum_latency(std::int64_t rows) {
  std::int64_t levels = 1;
  for (std::int64_t left = (static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(rows))) + 3) / 4; left > 1; left = (left + 3) / 4) ++levels;
  return 2 + levels + 1;
}

}  // namespace vernier::timing
