// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "../../plugin/kernel_api.h"

namespace vernier_unit {

/// A pin of the unit, stored as kernel_api.h has it: an integer of 8 to 64 bits, or words of 32.
class Pin {
 public:
  explicit Pin(std::uint32_t bits) : bits_(bits) {}
  [[nodiscard]] std::uint64_t get() const {
    std::uint64_t value = 0;
    std::memcpy(&value, data_.data(), bits_ < 64 ? storage() : 8);
    return value;
  }
  void set(std::uint64_t value) { std::memcpy(data_.data(), &value, bits_ < 64 ? storage() : 8); }
  [[nodiscard]] unsigned char* bytes() { return reinterpret_cast<unsigned char*>(data_.data()); }
  [[nodiscard]] std::uint32_t bits() const { return bits_; }
  [[nodiscard]] std::size_t size() const { return (bits_ + 7) / 8; }

 private:
  [[nodiscard]] std::size_t storage() const { return bits_ <= 8 ? 1 : bits_ <= 16 ? 2 : bits_ <= 32 ? 4 : 8; }
  alignas(8) std::array<std::uint32_t, 32> data_{};
  std::uint32_t bits_;
};

/// All pins of the unit, by name.
class Pins {
 public:
  Pin& add(const std::string& name, std::uint32_t bits, bool input) {
    names_.push_back(name);
    pins_.emplace_back(bits);
    list_.push_back({names_.back().c_str(), pins_.back().bytes(), bits, input ? 1U : 0U});
    return pins_.back();
  }
  [[nodiscard]] const std::vector<VrnKernelPort>& list() const { return list_; }

 private:
  std::deque<std::string> names_;  // neither moves what it holds
  std::deque<Pin> pins_;
  std::vector<VrnKernelPort> list_;
};

}  // namespace vernier_unit
