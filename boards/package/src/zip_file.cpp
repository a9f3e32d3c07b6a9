// SPDX-License-Identifier: Apache-2.0
#include "zip_file.hpp"

#include <zlib.h>

#include "byte_order.hpp"

namespace vernier::package {
namespace {

constexpr std::uint32_t kLocalMagic = 0x04034b50, kCentralMagic = 0x02014b50, kEndMagic = 0x06054b50;
constexpr std::uint16_t kVersion = 10, kStored = 0, kMidnight = 0;
constexpr std::uint16_t kFirstDay = 0x21;                                // 1980-01-01: the same files give the same archive
constexpr std::uint16_t kMadeOnUnix = 3 << 8;
constexpr std::uint32_t kExecutable = std::uint32_t{0100755} << 16;      // mode bits of unix archives

void append(std::vector<std::byte>& out, std::span<const std::byte> bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

}  // namespace

void ZipFile::add(const std::string& name, std::span<const std::byte> content) {
  const auto crc = static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()));
  const auto size = static_cast<std::uint32_t>(content.size());
  const auto offset = static_cast<std::uint32_t>(bytes_.size());
  const auto name_bytes = std::as_bytes(std::span(name));
  const auto common = [&](std::vector<std::byte>& out) {
    put<std::uint16_t>(out, kVersion);
    put<std::uint16_t>(out, 0);  // flags
    put<std::uint16_t>(out, kStored);
    put<std::uint16_t>(out, kMidnight);
    put<std::uint16_t>(out, kFirstDay);
    put<std::uint32_t>(out, crc);
    put<std::uint32_t>(out, size);  // stored
    put<std::uint32_t>(out, size);
    put<std::uint16_t>(out, static_cast<std::uint16_t>(name.size()));
    put<std::uint16_t>(out, 0);  // extra field
  };
  put(bytes_, kLocalMagic);
  common(bytes_);
  append(bytes_, name_bytes);
  append(bytes_, content);

  put(directory_, kCentralMagic);
  put<std::uint16_t>(directory_, kMadeOnUnix | kVersion);
  common(directory_);
  put<std::uint16_t>(directory_, 0);  // comment
  put<std::uint16_t>(directory_, 0);  // disk
  put<std::uint16_t>(directory_, 0);  // internal attributes
  put<std::uint32_t>(directory_, kExecutable);
  put<std::uint32_t>(directory_, offset);
  append(directory_, name_bytes);
  ++files_;
}

std::vector<std::byte> ZipFile::finish() {
  const auto start = static_cast<std::uint32_t>(bytes_.size());
  append(bytes_, directory_);
  put(bytes_, kEndMagic);
  put<std::uint16_t>(bytes_, 0);
  put<std::uint16_t>(bytes_, 0);
  put<std::uint16_t>(bytes_, files_);
  put<std::uint16_t>(bytes_, files_);
  put<std::uint32_t>(bytes_, static_cast<std::uint32_t>(directory_.size()));
  put<std::uint32_t>(bytes_, start);
  put<std::uint16_t>(bytes_, 0);
  return std::move(bytes_);
}

}  // namespace vernier::package
