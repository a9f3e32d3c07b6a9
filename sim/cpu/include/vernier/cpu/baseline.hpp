// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>

namespace vernier::cpu {

struct BaselineOptions {
  int threads = 1;          ///< pinned to as many processors of this process' own set; >= 1
  int warm_up = 10;         ///< runs before the first timed one
  int repetitions = 100;    ///< timed runs; sample i mod samples.size() each; >= 1
  std::string provider = "CPU";   ///< execution provider of ONNX Runtime, "CUDA" for instance
  std::string external_folder{};  ///< of initialisers outside the model bytes
};

/// Latency in seconds of the timed runs, by rank: p90 is the smallest that at least 90 % do not exceed.
struct Percentiles {
  double min = 0, p50 = 0, p90 = 0, p95 = 0, p99 = 0, max = 0, mean = 0;
};
[[nodiscard]] Percentiles percentiles_of(std::vector<double> seconds);  ///< all zero for none

/// What ONNX Runtime with all optimisations costs on this machine.
struct BaselineResult {
  std::vector<double> latency_s;     ///< one a timed run, in order
  Percentiles percentiles;
  double load_s = 0;                 ///< session creation, graph optimisation included
  int threads = 0;
  std::vector<int> pinned_cpus;      ///< logical processor of each thread, the calling one first
  std::string provider;              ///< by ONNX Runtime's name, "CPUExecutionProvider"
  std::string version;               ///< of ONNX Runtime
  std::string processor;             ///< model name of the machine's processor
  std::int64_t peak_rss_bytes = 0;   ///< of this process up to now
  std::vector<std::vector<Tensor>> outputs;  ///< of each sample, from its last run; empty where it was not run
};

/// Runs the model on the CPU and times each run from call to result, tensors in and out included.
/// @param samples  each is one tensor a model input
/// @retval kInvalidInput  options out of range, no samples, or a model or sample ONNX Runtime refuses
/// @retval kUnavailable   fewer processors than threads, no such provider, or pinning was refused
/// @retval kInterrupted   Ctrl-C between two runs
[[nodiscard]] Result<BaselineResult> run_baseline(std::span<const std::byte> model, const std::string& where,
                                                  std::span<const std::vector<Tensor>> samples, const BaselineOptions& options);

/// Median latency at one number of threads.
struct ThreadReading {
  int threads = 0;
  double p50_s = 0;
};

/// Medians for 1, 2, 4, ... threads up to all processors of this process, 30 timed runs each.
[[nodiscard]] Result<std::vector<ThreadReading>> sweep_threads(std::span<const std::byte> model, const std::string& where,
                                                               std::span<const std::vector<Tensor>> samples, const BaselineOptions& options);

/// The fastest; of nearly equal ones (2 %) the one with fewest threads.
[[nodiscard]] int fastest(std::span<const ThreadReading> readings);

}  // namespace vernier::cpu
