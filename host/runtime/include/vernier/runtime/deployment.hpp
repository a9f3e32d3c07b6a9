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
#include <vernier/lower/pipeline.hpp>
#include <vernier/ort/model.hpp>
#include <vernier/ort/session.hpp>
#include <vernier/runtime/runner.hpp>
#include <vernier/runtime/ruler.hpp>

namespace vernier::runtime {

/// One model prepared for one target: stages on the host and NPU programs, one after another. Holds the ONNX Runtime
/// sessions of the host's stages, so it is movable but not copyable, and not thread-safe.
class Deployment {
 public:
  /// Cuts a canonical quantised graph (docs/architecture.md, contract C1), lowers its programs and opens its host stages.
  /// @retval kUnsupported  no operator at all runs on the target
  [[nodiscard]] static Result<Deployment> prepare(const graph::Graph& canonical, const program::Target& target,
                                                  const lower::Options& options);

  [[nodiscard]] const lower::Pipeline& pipeline() const { return pipeline_; }

  /// Why a ruler cannot run one of the programs, or nothing.
  [[nodiscard]] std::optional<Error> refused_by(const Ruler& ruler) const;

  /// One inference on a program ruler, stage by stage. `inputs` in the order of the graph's. Cycles, activity and trace
  /// of several programs are those of one run after another.
  [[nodiscard]] Result<Inference> infer(Ruler& ruler, std::span<const Tensor> inputs, const RunOptions& options);
  /// Several: each stage of all of them before the next stage, so that a card has its queue filled.
  [[nodiscard]] Result<std::vector<Inference>> infer_all(Ruler& ruler, std::span<const std::span<const Tensor>> inputs, const RunOptions& options);

 private:
  /// Operators of one stage that go into one model.
  struct HostRun {
    ort::Model model;
    ort::Session session;
  };
  using Values = std::vector<std::optional<Tensor>>;
  [[nodiscard]] static Result<void> run(HostRun& run, Values& values);
  /// One inference on its way through the stages.
  struct Flight {
    Values values;
    Inference result;
  };
  [[nodiscard]] Result<Flight> begin(std::span<const Tensor> inputs) const;
  [[nodiscard]] static Result<std::vector<RunReport>> run(const lower::Plan& plan, Ruler& ruler, std::span<Flight> flights, const RunOptions& options);

  lower::Pipeline pipeline_;
  std::vector<std::vector<HostRun>> host_;  ///< by stage; empty for stages of the accelerator
};

/// Runs a deployment on a program ruler (rtl, systemc, ...).
class NpuRunner final : public Runner {
 public:
  NpuRunner(Deployment& deployment, Ruler& ruler) : deployment_(deployment), ruler_(ruler) {}
  [[nodiscard]] RulerInfo info() const override { return ruler_.info(); }
  [[nodiscard]] Result<Inference> infer(std::span<const Tensor> inputs, const RunOptions& options) override {
    return deployment_.infer(ruler_, inputs, options);
  }
  [[nodiscard]] Result<std::vector<Inference>> infer_all(std::span<const std::span<const Tensor>> inputs, const RunOptions& options) override {
    return deployment_.infer_all(ruler_, inputs, options);
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
