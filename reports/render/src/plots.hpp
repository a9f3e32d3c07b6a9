// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "experiment.hpp"

namespace vernier::render {

/// A Vega-Lite specification with its data, and what it shows in words for those who cannot see it.
struct Plot {
  std::string caption, alt;
  nlohmann::json spec;
  std::string note;  ///< what was left out, if anything
};

/// Cycles, utilisation and energy of every layer, coloured by what bounds it; ticks are the other rulers.
[[nodiscard]] std::optional<Plot> layer_plot(Records records, const TargetGroup& group);
/// Difference of every ruler from the reference, layer by layer.
[[nodiscard]] std::optional<Plot> deviation_plot(Records records, const TargetGroup& group);
/// Operations a byte against operations a second under the target's roof.
[[nodiscard]] std::optional<Plot> roofline_plot(Records records, const TargetGroup& group);
/// Share of a scenario's queries against their latency, a curve a ruler.
[[nodiscard]] std::optional<Plot> distribution_plot(Records records, const Experiment& experiment);
/// Server: median and p99 of the latency against the rate.
[[nodiscard]] std::optional<Plot> load_plot(Records records, const Experiment& experiment);
/// Samples a joule of every scenario, coloured by source and scope of the power.
[[nodiscard]] std::optional<Plot> efficiency_plot(Records records, const Experiment& experiment);
/// Energy by unit and kind.
[[nodiscard]] std::optional<Plot> energy_plot(Records records, std::size_t record);

}  // namespace vernier::render
