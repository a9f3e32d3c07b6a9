// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>
#include <vernier/runtime/ruler.hpp>

namespace vernier::runtime {

/// Host time of one inference by part, in seconds; measured, never added to simulated time.
struct HostTimes {
  double operators_s = 0;  ///< operators that run on the host
  double pack_s = 0;       ///< layout changes both ways
};

struct Inference {
  std::vector<Tensor> outputs;      ///< the graph's outputs, in order
  std::optional<RunReport> report;  ///< rulers with cycles
  double kernel_s = 0;              ///< measured rulers: time of the computation itself
  HostTimes host;
};

/// One model on one ruler, whatever the ruler is: what compare, run and the scenarios drive.
class Runner {
 public:
  virtual ~Runner() = default;
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  [[nodiscard]] virtual RulerInfo info() const = 0;
  /// One inference; `inputs` in the order of the graph's inputs.
  [[nodiscard]] virtual Result<Inference> infer(std::span<const Tensor> inputs, const RunOptions& options) = 0;
  /// Several inferences, RulerInfo::queue at a time or more; one after another unless the runner can do better.
  [[nodiscard]] virtual Result<std::vector<Inference>> infer_all(std::span<const std::span<const Tensor>> inputs, const RunOptions& options) {
    std::vector<Inference> results;
    for (const auto& one : inputs) {
      auto result = infer(one, options);
      if (!result) return forward_error(result);
      results.push_back(std::move(*result));
    }
    return results;
  }

 protected:
  Runner() = default;
};

}  // namespace vernier::runtime
