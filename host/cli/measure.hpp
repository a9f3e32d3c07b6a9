// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/cpu/baseline.hpp>
#include <vernier/runtime/deployment.hpp>
#include <vernier/runtime/runner.hpp>

#include "loaded_model.hpp"

namespace vernier::cli {

/// Index of the largest element; the first of equals, as argmax has it.
[[nodiscard]] std::int64_t top1(const Tensor& t);

/// How the outputs of a runner compare, over all samples that ran.
struct CheckTotals {
  bool against_golden = false;       ///< the NPU's bits were compared with the golden model's
  std::int64_t golden_differences = 0;  ///< elements; any is an error
  std::string first_difference;      ///< sample, output, element, both values
  double max_lsb = 0;                ///< largest difference from the reference, in steps of the output's scale
  std::int64_t elements = 0, differing = 0;
  std::int64_t labelled = 0, correct = 0, reference_correct = 0, top1_agree = 0;
};

/// All runs of one model on one runner.
struct Measurement {
  std::vector<double> seconds;       ///< per run: measured runners their kernel time, simulated ones cycles / clock
  std::vector<std::int64_t> cycles;  ///< per run, simulated runners
  std::optional<runtime::RunReport> report;  ///< of the first run
  runtime::HostTimes host;           ///< of the first run
  double wall_s = 0;                 ///< of all simulations
  std::int64_t total_cycles = 0;
  std::int64_t samples = 0;
  CheckTotals check;
  std::vector<std::vector<Tensor>> outputs;  ///< of each sample, where they were to be kept
};

struct MeasureOptions {
  bool check = false;                ///< golden bits and the reference's outputs
  bool bits = true;                  ///< the outputs claim to be golden's, so a check compares them to the bit as well
  bool keep_outputs = false;         ///< in the measurement
  std::int64_t batch = 1;            ///< samples a run; the last run is filled up with its last sample
  runtime::RunOptions run;
  std::function<void(std::int64_t, std::int64_t)> sample_done;  ///< done, of
};

/// Runs every sample of the set on a runner of MeasureOptions::batch at a time, and looks at each sample's outputs alone;
/// stops at the first error.
[[nodiscard]] Result<Measurement> measure(const LoadedModel& model, const SampleSet& samples, runtime::Runner& runner,
                                          Hertz clock, const MeasureOptions& options);

/// The network as ONNX Runtime gets it: a quantised file as it came; a float file as it came for float32, and in our
/// quantised form for int8.
struct BaselineModel {
  std::string written;                      ///< our form; empty: the file's bytes, inputs and outputs in the graph's order
  std::vector<std::size_t> inputs, outputs;  ///< of the written model: their places in the graph's lists
  [[nodiscard]] std::span<const std::byte> bytes(const LoadedModel& model) const {
    return written.empty() ? std::span<const std::byte>(model.bytes) : std::as_bytes(std::span(written.data(), written.size()));
  }
  [[nodiscard]] std::vector<Tensor> to_model(std::vector<Tensor> graph_inputs) const;
  [[nodiscard]] std::vector<Tensor> to_graph(std::vector<Tensor> model_outputs) const;
};
/// @param precision  "int8" or "float32"
/// @retval kUnsupported  float32 of a file that holds int8 weights
[[nodiscard]] Result<BaselineModel> baseline_model(const LoadedModel& model, const std::string& precision);

/// The CPU baseline: every sample at least once, at least 100 timed runs; outputs compared as for other rulers. 0
/// threads: the fastest of a sweep, which the environment states.
[[nodiscard]] Result<Measurement> measure_cpu(const LoadedModel& model, const std::string& precision, const SampleSet& samples,
                                              const cpu::BaselineOptions& cpu, bool check, nlohmann::json& environment);

/// Contract C1 for each quantised operator, fed with golden's own inputs: largest difference from ONNX Runtime on the
/// same QDQ sub-graph, in LSB.
struct LayerCheck {
  std::string name, op;
  std::int64_t elements = 0, differing = 0, max_lsb = 0;
};
[[nodiscard]] Result<std::vector<LayerCheck>> check_layers(const LoadedModel& model, const SampleSet& samples, std::int64_t count);

}  // namespace vernier::cli
