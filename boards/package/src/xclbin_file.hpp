// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "layout.hpp"

namespace vernier::package {

/// The container XRT loads, for hardware emulation: the simulation archive as its bitstream, metadata, memory topology,
/// connectivity, kernel instances, clocks. Its UUID is taken from the content.
[[nodiscard]] std::vector<std::byte> xclbin_bytes(const Layout& layout, const std::vector<std::byte>& simulation);

}  // namespace vernier::package
