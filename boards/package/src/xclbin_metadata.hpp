// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "layout.hpp"

namespace vernier::package {

/// The shared object of a kernel, among the simulation files.
struct SimulationModel {
  std::string file, sha256;
  bool function = false;  ///< of C++: time is estimated
};

/// Frequency of the first second clock of a unit, 0 without any.
[[nodiscard]] double second_clock_hz(const Layout& layout);
/// Section EMBEDDED_METADATA: kernels, arguments and instances as XML.
[[nodiscard]] std::string embedded_metadata(const Layout& layout);
/// emconfig.json: the emulated device XRT enumerates.
[[nodiscard]] std::string emulation_config(const Board& board);
/// vernier.json: the card as vernier-hwemu brings it up; `models` holds one a kernel.
[[nodiscard]] std::string simulation_description(const Layout& layout, const std::vector<SimulationModel>& models, const std::string& memory);

}  // namespace vernier::package
