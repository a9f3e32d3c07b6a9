// SPDX-License-Identifier: Apache-2.0
#include <vernier/ir/scalar_function.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include <vernier/core/assert.hpp>

namespace vernier::graph {
namespace {

using enum ScalarOp;

constexpr float kSeluAlpha = 1.67326319217681884765625F, kSeluGamma = 1.05070102214813232421875F;

constexpr auto kOps = std::to_array<ScalarOpInfo>({
    {kAbs, "Abs", 1, "", "", 0, 0}, {kAcos, "Acos", 1, "", "", 0, 0}, {kAcosh, "Acosh", 1, "", "", 0, 0}, {kAsin, "Asin", 1, "", "", 0, 0},
    {kAsinh, "Asinh", 1, "", "", 0, 0}, {kAtan, "Atan", 1, "", "", 0, 0}, {kAtanh, "Atanh", 1, "", "", 0, 0}, {kCeil, "Ceil", 1, "", "", 0, 0},
    {kCelu, "Celu", 1, "alpha", "", 1, 0}, {kCos, "Cos", 1, "", "", 0, 0}, {kCosh, "Cosh", 1, "", "", 0, 0}, {kElu, "Elu", 1, "alpha", "", 1, 0},
    {kErf, "Erf", 1, "", "", 0, 0}, {kExp, "Exp", 1, "", "", 0, 0}, {kFloor, "Floor", 1, "", "", 0, 0},
    {kHardSigmoid, "HardSigmoid", 1, "alpha", "beta", 0.2F, 0.5F}, {kLeakyRelu, "LeakyRelu", 1, "alpha", "", 0.01F, 0}, {kLog, "Log", 1, "", "", 0, 0},
    {kNeg, "Neg", 1, "", "", 0, 0}, {kReciprocal, "Reciprocal", 1, "", "", 0, 0}, {kRelu, "Relu", 1, "", "", 0, 0}, {kRound, "Round", 1, "", "", 0, 0},
    {kSelu, "Selu", 1, "alpha", "gamma", kSeluAlpha, kSeluGamma}, {kShrink, "Shrink", 1, "lambd", "bias", 0.5F, 0}, {kSigmoid, "Sigmoid", 1, "", "", 0, 0},
    {kSign, "Sign", 1, "", "", 0, 0}, {kSin, "Sin", 1, "", "", 0, 0}, {kSinh, "Sinh", 1, "", "", 0, 0}, {kSoftplus, "Softplus", 1, "", "", 0, 0},
    {kSoftsign, "Softsign", 1, "", "", 0, 0}, {kSqrt, "Sqrt", 1, "", "", 0, 0}, {kTan, "Tan", 1, "", "", 0, 0}, {kTanh, "Tanh", 1, "", "", 0, 0},
    {kThresholdedRelu, "ThresholdedRelu", 1, "alpha", "", 1, 0}, {kAdd, "Add", 2, "", "", 0, 0}, {kSub, "Sub", 2, "", "", 0, 0},
    {kMul, "Mul", 2, "", "", 0, 0}, {kDiv, "Div", 2, "", "", 0, 0}, {kPow, "Pow", 2, "", "", 0, 0}, {kMin, "Min", 2, "", "", 0, 0},
    {kMax, "Max", 2, "", "", 0, 0},
});

double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

/// `p` and `q` are alpha and beta.
double compute(ScalarOp op, double a, double b, double p, double q) {
  switch (op) {
    case kAbs: return std::abs(a);
    case kAcos: return std::acos(a);
    case kAcosh: return std::acosh(a);
    case kAsin: return std::asin(a);
    case kAsinh: return std::asinh(a);
    case kAtan: return std::atan(a);
    case kAtanh: return std::atanh(a);
    case kCeil: return std::ceil(a);
    case kCelu: return std::max(0.0, a) + std::min(0.0, p * std::expm1(a / p));
    case kCos: return std::cos(a);
    case kCosh: return std::cosh(a);
    case kElu: return a < 0 ? p * std::expm1(a) : a;
    case kErf: return std::erf(a);
    case kExp: return std::exp(a);
    case kFloor: return std::floor(a);
    case kHardSigmoid: return std::clamp(p * a + q, 0.0, 1.0);
    case kLeakyRelu: return a < 0 ? p * a : a;
    case kLog: return std::log(a);
    case kNeg: return -a;
    case kReciprocal: return 1 / a;
    case kRelu: return std::max(a, 0.0);
    case kRound: return std::nearbyint(a);
    case kSelu: return q * (a > 0 ? a : p * std::expm1(a));
    case kShrink: return a < -p ? a + q : (a > p ? a - q : 0);
    case kSigmoid: return 1 / (1 + std::exp(-a));
    case kSign: return a > 0 ? 1 : (a < 0 ? -1 : 0);
    case kSin: return std::sin(a);
    case kSinh: return std::sinh(a);
    case kSoftplus: return softplus(a);
    case kSoftsign: return a / (1 + std::abs(a));
    case kSqrt: return std::sqrt(a);
    case kTan: return std::tan(a);
    case kTanh: return std::tanh(a);
    case kThresholdedRelu: return a > p ? a : 0;
    case kAdd: return a + b;
    case kSub: return a - b;
    case kMul: return a * b;
    case kDiv: return a / b;
    case kPow: return std::pow(a, b);
    case kMin: return std::min(a, b);
    case kMax: return std::max(a, b);
  }
  return 0;
}

}  // namespace

const ScalarOpInfo& info_of(ScalarOp op) {
  const auto& info = kOps.at(static_cast<std::size_t>(op));
  VERNIER_ASSERT(info.op == op, "the table of scalar operators is in their order");
  return info;
}

std::optional<ScalarOp> scalar_op_of(std::string_view onnx) {
  const auto* info = std::ranges::find(kOps, onnx, &ScalarOpInfo::onnx);
  return info == kOps.end() ? std::nullopt : std::optional(info->op);
}

float ScalarFunction::operator()(float x) const {
  std::vector<float> results;
  const auto read = [&](const ScalarOperand& operand) {
    if (const auto* constant = std::get_if<float>(&operand)) return static_cast<double>(*constant);
    const auto* earlier = std::get_if<ScalarResult>(&operand);
    return static_cast<double>(earlier ? results.at(earlier->step) : x);
  };
  for (const auto& step : steps) {
    const double a = read(step.operands.at(0)), b = step.operands.size() > 1 ? read(step.operands[1]) : 0;
    if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<float>::quiet_NaN();  // maxima and comparisons would lose it
    results.push_back(static_cast<float>(compute(step.op, a, b, static_cast<double>(step.alpha), static_cast<double>(step.beta))));
  }
  return results.empty() ? x : results.back();
}

std::string text_of(const ScalarFunction& function) {
  std::vector<std::string> texts;
  const auto text = [&](const ScalarOperand& operand) {
    if (const auto* constant = std::get_if<float>(&operand)) return fmt::format("{:g}", *constant);
    const auto* earlier = std::get_if<ScalarResult>(&operand);
    return earlier ? texts.at(earlier->step) : std::string("x");
  };
  for (const auto& step : function.steps) {
    std::string t = fmt::format("{}({}", info_of(step.op).onnx, text(step.operands.at(0)));
    if (step.operands.size() > 1) t += ", " + text(step.operands[1]);
    texts.push_back(t + ")");
  }
  return texts.empty() ? "x" : texts.back();
}

}  // namespace vernier::graph
