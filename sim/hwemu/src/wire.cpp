// SPDX-License-Identifier: Apache-2.0
#include <vernier/hwemu/wire.hpp>

#include <cstring>

namespace vernier::hwemu {
namespace {
enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };
}

std::optional<std::uint64_t> WireReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = std::to_integer<std::uint64_t>(rest_.front());
    rest_ = rest_.subspan(1);
    value |= (byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  bad_ = true;
  return std::nullopt;
}

std::optional<std::uint64_t> WireReader::fixed(std::size_t size) {
  if (rest_.size() < size) {
    bad_ = true;
    return std::nullopt;
  }
  std::uint64_t value = 0;
  std::memcpy(&value, rest_.data(), size);
  rest_ = rest_.subspan(size);
  return value;
}

std::optional<WireField> WireReader::next() {
  if (rest_.empty() || bad_) return std::nullopt;
  const auto key = varint();
  if (!key) return std::nullopt;
  WireField field;
  field.number = static_cast<std::uint32_t>(*key >> 3);
  std::optional<std::uint64_t> value;
  switch (*key & 7) {
    case kVarint: value = varint(); break;
    case kFixed64: value = fixed(8); break;
    case kFixed32: value = fixed(4); break;
    case kBytes:
      value = varint();
      if (value && *value <= rest_.size()) {
        field.bytes = rest_.first(*value);
        rest_ = rest_.subspan(*value);
      } else {
        value.reset();
      }
      break;
    default: break;
  }
  if (!value || field.number == 0) {
    bad_ = true;
    return std::nullopt;
  }
  field.value = *value;
  return field;
}

void WireWriter::raw(std::uint64_t value) {
  while (value >= 0x80) {
    out_.push_back(static_cast<std::byte>(value | 0x80));
    value >>= 7;
  }
  out_.push_back(static_cast<std::byte>(value));
}

void WireWriter::varint(std::uint32_t number, std::uint64_t value) {
  raw(std::uint64_t{number} << 3 | kVarint);
  raw(value);
}

void WireWriter::fixed32(std::uint32_t number, std::uint32_t value) {
  raw(std::uint64_t{number} << 3 | kFixed32);
  const auto* bytes = reinterpret_cast<const std::byte*>(&value);
  out_.insert(out_.end(), bytes, bytes + sizeof value);
}

void WireWriter::fixed64(std::uint32_t number, std::uint64_t value) {
  raw(std::uint64_t{number} << 3 | kFixed64);
  const auto* bytes = reinterpret_cast<const std::byte*>(&value);
  out_.insert(out_.end(), bytes, bytes + sizeof value);
}

void WireWriter::text(std::uint32_t number, std::string_view value) {
  const auto room = bytes(number, value.size());
  if (!value.empty()) std::memcpy(room.data(), value.data(), value.size());
}

std::span<std::byte> WireWriter::bytes(std::uint32_t number, std::size_t size) {
  raw(std::uint64_t{number} << 3 | kBytes);
  raw(size);
  out_.resize(out_.size() + size);
  return std::span(out_).last(size);
}

}  // namespace vernier::hwemu
