// SPDX-License-Identifier: Apache-2.0
#include "timing_signature.hpp"

#include <algorithm>
#include <cstring>

#include <vernier/memory/axi.hpp>
#include <vernier/program/instruction.hpp>

namespace vernier::verilator {
namespace {

using spec::Opcode;
using spec::Word;

constexpr std::uint64_t kWordBytes = memory::kBeatBytes;
constexpr std::uint64_t kBankBytes = 4 * kWordBytes;  // addresses of the activation buffer repeat their bank
constexpr std::size_t kFetchedAhead = 64;             // commands behind a group that fetch may have asked for, at most
constexpr std::uint64_t kFetchBurst = 4;              // commands

void reduce(Word& word, spec::Field field, std::uint64_t modulus) { spec::set(word, field, spec::get(word, field) % modulus); }

/// A buffer that holds descriptors, as the commands of a group see it in stream order.
class Descriptors {
 public:
  Descriptors(const program::Program& program, const std::vector<std::byte>& before) : program_(program), bytes_(before) {}

  void load(const Word& w) {
    namespace f = spec::load;
    const auto row = spec::get(w, f::row_bytes), from = spec::get(w, f::offset), to = spec::get(w, f::buffer);
    for (std::uint64_t i2 = 0; i2 < spec::get(w, f::n2); ++i2) {
      for (std::uint64_t i1 = 0; i1 < spec::get(w, f::n1); ++i1) {
        const auto source = from + i2 * spec::get(w, f::memory_stride2) + i1 * spec::get(w, f::memory_stride1);
        const auto place = to + i2 * spec::get(w, f::buffer_stride2) + i1 * spec::get(w, f::buffer_stride1);
        std::memcpy(&bytes_.at(place), &program_.constants.at(source), row);
      }
    }
  }

  /// Only how many words of it are read: the rest is data.
  [[nodiscard]] Word shape_of(std::uint64_t word) const {
    Word descriptor, shape;
    std::memcpy(descriptor.words.data(), &bytes_.at(word * kWordBytes), kWordBytes);
    for (const auto field : {spec::descriptor::uniform, spec::descriptor::use_table}) spec::set(shape, field, spec::get(descriptor, field));
    return shape;
  }

 private:
  const program::Program& program_;
  std::vector<std::byte> bytes_;
};

void append(std::string& text, const Word& word) { text.append(reinterpret_cast<const char*>(word.words.data()), sizeof(word.words)); }

/// Appends the commands of one group.
class Signature {
 public:
  Signature(const program::Program& program, const program::MachineState& before) : parameters_(program, before.parameter), depthwise_(program, before.depthwise) {}

  void add(Word word) {
    switch (static_cast<Opcode>(spec::get(word, spec::header::opcode))) {
      case Opcode::kLoad: return add_load(word);
      case Opcode::kStore:
        reduce(word, spec::store::offset, memory::kBoundaryBytes);
        reduce(word, spec::store::buffer, kBankBytes);
        break;
      case Opcode::kMatrix:
        reduce(word, spec::matrix::in_base, kBankBytes);
        for (const auto data : {spec::matrix::weight_base, spec::matrix::pad}) spec::set(word, data, 0);
        break;
      case Opcode::kVector: return add_vector(word);
      case Opcode::kSoftmax:
        spec::set(word, spec::softmax::descriptor, 0);
        for (const auto base : {spec::softmax::in_base, spec::softmax::out_base}) reduce(word, base, kBankBytes);
        break;
      case Opcode::kDepthwise: return add_depthwise(word);
      case Opcode::kFence:
      case Opcode::kEnd: break;
    }
    append(text, word);
  }

  std::string text;

 private:
  void add_load(Word word) {
    namespace f = spec::load;
    enum : std::uint64_t { kActivations, kWeights, kParameters, kDepthwise };
    const auto select = spec::get(word, f::buffer_select);
    if (select == kParameters) parameters_.load(word);
    if (select == kDepthwise) depthwise_.load(word);
    reduce(word, f::offset, memory::kBoundaryBytes);
    reduce(word, f::buffer, select == kActivations ? kBankBytes : kWordBytes);
    append(text, word);
  }

  void add_vector(Word word) {
    namespace f = spec::vector;
    append(text, parameters_.shape_of(spec::get(word, f::descriptor)));
    spec::set(word, f::descriptor, 0);
    for (const auto base : {f::in_base, f::other_base, f::out_base}) reduce(word, base, kBankBytes);
    append(text, word);
  }

  void add_depthwise(Word word) {
    namespace f = spec::depthwise;
    append(text, depthwise_.shape_of(spec::get(word, f::descriptor)));
    for (const auto data : {f::descriptor, f::weight_base, f::pad}) spec::set(word, data, 0);
    for (const auto base : {f::in_base, f::out_base}) reduce(word, base, kBankBytes);
    append(text, word);
  }

  Descriptors parameters_, depthwise_;
};

}  // namespace

std::string timing_signature(const program::Program& program, const Group& group, const program::MachineState& before) {
  Signature signature(program, before);
  signature.text.push_back(static_cast<char>(group.begin % kFetchBurst));
  signature.text.push_back(static_cast<char>(std::min(program.commands.size() - group.end, kFetchedAhead)));
  for (std::size_t i = group.begin; i < group.end; ++i) {
    auto word = program.commands[i];
    count_from(word, group);
    for (const auto wait : program::kWaits) {
      if (static_cast<std::int16_t>(spec::get(word, wait)) <= 0) spec::set(word, wait, 0);  // met before the group began
    }
    spec::set(word, spec::header::layer, 0);
    signature.add(word);
  }
  return std::move(signature.text);
}

}  // namespace vernier::verilator
