// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/runtime/deployment.hpp>
#include <vernier/streaming/deployment.hpp>

#include "command.hpp"
#include "loaded_model.hpp"
#include "measure.hpp"

namespace vernier::cli {

/// A ruler as the command line knows it.
struct RulerEntry {
  std::string name;
  runtime::Fidelity fidelity;
  std::string description;
  bool runs_programs = false;  ///< needs a target and a lowered program
  std::string precision = "int8";
};
/// Every ruler of this build, in the order reports show them. The one place that names them.
[[nodiscard]] const std::vector<RulerEntry>& rulers();
/// ONNX Runtime, on this machine's processor unless --provider says otherwise.
[[nodiscard]] bool is_baseline(const RulerEntry& ruler);
/// The record's environment says that this machine's processor does the work, so that its counters see the energy.
[[nodiscard]] bool computes_on_processor(const RulerEntry& ruler, const nlohmann::json& environment);
/// Why the ruler cannot run a scenario of MLPerf, or nothing.
[[nodiscard]] std::optional<Error> refuses_scenarios(const RulerEntry& ruler);
/// Why a ruler that runs programs cannot read a streaming design, or nothing.
[[nodiscard]] std::optional<Error> refuses_stream(const RulerEntry& ruler, const std::string& target);
/// kInvalidInput for an unknown name, listing the known ones.
[[nodiscard]] Result<const RulerEntry*> find_ruler(const std::string& name);

/// One model, one target and its samples, measured on one ruler after another.
class MeasureSession {
 public:
  /// Loads, and lowers or folds when any of the rulers needs a target.
  [[nodiscard]] static Result<MeasureSession> open(const CommonOptions& options, const std::vector<const RulerEntry*>& rulers);

  struct Outcome {
    Measurement measurement;
    nlohmann::json record;
  };
  [[nodiscard]] Result<Outcome> run(const RulerEntry& ruler, bool check, const runtime::Waves& waves);

  /// Inferences on a ruler that stays open, inputs and outputs in the graph's order; several at once fill its queue, where
  /// it has one. The session must outlive it.
  using Infer = std::function<Result<std::vector<runtime::Inference>>(std::span<const std::span<const Tensor>>)>;
  [[nodiscard]] Result<Infer> open_ruler(const RulerEntry& ruler);

  [[nodiscard]] const LoadedModel& model() const { return *model_; }
  [[nodiscard]] const SampleSet& samples() const { return samples_; }
  /// Images a run: as many as asked for, or fewer where fewer take less time each.
  [[nodiscard]] std::int64_t batch() const { return options_.batch; }
  [[nodiscard]] const lower::Pipeline* pipeline() const { return deployment_ ? &deployment_->pipeline() : nullptr; }
  [[nodiscard]] const streaming::StreamDeployment* stream() const { return stream_ ? &*stream_ : nullptr; }

 private:
  /// The graph a ruler of that precision runs. @retval kUnsupported  float32 of a file that holds int8 weights
  [[nodiscard]] Result<const graph::Graph*> graph_of(const RulerEntry& entry) const;
  [[nodiscard]] const graph::Graph& batch_graph() const { return batch_ ? *batch_ : model_->canonical; }
  [[nodiscard]] Result<void> deploy();
  [[nodiscard]] Result<void> fold();  ///< a streaming design, in place of it
  [[nodiscard]] Result<Measurement> simulate(runtime::Runner& runner, const RulerEntry& entry, bool check, const runtime::Waves& waves);

  CommonOptions options_;
  std::int64_t asked_ = 1;   ///< images a run
  std::unique_ptr<LoadedModel> model_;
  std::unique_ptr<graph::Graph> batch_;  ///< of the model, for so many images a run; none for one
  SampleSet samples_;
  std::optional<runtime::Deployment> deployment_;
  std::optional<streaming::StreamDeployment> stream_;  ///< in place of it, where the target asks for a streaming design
};

}  // namespace vernier::cli
