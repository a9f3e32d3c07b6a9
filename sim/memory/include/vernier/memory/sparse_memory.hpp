// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>

#include <vernier/memory/axi.hpp>

namespace vernier::memory {

/// A 64-bit byte address space whose pages exist once written; what was never written reads as zero.
class SparseMemory {
 public:
  static constexpr std::uint64_t kPageBytes = 65536;

  void read(std::uint64_t address, std::span<std::byte> out) const;
  void write(std::uint64_t address, std::span<const std::byte> bytes);
  /// One aligned 64-byte word; the low six address bits are ignored.
  void read_beat(std::uint64_t address, Beat& out) const;
  void write_beat(std::uint64_t address, const Beat& data, std::uint64_t strobe);

  void clear();
  [[nodiscard]] std::uint64_t resident_bytes() const { return pages_.size() * kPageBytes; }

 private:
  using Page = std::array<std::byte, kPageBytes>;
  struct Recent {
    std::uint64_t number = ~std::uint64_t{0};
    Page* page = nullptr;
  };
  [[nodiscard]] Page* find(std::uint64_t number) const;
  [[nodiscard]] Page& make(std::uint64_t number);

  std::unordered_map<std::uint64_t, std::unique_ptr<Page>> pages_;
  mutable std::array<Recent, 16> recent_{};  // a stream stays on its page for a thousand beats
};

}  // namespace vernier::memory
