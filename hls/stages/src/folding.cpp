// SPDX-License-Identifier: Apache-2.0
#include <vernier/stages/folding.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace vernier::stages {
namespace {

std::vector<int> divisors(std::int64_t n) {
  std::vector<int> all;
  for (int d = 1; d <= std::min<std::int64_t>(n, kMostLanes); ++d) {
    if (n % d == 0) all.push_back(d);
  }
  return all;
}

/// The cheapest of the folds that are fast enough, or the fastest of all where none is.
const FoldOption& choose(const std::vector<FoldOption>& options, std::int64_t interval, const Budget& budget) {
  const auto key = [&](const FoldOption& o) {
    const bool fast = o.interval <= interval;
    return std::tuple(fast ? 0 : 1, fast ? 0 : o.interval, cost_of(o.resources, budget), -o.fold.simd);
  };
  return *std::ranges::min_element(options, {}, key);
}

Folding fold(const std::vector<std::vector<FoldOption>>& options, std::int64_t interval, const Budget& budget) {
  Folding f;
  for (const auto& of_one : options) {
    const auto& o = choose(of_one, interval, budget);
    f.folds.push_back(o.fold);
    f.interval = std::max(f.interval, o.interval);
    f.resources += o.resources;
  }
  return f;
}

std::vector<std::vector<FoldOption>> all_options(const Network& network) {
  std::vector<std::vector<FoldOption>> options;
  for (const auto& op : network.operators) options.push_back(fold_options(network, op));
  return options;
}

}  // namespace

std::vector<FoldOption> fold_options(const Network& network, const Operator& op) {
  const auto limits = fold_limits(network, op);
  std::vector<FoldOption> options;
  for (const int simd : divisors(limits.channels_in)) {
    for (const int pe : limits.lanes ? std::vector{simd} : divisors(limits.channels_out)) {
      const auto sizes = sizes_of(network, op, {simd, pe});
      options.push_back({{simd, pe}, sizes.interval(), resources_of(sizes)});
    }
  }
  return options;
}

Result<Folding> fold_for_interval(const Network& network, std::int64_t interval, const Budget& budget) {
  const auto options = all_options(network);
  for (std::size_t i = 0; i < options.size(); ++i) {
    const auto fastest = std::ranges::min(options[i], {}, &FoldOption::interval).interval;
    if (fastest <= interval) continue;
    return fail(ErrorCode::kUnsupported, fmt::format("needs {} cycles a frame at its widest fold, {} are asked for", fastest, interval), network.operators[i].name);
  }
  return fold(options, interval, budget);
}

Result<Folding> fold_for_budget(const Network& network, const Budget& budget) {
  const auto options = all_options(network);
  std::vector<std::int64_t> intervals;
  for (const auto& of_one : options) {
    for (const auto& o : of_one) intervals.push_back(o.interval);
  }
  std::ranges::sort(intervals);
  const auto repeated = std::ranges::unique(intervals);
  intervals.erase(repeated.begin(), repeated.end());
  const auto fits = [&](std::int64_t interval) { return budget.share(fold(options, interval, budget).resources) <= 1; };
  const auto first = std::ranges::partition_point(intervals, [&](std::int64_t interval) { return !fits(interval); });
  if (first == intervals.end()) return forward_error(check_budget(fold(options, intervals.back(), budget).resources, budget, network.name));
  return fold(options, *first, budget);
}

Result<void> check_budget(const Resources& used, const Budget& budget, const std::string& design) {
  if (budget.share(used) <= 1) return {};
  return fail(ErrorCode::kUnsupported, fmt::format("does not fit {}: {}", budget.name, budget.binding(used)), design);
}

}  // namespace vernier::stages
