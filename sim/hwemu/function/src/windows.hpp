// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace vernier_unit {

/// From now on accesses to these addresses are announced to touch().
void watch(char* begin, std::size_t bytes);
/// An access of the kernel to the watched addresses, `offset` from their begin.
void touch(std::size_t offset, const char* p, std::size_t bytes, bool write);

/// A line on the host's console and in the simulator's log instead of a bare signal, from now on.
void report_crashes(const char* unit);
/// Where in the windows an address lies, or null: for report_crashes(). The text lives until the next call.
const char* describe_address(const void* p);

}  // namespace vernier_unit
