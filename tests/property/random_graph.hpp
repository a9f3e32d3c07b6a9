// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../unit/lower_networks.hpp"

namespace vernier::test {

/// A canonical quantised graph out of every operator that the accelerator has: random geometry, channels, groups, element
/// types, scales, zero points and clamps; branches, residual additions, values read twice, one to three outputs; one in four is a batch.
[[nodiscard]] NetworkBuilder random_graph(std::uint32_t seed);

}  // namespace vernier::test
