// SPDX-License-Identifier: Apache-2.0
#include "processors.hpp"

#include <cstddef>

#include <vernier/cpu/device.hpp>

namespace vernier::cpu {

std::vector<int> usable_processors(int count) {
  cpu_set_t set;
  std::vector<int> found;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return found;
  for (int cpu = 0; cpu < CPU_SETSIZE && static_cast<int>(found.size()) < count; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) found.push_back(cpu);
  }
  return found;
}

int usable_processors() { return static_cast<int>(usable_processors(CPU_SETSIZE).size()); }

bool pin_to(int processor) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(processor), &one);
  return ::sched_setaffinity(0, sizeof one, &one) == 0;
}

}  // namespace vernier::cpu
