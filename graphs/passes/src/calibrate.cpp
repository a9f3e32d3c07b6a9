// SPDX-License-Identifier: Apache-2.0
#include "calibrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <vernier/ort/model.hpp>
#include <vernier/ort/session.hpp>

namespace vernier::graph {
namespace {

constexpr std::size_t kBins = 2048;

/// What one value took: its extremes, and on a second run over the samples how often.
struct Observed {
  double lo = std::numeric_limits<double>::infinity();
  double hi = -std::numeric_limits<double>::infinity();
  std::vector<std::int64_t> bins{};
  std::int64_t count = 0;

  [[nodiscard]] double width() const { return (hi - lo) / static_cast<double>(kBins); }
  [[nodiscard]] double centre(std::size_t bin) const { return lo + (static_cast<double>(bin) + 0.5) * width(); }
};

using Visit = std::function<Result<void>(ValueId, const Tensor&)>;

/// Nodes that run in one session.
struct Segment {
  ort::Model model;
  ort::Session session;
};

/// The graph as sessions in order, from which every value asked for comes out.
class Runner {
 public:
  static Result<Runner> prepare(Graph& graph, std::span<const ValueId> values) {
    const auto order = graph.topological_order();
    if (!order) return forward_error(order);
    Runner runner(graph.inputs, {values.begin(), values.end()}, graph.name);
    for (const auto id : values) {  // no session computes what is constant
      if (const auto& constant = graph.value(id).constant) runner.constants_[id] = *constant;
    }
    const auto outputs = std::exchange(graph.outputs, {values.begin(), values.end()});
    const auto opened = runner.open(graph, *order);
    graph.outputs = outputs;
    if (!opened) return forward_error(opened);
    return runner;
  }

  /// Visits the values of one sample.
  Result<void> run(const std::vector<Tensor>& sample, const Visit& visit) {
    if (sample.size() != graph_inputs_.size()) {
      return fail(ErrorCode::kInvalidInput, fmt::format("a calibration sample has {} tensors, the graph takes {}", sample.size(), graph_inputs_.size()), where_);
    }
    std::map<ValueId, Tensor> computed = constants_;
    for (std::size_t i = 0; i < sample.size(); ++i) computed[graph_inputs_[i]] = sample[i];
    for (auto& segment : segments_) {
      std::vector<Tensor> inputs;
      for (const auto in : segment.model.inputs) inputs.push_back(computed.at(in));
      auto results = segment.session.run(inputs);
      if (!results) return forward_error(results);
      for (std::size_t i = 0; i < results->size(); ++i) computed[segment.model.outputs[i]] = std::move((*results)[i]);
    }
    for (const auto value : values_) {
      const auto found = computed.find(value);
      if (found == computed.end()) return fail(ErrorCode::kInvalidInput, fmt::format("value {} is computed by no operator", static_cast<std::uint32_t>(value)), where_);
      if (auto r = visit(value, found->second); !r) return r;
    }
    return {};
  }

 private:
  Runner(std::vector<ValueId> graph_inputs, std::vector<ValueId> values, std::string where)
      : graph_inputs_(std::move(graph_inputs)), values_(std::move(values)), where_(std::move(where)) {}

  Result<void> open(const Graph& graph, const std::vector<NodeId>& order) {
    for (const auto nodes : ort::runs_of_one_opset(graph, order)) {
      auto model = ort::model_of(graph, nodes);
      if (!model) return forward_error(model);
      auto session = ort::Session::open(model->bytes(), {}, graph.name);
      if (!session) return forward_error(session);
      segments_.push_back({std::move(*model), std::move(*session)});
    }
    return {};
  }

