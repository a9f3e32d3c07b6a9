// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/program/target.hpp>
#include <vernier/runtime/ruler.hpp>

#include "case.hpp"

namespace vernier::conformance {

enum class Outcome : std::uint8_t {
  kNpu,      ///< every operator that computes runs on the accelerator, within tolerance
  kHost,     ///< an operator runs on the host, and the result is the case's
  kRefused,  ///< refused before anything ran, with name and reason
  kWrong     ///< anything else
};
[[nodiscard]] std::string_view name_of(Outcome outcome);

struct Verdict {
  std::string name;                    ///< of the case
  std::vector<std::string> operators;  ///< of its model
  Outcome outcome = Outcome::kWrong;
  std::string reason;                  ///< why not the accelerator; what is wrong; empty for kNpu
  std::int64_t max_lsb = 0;            ///< kNpu: steps of the output's scale between the accelerator and ONNX Runtime
  double share = 0;                    ///< kNpu: largest distance from the float result, as a share of its range
};

struct Setup {
  program::Target target;
  std::vector<runtime::Ruler*> rulers;  ///< each must give golden's bits
  runtime::RunOptions options{};
  std::map<std::string, std::string> exceptions{};  ///< cases whose result ONNX Runtime or eight bits do not give, and why
};

/// "case,why" a line.
[[nodiscard]] Result<std::map<std::string, std::string>> load_exceptions(const std::filesystem::path& file);

/// Import, quantisation with the case's own data, placement, run and checks of one case:
///
/// - as it is, through import and float passes, in ONNX Runtime: the case's outputs within ONNX's tolerance;
/// - quantised: golden within one step of ONNX Runtime for each operator, every ruler equal to golden to the bit, and
///   no further from the case's outputs than rounding explains.
[[nodiscard]] Verdict classify(const Case& c, const Setup& setup);

}  // namespace vernier::conformance
