// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace vernier::render {

/// A ruler's difference from the reference, in shares of the reference.
struct Reading {
  std::string label;
  double share = 0;
};

/// Inline SVG of a main scale in per cent with one vernier slide a reading: where a slide's zero stands is what it
/// reads.
[[nodiscard]] std::string scale_svg(const std::string& reference, const std::vector<Reading>& readings);

}  // namespace vernier::render