  std::vector<Segment> segments_;
  std::vector<ValueId> graph_inputs_, values_;
  std::map<ValueId, Tensor> constants_;  ///< of the values asked for
  std::string where_;
};

/// lo and hi between which the central share of the values lies.
std::pair<double, double> percentile_range(const Observed& seen, double percentile) {
  const auto outside = static_cast<std::int64_t>(static_cast<double>(seen.count) * (1 - percentile / 100) / 2);
  std::size_t first = 0, last = kBins - 1;
  for (std::int64_t sum = seen.bins[0]; sum <= outside && first < last; sum += seen.bins[++first]) {}
  for (std::int64_t sum = seen.bins[last]; sum <= outside && last > first; sum += seen.bins[--last]) {}
  return {seen.lo + static_cast<double>(first) * seen.width(), seen.lo + static_cast<double>(last + 1) * seen.width()};
}

double mean_square_error(const Observed& seen, const Quantization& q) {
  const double scale = static_cast<double>(q.scale[0]);
  double error = 0;
  for (std::size_t b = 0; b < kBins; ++b) {
    const double x = seen.centre(b);
    const double level = std::clamp(std::nearbyint(x / scale) + q.zero_point[0], -128.0, 127.0);
    const double d = (level - q.zero_point[0]) * scale - x;
    error += d * d * static_cast<double>(seen.bins[b]);
  }
  return error;
}

/// Each end shrinks on its own in steps of 4 %; the best pair of 25 x 25.
Quantization best_by_error(const Observed& seen) {
  Quantization best = covering(seen.lo, seen.hi);
  double least = mean_square_error(seen, best);
  for (int i = 0; i < 25; ++i) {
    for (int j = 0; j < 25; ++j) {
      const auto q = covering(seen.lo * (1 - 0.04 * i), seen.hi * (1 - 0.04 * j));
      if (const double error = mean_square_error(seen, q); error < least) {
        least = error;
        best = q;
      }
    }
  }
  return best;
}

Quantization choose(const Observed& seen, const QuantiseOptions& options) {
  if (options.calibration == Calibration::kMinMax || !(seen.hi > seen.lo)) return covering(seen.lo, seen.hi);
  if (options.calibration == Calibration::kMse) return best_by_error(seen);
  const auto [lo, hi] = percentile_range(seen, options.percentile);
  return covering(lo, hi);
}

}  // namespace

Quantization covering(double lo, double hi) {
  lo = std::min(lo, 0.0);
  hi = std::max(hi, 0.0);
  auto scale = static_cast<float>((hi - lo) / 255);
  if (!(scale >= std::numeric_limits<float>::min())) scale = 1.0F / 255;  // a value that is always 0
  const double zero = std::clamp(std::nearbyint(-128 - lo / static_cast<double>(scale)), -128.0, 127.0);
  return {{scale}, {static_cast<std::int32_t>(zero)}, -1};
}

Result<std::map<ValueId, Quantization>> calibrate(Graph& graph, std::span<const ValueId> values, std::span<const std::vector<Tensor>> samples,
                                                  const QuantiseOptions& options) {
  auto runner = Runner::prepare(graph, values);
  if (!runner) return forward_error(runner);
  std::map<ValueId, Observed> observed;
  const auto extremes = [&](ValueId id, const Tensor& t) -> Result<void> {
    auto& seen = observed[id];
    for (const float v : t.as<float>()) {
      if (!std::isfinite(v)) return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is {} for a calibration sample", graph.value(id).name, v), graph.name);
      seen.lo = std::min(seen.lo, static_cast<double>(v));
      seen.hi = std::max(seen.hi, static_cast<double>(v));
    }
    return {};
  };
  const auto count = [&](ValueId id, const Tensor& t) -> Result<void> {
    auto& seen = observed[id];
    if (!(seen.hi > seen.lo)) return {};
    seen.bins.resize(kBins);
    for (const float v : t.as<float>()) {
      ++seen.bins[std::min(kBins - 1, static_cast<std::size_t>((static_cast<double>(v) - seen.lo) / seen.width()))];
      ++seen.count;
    }
    return {};
  };
  for (const auto& sample : samples) {
    if (auto r = runner->run(sample, extremes); !r) return forward_error(r);
  }
  for (const auto& sample : samples) {
    if (options.calibration == Calibration::kMinMax) break;
    if (auto r = runner->run(sample, count); !r) return forward_error(r);
  }
  std::map<ValueId, Quantization> chosen;
  for (const auto& [id, seen] : observed) chosen[id] = choose(seen, options);
  return chosen;
}

}  // namespace vernier::graph
