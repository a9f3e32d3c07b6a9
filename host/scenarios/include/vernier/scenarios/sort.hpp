// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace vernier::scenarios {

/// Ascending. Long inputs are sorted by radix over the range that they span: latencies of millions of queries take
/// nanoseconds each.
void sort_latencies(std::vector<std::int64_t>& values);

}  // namespace vernier::scenarios
