// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace vernier::scenarios {

/// The engine LoadGen draws everything from. Only the low 32 bits of its 64-bit seeds matter.
using Engine = std::mt19937;

[[nodiscard]] inline Engine engine_of(std::uint64_t seed) { return Engine(static_cast<Engine::result_type>(seed)); }

// The standard fixes the engine but leaves the distributions to the library. What follows draws what libstdc++ (GCC 11
// and later) draws, bit for bit, so that a run has the same samples and the same schedule with every standard library.

/// Uniform on [0, range), 1 <= range < 2^32: multiply and reject (Lemire).
[[nodiscard]] inline std::uint32_t uniform_below(Engine& engine, std::uint32_t range) {
  std::uint64_t product = std::uint64_t{engine()} * range;
  auto low = static_cast<std::uint32_t>(product);
  if (low < range) {
    const std::uint32_t threshold = (0u - range) % range;
    while (low < threshold) {
      product = std::uint64_t{engine()} * range;
      low = static_cast<std::uint32_t>(product);
    }
  }
  return static_cast<std::uint32_t>(product >> 32);
}

/// Uniform on [0, 1): two draws, the low word first.
[[nodiscard]] inline double canonical(Engine& engine) {
  const double low = static_cast<double>(engine());
  const double high = static_cast<double>(engine());
  const double u = (low + high * 4294967296.0) * 0x1p-64;
  return u < 1.0 ? u : std::nextafter(1.0, 0.0);
}

/// Exponential with the given rate, by inversion.
[[nodiscard]] inline double exponential(Engine& engine, double rate) { return -std::log(1.0 - canonical(engine)) / rate; }

/// Fisher-Yates. Up to 65535 elements two positions come from one draw, as libstdc++ does it.
template <class T>
void shuffle(std::vector<T>& v, std::size_t first, std::size_t last, Engine& engine) {
  const std::size_t n = last - first;
  if (n < 2) return;
  const auto at = [&](std::size_t i) -> T& { return v[first + i]; };
  if (0xFFFFFFFFu / n < n) {
    for (std::size_t i = 1; i < n; ++i) std::swap(at(i), at(uniform_below(engine, static_cast<std::uint32_t>(i + 1))));
    return;
  }
  std::size_t i = 1;
  if (n % 2 == 0) std::swap(at(i++), at(uniform_below(engine, 2)));
  for (; i < n; i += 2) {
    const auto span = static_cast<std::uint32_t>(i + 1);
    const std::uint32_t both = uniform_below(engine, span * (span + 1));
    std::swap(at(i), at(both / (span + 1)));
    std::swap(at(i + 1), at(both % (span + 1)));
  }
}

template <class T>
void shuffle(std::vector<T>& v, Engine& engine) {
  shuffle(v, 0, v.size(), engine);
}

}  // namespace vernier::scenarios
