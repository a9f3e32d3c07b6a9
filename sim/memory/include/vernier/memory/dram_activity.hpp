// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace vernier::memory {

/// Commands a DRAM received since reset(), over all its channels.
struct DramActivity {
  unsigned channels = 0, burst_bytes = 0;
  std::uint64_t activates = 0, precharges = 0, reads = 0, writes = 0, refreshes = 0;

  DramActivity& operator+=(const DramActivity& other) {
    channels = other.channels;
    burst_bytes = other.burst_bytes;
    activates += other.activates;
    precharges += other.precharges;
    reads += other.reads;
    writes += other.writes;
    refreshes += other.refreshes;
    return *this;
  }
  friend bool operator==(const DramActivity&, const DramActivity&) = default;
};

}  // namespace vernier::memory
