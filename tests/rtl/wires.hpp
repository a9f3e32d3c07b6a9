// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace vernier::test {

/// The bytes of a port of any width, byte 0 holding bits 7:0 (Verilator keeps ports little-endian
/// on the hosts we run on).
template <class Port>
[[nodiscard]] std::span<std::uint8_t> bytes_of(Port& port) {
  return {reinterpret_cast<std::uint8_t*>(&port), sizeof(port)};
}

/// One clock cycle. Inputs are set before it; outputs that depend on them combinationally are read
/// after eval().
template <class Dut>
void clock(Dut& dut) {
  dut.clk_i = 0;
  dut.eval();
  dut.clk_i = 1;
  dut.eval();
}

template <class Dut>
void reset(Dut& dut) {
  dut.rst_ni = 0;
  clock(dut);
  clock(dut);
  dut.rst_ni = 1;
}

/// Seeded source of stimuli.
class Stimulus {
 public:
  explicit Stimulus(std::uint32_t seed) : random_(seed) {}
  [[nodiscard]] bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }
  [[nodiscard]] std::uint32_t below(std::uint32_t limit) {
    return static_cast<std::uint32_t>(random_() % limit);
  }
  [[nodiscard]] int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::uint32_t>(high - low + 1)));
  }
  void fill(std::span<std::uint8_t> bytes) {
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random_());
  }

 private:
  std::mt19937 random_;
};

}  // namespace vernier::test
