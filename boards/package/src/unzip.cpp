// SPDX-License-Identifier: Apache-2.0
#include "unzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <vernier/core/files.hpp>

namespace vernier::package {
namespace {

namespace fs = std::filesystem;
using Bytes = std::span<const std::byte>;

constexpr std::uint32_t kLocalMagic = 0x04034b50, kCentralMagic = 0x02014b50, kEndMagic = 0x06054b50;
constexpr std::size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kLongestComment = 65535;
constexpr std::uint16_t kStored = 0, kDeflated = 8;
constexpr std::uint64_t kLargestFile = std::uint64_t{256} << 20;

std::uint32_t number(Bytes bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, size);
  return value;
}

/// Where the end record begins: it stands last, before a comment.
std::optional<std::size_t> end_record(Bytes archive) {
  for (std::size_t back = kEndBytes; back <= std::min(archive.size(), kEndBytes + kLongestComment); ++back) {
    if (number(archive, archive.size() - back, 4) == kEndMagic) return archive.size() - back;
  }
  return std::nullopt;
}

std::optional<std::vector<std::byte>> inflate_all(Bytes packed, std::size_t size) {
  std::vector<std::byte> out(size);
  z_stream stream{};
  if (::inflateInit2(&stream, -MAX_WBITS) != Z_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = ::inflate(&stream, Z_FINISH);
  const bool whole = status == Z_STREAM_END && stream.total_out == size;
  ::inflateEnd(&stream);
  if (!whole) return std::nullopt;
  return out;
}

struct Entry {
  std::string name;
  std::uint16_t method = 0;
  std::uint32_t crc = 0, packed = 0, size = 0, offset = 0;
};

Result<std::vector<std::byte>> content_of(Bytes archive, const Entry& entry, const std::string& where) {
  const auto damaged = [&](const char* what) { return fail(ErrorCode::kInvalidInput, fmt::format("entry {} {}", entry.name, what), where); };
  if (entry.size > kLargestFile) return damaged("is larger than 256 MiB");
  if (entry.offset + kLocalBytes > archive.size() || number(archive, entry.offset, 4) != kLocalMagic) return damaged("has no header");
  const std::size_t begin = entry.offset + kLocalBytes + number(archive, entry.offset + 26, 2) + number(archive, entry.offset + 28, 2);
  if (begin > archive.size() || entry.packed > archive.size() - begin) return damaged("is cut off");
  const Bytes packed = archive.subspan(begin, entry.packed);
  std::optional<std::vector<std::byte>> content;
  if (entry.method == kStored && entry.packed == entry.size) content.emplace(packed.begin(), packed.end());
  else if (entry.method == kDeflated) content = inflate_all(packed, entry.size);
  else return damaged("is packed by a method other than stored and deflated");
  if (!content) return damaged("does not unpack");
  if (::crc32_z(0, reinterpret_cast<const Bytef*>(content->data()), content->size()) != entry.crc) return damaged("has a wrong checksum");
  return std::move(*content);
}

bool stays_inside(const fs::path& name) {
  return !name.is_absolute() && std::ranges::none_of(name, [](const fs::path& part) { return part == ".."; });
}

}  // namespace

Result<void> unzip(const fs::path& file, const fs::path& into) {
  const auto bytes = read_bytes(file);
  if (!bytes) return forward_error(bytes);
  const Bytes archive(*bytes);
  const auto end = archive.size() < kEndBytes ? std::nullopt : end_record(archive);
  if (!end) return fail(ErrorCode::kInvalidInput, "is no zip archive", file.string());
  const std::uint32_t count = number(archive, *end + 10, 2);
  std::size_t at = number(archive, *end + 16, 4);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (at + kCentralBytes > archive.size() || number(archive, at, 4) != kCentralMagic) return fail(ErrorCode::kInvalidInput, "its directory is damaged", file.string());
    const std::size_t name_bytes = number(archive, at + 28, 2);
    if (at + kCentralBytes + name_bytes > archive.size()) return fail(ErrorCode::kInvalidInput, "its directory is damaged", file.string());
    Entry entry;
    entry.name.assign(reinterpret_cast<const char*>(archive.data()) + at + kCentralBytes, name_bytes);
    entry.method = static_cast<std::uint16_t>(number(archive, at + 10, 2));
    entry.crc = number(archive, at + 16, 4);
    entry.packed = number(archive, at + 20, 4);
    entry.size = number(archive, at + 24, 4);
    entry.offset = number(archive, at + 42, 4);
    at += kCentralBytes + name_bytes + number(archive, at + 30, 2) + number(archive, at + 32, 2);
    if (!stays_inside(entry.name)) return fail(ErrorCode::kInvalidInput, fmt::format("entry {} leaves the folder", entry.name), file.string());
    std::error_code ec;
    if (entry.name.ends_with("/")) {
      fs::create_directories(into / entry.name, ec);
      continue;
    }
    const auto content = content_of(archive, entry, file.string());
    if (!content) return forward_error(content);
    fs::create_directories((into / entry.name).parent_path(), ec);
    if (auto r = write_atomically(into / entry.name, std::string_view(reinterpret_cast<const char*>(content->data()), content->size())); !r) return r;
  }
  return {};
}

}  // namespace vernier::package
