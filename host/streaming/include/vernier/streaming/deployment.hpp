// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/units.hpp>
#include <vernier/golden/evaluator.hpp>
#include <vernier/package/board.hpp>
#include <vernier/runtime/runner.hpp>
#include <vernier/stages/dataflow.hpp>
#include <vernier/stages/depths.hpp>
#include <vernier/stages/emit.hpp>
#include <vernier/stages/folding.hpp>

namespace vernier::streaming {

/// A streaming accelerator made for one network: for a frame rate ("stream@30fps", "stream@30fps:u50" on a board), or as
/// fast as a board allows ("stream@board:u50").
struct StreamTarget {
  std::string name;
  std::optional<double> frames_per_s;     ///< asked for; none: as fast as the budget allows
  Hertz clock{200e6};                     ///< assumed
  std::optional<stages::Budget> budget;   ///< none: no board limits it
  std::optional<package::Board> board;    ///< where the budget comes from
  std::string energy_table = "fpga";
  /// Cycles a frame may take where a rate is asked for.
  [[nodiscard]] std::optional<std::int64_t> interval() const {
    return frames_per_s ? std::optional(static_cast<std::int64_t>(clock.count() / *frames_per_s)) : std::nullopt;
  }
  /// What the board has limits it from now on; a board without limits leaves it alone.
  /// @retval kUnsupported  a part whose LUTs and multipliers are not those that stages are estimated in
  [[nodiscard]] Result<void> stand_on(const package::Board& there);
};

/// Whether a target's name asks for a streaming design.
[[nodiscard]] bool is_stream_target(std::string_view name);
/// @param clock_mhz  0: the board's, 200 MHz without one
/// @retval kInvalidInput  none of the forms of a StreamTarget, or no such board
[[nodiscard]] Result<StreamTarget> stream_target_of(const std::string& name, double clock_mhz);

/// Simulates frames that follow each other; values and cycles.
using StreamSimulator = std::function<Result<stages::DataflowValues>(const stages::Design&, int, const std::vector<std::vector<std::int8_t>>&, const runtime::RunOptions&)>;

/// One model as a streaming design, with the host's operators in front of it and behind it.
class StreamDeployment {
 public:
  /// Reads the network, solves its folding for the target's rate or budget, sizes its FIFOs. `canonical` must outlive it.
  /// With a budget the whole design fits it, converters and FIFOs included.
  /// @retval kUnsupported  nothing streams, an operator between two that stream does not, the rate is out of reach, or the
  ///                       budget too small: names the scarcest resource
  [[nodiscard]] static Result<StreamDeployment> prepare(const graph::Graph& canonical, const StreamTarget& target);

  [[nodiscard]] const StreamTarget& target() const { return target_; }
  [[nodiscard]] const graph::Graph& graph() const { return *graph_; }
  [[nodiscard]] const stages::Network& network() const { return network_; }
  [[nodiscard]] const stages::Design& design() const { return design_; }
  [[nodiscard]] const stages::DepthReport& depths() const { return depths_; }

  /// Frames for a testbench: what the golden model has where the stream begins and ends.
  [[nodiscard]] Result<stages::TestFrames> golden_frames(std::span<const std::vector<Tensor>> samples);

  /// One inference; the cycles are those from the first beat loaded to the last one stored.
  [[nodiscard]] Result<runtime::Inference> infer(const StreamSimulator& simulate, std::span<const Tensor> inputs, const runtime::RunOptions& options);
  /// Of the latest inference; empty before.
  [[nodiscard]] const stages::DataflowTiming& timing() const { return timing_; }

 private:
  StreamDeployment(const graph::Graph& graph, golden::Evaluator host) : graph_(&graph), host_(std::move(host)) {}
  [[nodiscard]] Result<void> solve();
  [[nodiscard]] Result<void> run_host(golden::Values& values, bool behind_stream, runtime::HostTimes& times);

  const graph::Graph* graph_;
  golden::Evaluator host_;  ///< runs the operators that do not stream; all of them for golden_frames()
  StreamTarget target_;
  stages::Network network_;
  stages::Design design_;
  stages::DepthReport depths_;
  stages::DataflowTiming timing_;
};

class StreamRunner final : public runtime::Runner {
 public:
  /// `deployment` must outlive it.
  StreamRunner(StreamDeployment& deployment, runtime::RulerInfo info, StreamSimulator simulate)
      : deployment_(deployment), info_(std::move(info)), simulate_(std::move(simulate)) {}
  [[nodiscard]] runtime::RulerInfo info() const override { return info_; }
  [[nodiscard]] Result<runtime::Inference> infer(std::span<const Tensor> inputs, const runtime::RunOptions& options) override { return deployment_.infer(simulate_, inputs, options); }

 private:
  StreamDeployment& deployment_;
  runtime::RulerInfo info_;
  StreamSimulator simulate_;
};

}  // namespace vernier::streaming
