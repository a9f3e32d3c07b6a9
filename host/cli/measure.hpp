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
  std::vector<double> seconds;       ///< per sample: measured runners their kernel time, simulated ones cycles / clock
  std::vector<std::int64_t> cycles;  ///< per sample, simulated runners
  std::optional<runtime::RunReport> report;  ///< of the first sample
  runtime::HostTimes host;           ///< of the first sample
  double wall_s = 0;                 ///< of all simulations
  std::int64_t total_cycles = 0;
  std::int64_t samples = 0;
  CheckTotals check;
};

struct MeasureOptions {
  bool check = false;                ///< golden bits and the reference's outputs
  runtime::RunOptions run;
  std::function<void(std::int64_t, std::int64_t)> sample_done;  ///< done, of
};

/// Runs every sample of the set; stops at the first error.
[[nodiscard]] Result<Measurement> measure(const LoadedModel& model, const SampleSet& samples, runtime::Runner& runner,
                                          Hertz clock, const MeasureOptions& options);

/// The CPU baseline: every sample at least once, at least 100 timed runs; outputs compared as for other rulers.
[[nodiscard]] Result<Measurement> measure_cpu(const LoadedModel& model, const SampleSet& samples, const cpu::BaselineOptions& cpu,
                                              bool check, nlohmann::json& environment);

/// Contract C1 for each quantised operator, fed with golden's own inputs: largest difference from ONNX Runtime on the
/// same QDQ sub-graph, in LSB.
struct LayerCheck {
  std::string name, op;
  std::int64_t elements = 0, differing = 0, max_lsb = 0;
};
[[nodiscard]] Result<std::vector<LayerCheck>> check_layers(const LoadedModel& model, const SampleSet& samples, std::int64_t count);

}  // namespace vernier::cli
