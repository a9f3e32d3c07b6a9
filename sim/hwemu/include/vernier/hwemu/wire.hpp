// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace vernier::hwemu {

/// One field of a Protocol Buffers message: a number (varint, fixed32, fixed64) or bytes.
struct WireField {
  std::uint32_t number = 0;
  std::uint64_t value = 0;
  std::span<const std::byte> bytes;
};

/// Reads a message field by field; a malformed one ends with bad().
class WireReader {
 public:
  explicit WireReader(std::span<const std::byte> message) : rest_(message) {}
  [[nodiscard]] std::optional<WireField> next();
  [[nodiscard]] bool bad() const { return bad_; }

 private:
  [[nodiscard]] std::optional<std::uint64_t> varint();
  [[nodiscard]] std::optional<std::uint64_t> fixed(std::size_t size);
  std::span<const std::byte> rest_;
  bool bad_ = false;
};

/// Appends fields to a buffer that keeps its capacity between messages.
class WireWriter {
 public:
  explicit WireWriter(std::vector<std::byte>& out) : out_(out) {}
  void varint(std::uint32_t number, std::uint64_t value);
  void fixed32(std::uint32_t number, std::uint32_t value);
  void fixed64(std::uint32_t number, std::uint64_t value);
  void text(std::uint32_t number, std::string_view value);
  /// A bytes field of `size` bytes for the caller to fill; valid until the next call.
  [[nodiscard]] std::span<std::byte> bytes(std::uint32_t number, std::size_t size);

 private:
  void raw(std::uint64_t value);
  std::vector<std::byte>& out_;
};

}  // namespace vernier::hwemu
