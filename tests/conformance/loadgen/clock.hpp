// SPDX-License-Identifier: Apache-2.0
// LoadGen reads one clock, statically, and sleeps with nanosleep. The linker's --wrap puts these two under our control:
// then LoadGen itself runs in virtual time, or its readings of the real clock are recorded.
#pragma once

#include <cstdint>
#include <vector>

namespace vernier::conformance {

/// Until destroyed, LoadGen's clock stands still but for set() and sleeping.
class VirtualClock {
 public:
  explicit VirtualClock(std::int64_t start_ns);
  ~VirtualClock();
  VirtualClock(const VirtualClock&) = delete;
  VirtualClock& operator=(const VirtualClock&) = delete;
  void set(std::int64_t ns);
  [[nodiscard]] std::int64_t now() const;
};

/// Until destroyed, the readings that this thread takes of the real clock are kept.
class ClockRecorder {
 public:
  ClockRecorder();
  ~ClockRecorder();
  ClockRecorder(const ClockRecorder&) = delete;
  ClockRecorder& operator=(const ClockRecorder&) = delete;
  [[nodiscard]] const std::vector<std::int64_t>& readings() const { return readings_; }

 private:
  std::vector<std::int64_t> readings_;
};

}  // namespace vernier::conformance
