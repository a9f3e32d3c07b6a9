// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/stages/design.hpp>
#include <vernier/stages/resources.hpp>

namespace vernier::stages {

/// One way to unroll an operator.
struct FoldOption {
  Fold fold;
  std::int64_t interval = 0;
  Resources resources;
};
/// Every fold the operator allows.
[[nodiscard]] std::vector<FoldOption> fold_options(const Network& network, const Operator& op, const UltraRam& ultra = {});

struct Folding {
  std::vector<Fold> folds;     ///< of the network's operators
  std::int64_t interval = 0;   ///< of its slowest operator
  Resources resources;         ///< of its operators; FIFOs, converters and forks come on top
};

/// The cheapest folding whose interval is at most `interval`. Exact: given the interval, what an operator costs does not
/// depend on the others, so each takes the cheapest of its folds that is fast enough; among equals the widest stream.
/// @retval kUnsupported  an operator cannot be that fast: named, with what it reaches
[[nodiscard]] Result<Folding> fold_for_interval(const Network& network, std::int64_t interval, const Budget& budget);

/// The cheapest folding whose interval is at most `interval` and which fits the budget, resource by resource: branch and
/// bound over the folds of each operator that no other fold beats in every resource.
/// @retval kUnsupported  an operator cannot be that fast, or no folding fits: names the scarcest resource
[[nodiscard]] Result<Folding> fold_to_fit(const Network& network, std::int64_t interval, const Budget& budget);

/// The fastest folding that fits the budget: bisection over the intervals that some operator can have, each folded by
/// fold_to_fit(); what fits at one interval fits at every longer one.
/// @retval kUnsupported  even the smallest does not fit: names the resource
[[nodiscard]] Result<Folding> fold_for_budget(const Network& network, const Budget& budget);

/// An error that names the scarcest resource where the design does not fit the budget.
[[nodiscard]] Result<void> check_budget(const Resources& used, const Budget& budget, const std::string& design);

}  // namespace vernier::stages
