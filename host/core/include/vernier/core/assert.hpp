// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace vernier {
/// Prints the broken condition and aborts. Programmer errors only; bad input is an Error.
[[noreturn]] void assertion_failed(const char* condition, const char* message, const char* file, int line);
}  // namespace vernier

/// Checked in release builds too.
#define VERNIER_ASSERT(condition, message)                                              \
  do {                                                                                  \
    if (!(condition)) ::vernier::assertion_failed(#condition, message, __FILE__, __LINE__); \
  } while (false)
