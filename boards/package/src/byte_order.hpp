// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <vector>

namespace vernier::package {

/// Appends an integer, little-endian.
template <std::integral T>
void put(std::vector<std::byte>& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<std::byte>(static_cast<std::make_unsigned_t<T>>(value) >> 8 * i & 0xFF));
}

/// Appends text cut or filled with zeros to `size` bytes, the last one always zero.
inline void put_text(std::vector<std::byte>& out, std::string_view text, std::size_t size) {
  const auto begin = out.size();
  out.resize(begin + size);
  std::memcpy(out.data() + begin, text.data(), std::min(text.size(), size - 1));
}

}  // namespace vernier::package
