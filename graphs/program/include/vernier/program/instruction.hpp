// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <vernier/spec/npu.hpp>

namespace vernier::program {

/// What a command word is, as rtl/spec describes it.
struct Instruction {
  spec::Opcode opcode;
  std::string_view name;
  std::optional<spec::Unit> unit;          ///< absent for END and FENCE
  std::span<const spec::Field> fields;     ///< header and own fields
};

/// Nothing for an opcode that the instruction set does not have.
[[nodiscard]] inline std::optional<Instruction> instruction_of(const spec::Word& word) {
  using spec::Opcode;
  using spec::Unit;
  switch (static_cast<Opcode>(spec::get(word, spec::header::opcode))) {
    case Opcode::kEnd: return Instruction{Opcode::kEnd, "end", std::nullopt, spec::end::kFields};
    case Opcode::kFence: return Instruction{Opcode::kFence, "fence", std::nullopt, spec::fence::kFields};
    case Opcode::kLoad: return Instruction{Opcode::kLoad, "load", Unit::kLoad, spec::load::kFields};
    case Opcode::kStore: return Instruction{Opcode::kStore, "store", Unit::kStore, spec::store::kFields};
    case Opcode::kMatrix: return Instruction{Opcode::kMatrix, "matrix", Unit::kMatrix, spec::matrix::kFields};
    case Opcode::kDepthwise: return Instruction{Opcode::kDepthwise, "depthwise", Unit::kDepthwise, spec::depthwise::kFields};
    case Opcode::kSoftmax: return Instruction{Opcode::kSoftmax, "softmax", Unit::kVector, spec::softmax::kFields};
    case Opcode::kVector: return Instruction{Opcode::kVector, "vector", Unit::kVector, spec::vector::kFields};
  }
  return std::nullopt;
}

/// The wait field of each unit, in unit order.
inline constexpr std::array<spec::Field, spec::kUnits> kWaits{spec::header::wait_load, spec::header::wait_matrix,
                                                             spec::header::wait_vector, spec::header::wait_depthwise,
                                                             spec::header::wait_store};

/// One line: name and the fields that are not zero.
[[nodiscard]] std::string disassemble(const spec::Word& word);

}  // namespace vernier::program
