// SPDX-License-Identifier: Apache-2.0
#include <vernier/stages/folding.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>

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

using Options = std::vector<std::vector<FoldOption>>;

Options all_options(const Network& network, const Budget& budget) {
  Options options;
  for (const auto& op : network.operators) options.push_back(fold_options(network, op, budget.ultra_ram));
  return options;
}

bool within(const Resources& used, const Resources& limit) {
  return std::ranges::all_of(kEstimatedKinds, [&](const auto& kind) { return used.*kind.count <= limit.*kind.count; });
}

/// Of an operator's folds those that are fast enough and that no other beats in every resource, cheapest first.
std::vector<FoldOption> worth_taking(const std::vector<FoldOption>& all, std::int64_t interval, const Budget& budget) {
  std::vector<FoldOption> kept;
  for (const auto& o : all) {
    if (o.interval > interval) continue;
    const auto beaten = [&](const FoldOption& k) { return within(k.resources, o.resources); };
    if (std::ranges::any_of(kept, beaten)) continue;
    std::erase_if(kept, [&](const FoldOption& k) { return within(o.resources, k.resources); });
    kept.push_back(o);
  }
  std::ranges::sort(kept, {}, [&](const FoldOption& o) { return std::tuple(cost_of(o.resources, budget), -o.fold.simd); });
  return kept;
}

/// Branch and bound over the operators: the cheapest folding of an interval that fits, resource by resource.
class FittingSearch {
 public:
  FittingSearch(const Options& options, std::int64_t interval, const Budget& budget) : budget_(budget), chosen_(options.size()) {
    for (const auto& of_one : options) choices_.push_back(worth_taking(of_one, interval, budget));
    rest_.resize(options.size() + 1);
    rest_cost_.resize(options.size() + 1);
    for (std::size_t i = options.size(); i-- > 0;) {
      if (choices_[i].empty()) return;
      auto& rest = rest_[i] = rest_[i + 1];
      for (const auto& kind : kEstimatedKinds) {
        const auto least = [&kind](const auto& o) { return o.resources.*kind.count; };
        rest.*kind.count += least(std::ranges::min(choices_[i], {}, least));
      }
      rest_cost_[i] = rest_cost_[i + 1] + cost_of(choices_[i].front().resources, budget);
    }
    possible_ = true;
  }

  std::optional<Folding> run() {
    if (possible_) descend(0, {}, 0);
    if (best_.empty()) return std::nullopt;
    Folding f;
    for (std::size_t i = 0; i < best_.size(); ++i) {
      const auto& o = choices_[i][best_[i]];
      f.folds.push_back(o.fold);
      f.interval = std::max(f.interval, o.interval);
      f.resources += o.resources;
    }
    return f;
  }

 private:
  static constexpr double kRounding = 1e-9;             // of sums in another order
  static constexpr std::int64_t kMostSteps = 2'000'000;  // far more than networks of a hundred operators have needed

  void descend(std::size_t at, const Resources& used, double cost) {
    if (++steps_ > kMostSteps || budget_.share(used + rest_[at]) > 1 + kRounding || cost + rest_cost_[at] >= best_cost_) return;
    if (at == choices_.size()) {
      if (budget_.share(used) > 1) return;
      best_ = chosen_;
      best_cost_ = cost;
      return;
    }
    for (std::size_t i = 0; i < choices_[at].size(); ++i) {
      chosen_[at] = i;
      descend(at + 1, used + choices_[at][i].resources, cost + cost_of(choices_[at][i].resources, budget_));
    }
  }

  const Budget& budget_;
  Options choices_;
  std::vector<Resources> rest_;  ///< the least that the operators from here on take
  std::vector<double> rest_cost_;
  std::vector<std::size_t> chosen_, best_;
  double best_cost_ = std::numeric_limits<double>::infinity();
  std::int64_t steps_ = 0;
  bool possible_ = false;
};

Result<void> check_reach(const Network& network, const Options& options, std::int64_t interval) {
  for (std::size_t i = 0; i < options.size(); ++i) {
    const auto fastest = std::ranges::min(options[i], {}, &FoldOption::interval).interval;
    if (fastest <= interval) continue;
    return fail(ErrorCode::kUnsupported, fmt::format("needs {} cycles a frame at its widest fold, {} are asked for", fastest, interval), network.operators[i].name);
  }
  return {};
}

}  // namespace

std::vector<FoldOption> fold_options(const Network& network, const Operator& op, const UltraRam& ultra) {
  const auto limits = fold_limits(network, op);
  std::vector<FoldOption> options;
  for (const int simd : divisors(limits.channels_in)) {
    for (const int pe : limits.lanes ? std::vector{simd} : divisors(limits.channels_out)) {
      const auto sizes = sizes_of(network, op, {simd, pe});
      options.push_back({{simd, pe}, sizes.interval(), resources_of(sizes, ultra)});
    }
  }
  return options;
}

Result<Folding> fold_for_interval(const Network& network, std::int64_t interval, const Budget& budget) {
  const auto options = all_options(network, budget);
  if (auto ok = check_reach(network, options, interval); !ok) return forward_error(ok);
  return fold(options, interval, budget);
}

Result<Folding> fold_to_fit(const Network& network, std::int64_t interval, const Budget& budget) {
  const auto options = all_options(network, budget);
  if (auto ok = check_reach(network, options, interval); !ok) return forward_error(ok);
  if (auto folding = FittingSearch(options, interval, budget).run()) return std::move(*folding);
  const auto cheapest = fold(options, interval, budget);
  return fail(ErrorCode::kUnsupported, fmt::format("at {} cycles a frame does not fit {}: {} at the cheapest folding", interval, budget.name, budget.binding(cheapest.resources)), network.name);
}

Result<Folding> fold_for_budget(const Network& network, const Budget& budget) {
  const auto options = all_options(network, budget);
  std::vector<std::int64_t> intervals;
  for (const auto& of_one : options) {
    for (const auto& o : of_one) intervals.push_back(o.interval);
  }
  std::ranges::sort(intervals);
  const auto repeated = std::ranges::unique(intervals);
  intervals.erase(repeated.begin(), repeated.end());
  const auto fits = [&](std::int64_t interval) { return FittingSearch(options, interval, budget).run().has_value(); };
  const auto first = std::ranges::partition_point(intervals, [&](std::int64_t interval) { return !fits(interval); });
  if (first == intervals.end()) {
    return fail(ErrorCode::kUnsupported, fmt::format("does not fit {}: {} at its smallest", budget.name, budget.binding(fold(options, intervals.back(), budget).resources)), network.name);
  }
  return *FittingSearch(options, *first, budget).run();
}

Result<void> check_budget(const Resources& used, const Budget& budget, const std::string& design) {
  if (budget.share(used) <= 1) return {};
  return fail(ErrorCode::kUnsupported, fmt::format("does not fit {}: {}", budget.name, budget.binding(used)), design);
}

}  // namespace vernier::stages
