// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vernier::graph {

/// Elementwise float operators of ONNX operator set 13. What newer sets add (HardSwish, Mish, Gelu) is made of them.
enum class ScalarOp : std::uint8_t {
  kAbs, kAcos, kAcosh, kAsin, kAsinh, kAtan, kAtanh, kCeil, kCelu, kCos, kCosh, kElu, kErf, kExp, kFloor, kHardSigmoid, kLeakyRelu, kLog, kNeg,
  kReciprocal, kRelu, kRound, kSelu, kShrink, kSigmoid, kSign, kSin, kSinh, kSoftplus, kSoftsign, kSqrt, kTan, kTanh, kThresholdedRelu,
  kAdd, kSub, kMul, kDiv, kPow, kMin, kMax
};

struct ScalarOpInfo {
  ScalarOp op;
  std::string_view onnx;            ///< operator type
  int operands;                     ///< 1 or 2
  std::string_view alpha, beta;     ///< its float attributes; empty: none
  float alpha_default, beta_default;
};
[[nodiscard]] const ScalarOpInfo& info_of(ScalarOp op);
[[nodiscard]] std::optional<ScalarOp> scalar_op_of(std::string_view onnx);

/// What one step reads.
struct ScalarInput {};                        ///< the function's argument
struct ScalarResult { std::size_t step = 0; };///< an earlier step's result
using ScalarOperand = std::variant<ScalarInput, ScalarResult, float>;

struct ScalarStep {
  ScalarOp op = ScalarOp::kAbs;
  std::vector<ScalarOperand> operands;
  float alpha = 0, beta = 0;                  ///< attributes, where the operator has them
};

/// A real function of one real number, in steps; its value is the last step's.
struct ScalarFunction {
  std::vector<ScalarStep> steps;

  /// Steps are computed in double and their results rounded to float, as they pass between float operators.
  [[nodiscard]] float operator()(float x) const;
  [[nodiscard]] bool empty() const { return steps.empty(); }
};

/// "Mul(Sigmoid(x), x)"
[[nodiscard]] std::string text_of(const ScalarFunction& function);

}  // namespace vernier::graph
