// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>

#include <vernier_unit/unit.hpp>

#include "memory_port.hpp"

namespace vernier_unit {

/// The addresses behind one pointer argument. The compiler announces every access (hooks.cpp); what is read comes through
/// the port before the access goes on, what is written leaves in bursts behind it. Bytes the function has written itself
/// are not fetched again.
class MemoryWindow {
 public:
  MemoryWindow(std::string name, MemoryPort& port, char* slot) : name_(std::move(name)), port_(port), slot_(slot) {}

  static constexpr std::uint64_t kSlotBytes = std::uint64_t{1} << 37;  ///< of addresses; pages come with their use

  /// Begins a run with the address the host gave; the pointer for the function.
  char* begin(std::uint64_t device);
  void access(const char* p, std::size_t bytes, bool write);
  /// What was written last leaves, too.
  void flush();
  [[nodiscard]] MemoryPort& port() { return port_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// The device's address at a place of the slot.
  [[nodiscard]] std::uint64_t device_of(const char* p) const { return device_ + static_cast<std::uint64_t>(p - pointer_); }

 private:
  /// Neighbouring lines read one behind another.
  struct Walk {
    std::uint64_t requested = 0, arrived = 0;  ///< ends, in lines: asked for, there
    std::uint64_t first = 0, at = 0, used = 0, last_use = 0;
    std::uint64_t serial = 0;
  };
  struct Arrival;
  void need(std::uint64_t line);
  Walk& walk_to(std::uint64_t line);
  void ask(Walk& walk, std::uint64_t line, std::uint64_t lines);
  void fill(std::uint64_t line, const Line& data);
  void note_written(std::uint64_t device, std::size_t bytes);
  [[nodiscard]] char* place(std::uint64_t device) const { return pointer_ + static_cast<std::int64_t>(device - device_); }

  std::string name_;
  MemoryPort& port_;
  char* slot_;
  char* pointer_ = nullptr;
  std::uint64_t device_ = 0;
  char *lowest_ = nullptr, *highest_ = nullptr;  // touched since begin()
  std::array<Walk, 4> walks_{};
  std::uint64_t serial_ = 0, guess_ = kBurstLines, uses_ = 0;
  std::uint64_t dirty_begin_ = 0, dirty_end_ = 0, written_line_ = ~std::uint64_t{0};
  std::unordered_map<std::uint64_t, std::uint64_t> written_;  // by line, a bit a byte
};

}  // namespace vernier_unit
