// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>
#include <vernier/golden/evaluator.hpp>
#include <vernier/ir/graph.hpp>
#include <vernier/lower/lower.hpp>
#include <vernier/ort/model.hpp>
#include <vernier/ort/session.hpp>
#include <vernier/runtime/runner.hpp>
#include <vernier/runtime/ruler.hpp>

namespace vernier::runtime {

/// One model prepared for one target: host part, NPU program, host part. Holds the ONNX Runtime sessions of the
/// host parts, so it is movable but not copyable, and not thread-safe.
class Deployment {
 public:
  /// Lowers a canonical quantised graph (docs/architecture.md, contract C1) and opens its host parts.
  /// @retval kUnsupported  an operator in the middle of the graph is not the NPU's
  [[nodiscard]] static Result<Deployment> prepare(graph::Graph canonical, const program::Target& target,
                                                  const lower::Options& options);

  [[nodiscard]] const lower::Plan& plan() const { return plan_; }

  /// One inference on a program ruler: host head, pack, run, unpack, host tail. `inputs` in the order of the graph's.
  [[nodiscard]] Result<Inference> infer(Ruler& ruler, std::span<const Tensor> inputs, const RunOptions& options);

 private:
  struct HostPart {
    ort::Model model;
    std::optional<ort::Session> session;  ///< absent: nothing to run on the host here
  };
  [[nodiscard]] static Result<HostPart> open(const graph::Graph& graph, const std::vector<graph::NodeId>& nodes);
  [[nodiscard]] static Result<void> run(HostPart& part, std::vector<std::optional<Tensor>>& values);

  lower::Plan plan_;
  HostPart head_, tail_;
};

/// Runs a deployment on a program ruler (rtl, systemc, ...).
class NpuRunner final : public Runner {
 public:
  NpuRunner(Deployment& deployment, Ruler& ruler) : deployment_(deployment), ruler_(ruler) {}
  [[nodiscard]] RulerInfo info() const override { return ruler_.info(); }
  [[nodiscard]] Result<Inference> infer(std::span<const Tensor> inputs, const RunOptions& options) override {
    return deployment_.infer(ruler_, inputs, options);
  }

 private:
  Deployment& deployment_;
  Ruler& ruler_;
};

/// Ruler `golden`: the bit-exact integer model on the host. Values, no time.
class GoldenRunner final : public Runner {
 public:
  /// `graph` must outlive the runner.
  [[nodiscard]] static Result<std::unique_ptr<GoldenRunner>> open(const graph::Graph& graph);
  [[nodiscard]] RulerInfo info() const override {
    return {"golden", Fidelity::kFunctional, false, "bit-exact integer model of the numbers contract: values, no time"};
  }
  [[nodiscard]] Result<Inference> infer(std::span<const Tensor> inputs, const RunOptions& options) override;

 private:
  GoldenRunner(const graph::Graph& graph, golden::Evaluator evaluator) : graph_(graph), evaluator_(std::move(evaluator)) {}
  const graph::Graph& graph_;
  golden::Evaluator evaluator_;
};

}  // namespace vernier::runtime
