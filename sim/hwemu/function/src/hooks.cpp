// SPDX-License-Identifier: Apache-2.0
// The kernel's source is compiled with -fsanitize=thread, which makes the compiler announce every access to memory that
// others could see. The library of that sanitizer is not linked: its entry points are ours and serve the windows.
#include <cstdint>
#include <cstring>

#include "windows.hpp"

namespace {

char* g_begin = nullptr;
std::size_t g_bytes = 0;

inline void announce(const void* p, std::size_t bytes, bool write) {
  const auto offset = static_cast<std::size_t>(static_cast<const char*>(p) - g_begin);
  if (offset < g_bytes && bytes > 0) vernier_unit::touch(offset, static_cast<const char*>(p), bytes, write);
}

}  // namespace

namespace vernier_unit {
void watch(char* begin, std::size_t bytes) {
  g_begin = begin;
  g_bytes = bytes;
}
}  // namespace vernier_unit

#define ACCESS(name, bytes, write) \
  void name(void* p) { announce(p, bytes, write); }
#define SIZES(bytes)                                                                                        \
  ACCESS(__tsan_read##bytes, bytes, false)                                                                  \
  ACCESS(__tsan_write##bytes, bytes, true)                                                                  \
  ACCESS(__tsan_unaligned_read##bytes, bytes, false)                                                        \
  ACCESS(__tsan_unaligned_write##bytes, bytes, true)                                                        \
  ACCESS(__tsan_volatile_read##bytes, bytes, false)                                                         \
  ACCESS(__tsan_volatile_write##bytes, bytes, true)

extern "C" {
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}
SIZES(1)
SIZES(2)
SIZES(4)
SIZES(8)
SIZES(16)
void __tsan_read_range(void* p, std::size_t bytes) { announce(p, bytes, false); }
void __tsan_write_range(void* p, std::size_t bytes) { announce(p, bytes, true); }

// The library's own code announces nothing.
__attribute__((visibility("hidden"))) void* vernier_unit_memmove(void* to, const void* from, std::size_t bytes) {
  announce(from, bytes, false);
  announce(to, bytes, true);
  std::memmove(to, from, bytes);
  return to;
}
__attribute__((visibility("hidden"))) void* vernier_unit_memset(void* to, int value, std::size_t bytes) {
  announce(to, bytes, true);
  std::memset(to, value, bytes);
  return to;
}
__attribute__((visibility("hidden"))) int vernier_unit_memcmp(const void* a, const void* b, std::size_t bytes) {
  announce(a, bytes, false);
  announce(b, bytes, false);
  return std::memcmp(a, b, bytes);
}
}
