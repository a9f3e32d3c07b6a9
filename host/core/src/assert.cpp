// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/assert.hpp>

#include <cstdio>
#include <cstdlib>

namespace vernier {

void assertion_failed(const char* condition, const char* message, const char* file, int line) {
  std::fprintf(stderr, "vernier: internal error: %s (%s) at %s:%d\n", message, condition, file, line);
  std::abort();
}

}  // namespace vernier
