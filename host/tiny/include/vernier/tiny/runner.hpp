// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/tiny/link.hpp>

namespace vernier::tiny {

struct RunnerOptions {
  double window_s = 10;              ///< every timed window is at least so long
  std::uint64_t least_inferences = 10;
  std::size_t windows = 5;           ///< inputs that are timed, one a window
  std::uint64_t warm_up = 10;
  double answer_timeout_s = 600;
};

/// One timed window.
struct Window {
  std::uint64_t inferences = 0;
  double seconds = 0;
  double joules = 0;  ///< energy mode
};

struct Identity {
  std::string name, model;
};

/// The energy of the device between two falling edges of its timing pin: a meter, real or simulated.
struct EnergyWindow {
  double seconds = 0, joules = 0;
};
using Meter = std::function<Result<EnergyWindow>()>;  ///< of the window that has just ended

/// The host's side of the protocol: loads inputs, times windows, collects results.
class Runner {
 public:
  Runner(Link& link, RunnerOptions options) : link_(link), options_(options) {}

  /// @retval kTimeout      the device does not answer
  /// @retval kUnsupported  it answers, but not in this protocol
  [[nodiscard]] Result<Identity> identify();
  /// One window an input, each long enough; laps are the device's own.
  [[nodiscard]] Result<std::vector<Window>> performance(std::span<const std::vector<std::byte>> inputs);
  /// As performance(), with length and energy from the meter.
  [[nodiscard]] Result<std::vector<Window>> energy(std::span<const std::vector<std::byte>> inputs, const Meter& meter);
  /// Results of one inference of each input.
  [[nodiscard]] Result<std::vector<std::vector<float>>> results(std::span<const std::vector<std::byte>> inputs);

 private:
  struct Timed {
    std::vector<std::uint64_t> laps_us;
    std::vector<float> results;
  };
  [[nodiscard]] Result<std::vector<std::string>> command(const std::string& text);
  [[nodiscard]] Result<void> load(std::span<const std::byte> input);
  [[nodiscard]] Result<Timed> infer(std::uint64_t times, std::uint64_t warm_up);
  using TimeOf = std::function<Result<Window>(const Timed&)>;
  [[nodiscard]] Result<std::vector<Window>> windows(std::span<const std::vector<std::byte>> inputs, const TimeOf& time_of);

  Link& link_;
  RunnerOptions options_;
};

/// Median over the windows of inferences a second.
[[nodiscard]] double median_throughput(std::span<const Window> windows);
/// Median over the windows of joules an inference.
[[nodiscard]] double median_energy(std::span<const Window> windows);
/// Share of the results whose largest value stands at the label.
[[nodiscard]] double top1(std::span<const std::vector<float>> results, std::span<const std::int64_t> labels);
/// Area under the ROC curve of anomaly scores: the probability that a labelled (1) sample scores above an unlabelled one.
[[nodiscard]] double auc(std::span<const float> scores, std::span<const std::int64_t> labels);

}  // namespace vernier::tiny
