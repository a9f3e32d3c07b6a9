// SPDX-License-Identifier: Apache-2.0
#include <vernier/stages/depths.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace vernier::stages {
namespace {

constexpr std::int64_t kLongFrame = 10'000'000;  // iterations of all stages

class Sizing {
 public:
  Sizing(Design& design, const DepthOptions& options) : design_(design), options_(options) {
    for (const auto& s : design.stages) iterations_of_trial_ += interval_of(s.sizes);
    if (options_.frames == 0) options_.frames = iterations_of_trial_ > kLongFrame ? 2 : 4;
    iterations_of_trial_ *= options_.frames;
  }

  Result<DepthReport> run() {
    analyse();
    if (auto ok = check_depths(design_, options_.frames); !ok) return forward_error(ok);
    if (!shrink_together()) report_.minimal = false;
    for (auto& fifo : design_.fifos) shrink(fifo);
    for (const auto& f : design_.fifos) report_.beats += f.depth;
    return report_;
  }

 private:
  /// What every FIFO holds when nothing in front of it ever waits.
  void analyse() {
    ++report_.trials;
    const auto timing = simulate_timing(design_, {options_.frames, true, design_.interval()});
    for (std::size_t i = 0; i < design_.fifos.size(); ++i) design_.fifos[i].depth = std::max<std::int64_t>(2, timing.largest[i] + 1);
  }

  [[nodiscard]] bool may_try() const { return (report_.trials + 1) * iterations_of_trial_ <= options_.iterations; }
  [[nodiscard]] bool holds() {
    ++report_.trials;
    return check_depths(design_, options_.frames).has_value();
  }

  /// Most FIFOs need no more than two beats: tries that for all that are between stages without a skip, at once.
  bool shrink_together() {
    auto before = design_.fifos;
    if (!may_try()) return false;
    for (auto& f : design_.fifos) {
      if (f.depth <= 8) f.depth = 2;
    }
    if (!holds()) design_.fifos = std::move(before);
    return true;
  }

  void shrink(Fifo& fifo) {
    std::int64_t fails = 0, holds_at = fifo.depth;
    while (holds_at - fails > 1) {
      if (!may_try()) {
        report_.minimal = false;
        break;
      }
      // from below: most depths are small
      const auto middle = fails == 0 && holds_at > 4 ? 2 : std::midpoint(fails, holds_at);
      fifo.depth = middle;
      (holds() ? holds_at : fails) = middle;
    }
    fifo.depth = holds_at;
  }

  Design& design_;
  DepthOptions options_;
  DepthReport report_;
  std::int64_t iterations_of_trial_ = 0;
};

}  // namespace

Result<DepthReport> size_fifos(Design& design, const DepthOptions& options) { return Sizing(design, options).run(); }

Result<void> check_depths(const Design& design, int frames) {
  const auto timing = simulate_timing(design, {frames, false, 0});
  if (timing.deadlock) return fail(ErrorCode::kTimeout, to_string(*timing.deadlock, design), design.name);
  if (timing.interval() > design.interval()) {
    return fail(ErrorCode::kMismatch, fmt::format("a frame leaves every {} cycles; its slowest stage {} would allow {}", timing.interval(), design.slowest().name, design.interval()), design.name);
  }
  return {};
}

}  // namespace vernier::stages
