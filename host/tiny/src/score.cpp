// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <vernier/core/assert.hpp>
#include <vernier/tiny/runner.hpp>

namespace vernier::tiny {
namespace {

template <class Figure>
double median(std::span<const Window> windows, Figure figure) {
  std::vector<double> values;
  for (const auto& w : windows) values.push_back(figure(w));
  VERNIER_ASSERT(!values.empty(), "a median needs a window");
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

double median_throughput(std::span<const Window> windows) {
  return median(windows, [](const Window& w) { return static_cast<double>(w.inferences) / w.seconds; });
}

double median_energy(std::span<const Window> windows) {
  return median(windows, [](const Window& w) { return w.joules / static_cast<double>(w.inferences); });
}

double top1(std::span<const std::vector<float>> results, std::span<const std::int64_t> labels) {
  VERNIER_ASSERT(!results.empty() && results.size() <= labels.size(), "a label a result");
  std::size_t good = 0;
  for (std::size_t i = 0; i < results.size(); ++i) good += std::ranges::max_element(results[i]) - results[i].begin() == labels[i] ? 1 : 0;
  return static_cast<double>(good) / static_cast<double>(results.size());
}

double auc(std::span<const float> scores, std::span<const std::int64_t> labels) {
  double above = 0;
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t k = 0; labels[i] == 1 && k < scores.size(); ++k) {
      if (labels[k] == 1) continue;
      above += scores[i] > scores[k] ? 1 : scores[i] == scores[k] ? 0.5 : 0;
      ++pairs;
    }
  }
  return pairs == 0 ? 0 : above / static_cast<double>(pairs);
}

}  // namespace vernier::tiny
