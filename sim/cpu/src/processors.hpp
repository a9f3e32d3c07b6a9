// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

#include <vector>

namespace vernier::cpu {

/// The first `count` logical processors this process may use; fewer where there are fewer.
[[nodiscard]] std::vector<int> usable_processors(int count);

/// Pins the calling thread.
[[nodiscard]] bool pin_to(int processor);

/// Puts the calling thread's processors back at the end of a scope.
class PinGuard {
 public:
  PinGuard() { known_ = ::sched_getaffinity(0, sizeof before_, &before_) == 0; }
  ~PinGuard() {
    if (known_) (void)::sched_setaffinity(0, sizeof before_, &before_);
  }
  PinGuard(const PinGuard&) = delete;
  PinGuard& operator=(const PinGuard&) = delete;

 private:
  cpu_set_t before_{};
  bool known_ = false;
};

}  // namespace vernier::cpu
