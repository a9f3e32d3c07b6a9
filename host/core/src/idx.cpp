// SPDX-License-Identifier: Apache-2.0
// IDX: 00 00 type rank, rank big-endian 32-bit extents, then the elements, big-endian. zlib reads plain files as well.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include <vernier/core/dataset.hpp>

namespace vernier {
namespace {

constexpr std::int64_t kLargestFile = std::int64_t{1} << 30;

std::optional<DType> type_of(unsigned char code) {
  switch (code) {
    case 0x08: return DType::kUint8;
    case 0x09: return DType::kInt8;
    case 0x0B: return DType::kInt16;
    case 0x0C: return DType::kInt32;
    case 0x0D: return DType::kFloat32;
    case 0x0E: return DType::kFloat64;
    default: return std::nullopt;
  }
}

bool read_exactly(gzFile file, std::span<std::byte> to) {
  while (!to.empty()) {
    const auto n = gzread(file, to.data(), static_cast<unsigned>(std::min<std::size_t>(to.size(), 1U << 20)));
    if (n <= 0) return false;
    to = to.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

Result<Tensor> read_idx(const std::filesystem::path& file) {
  const auto bad = [&file](std::string what) { return fail(ErrorCode::kInvalidInput, std::move(what), file.string()); };
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> stream(gzopen(file.c_str(), "rb"), gzclose);
  if (!stream) return fail(ErrorCode::kIo, "cannot be read", file.string());
  std::array<std::byte, 4> magic{};
  if (!read_exactly(stream.get(), magic)) return bad("is truncated inside the IDX header");
  const auto type = type_of(static_cast<unsigned char>(magic[2]));
  if (magic[0] != std::byte{0} || magic[1] != std::byte{0} || !type) return bad("is not an IDX file");
  Shape shape;
  std::int64_t bytes = static_cast<std::int64_t>(size_of(*type));
  for (unsigned rank = std::to_integer<unsigned>(magic[3]); rank > 0; --rank) {
    std::array<std::byte, 4> extent{};
    if (!read_exactly(stream.get(), extent)) return bad("is truncated inside the IDX header");
    std::int64_t n = 0;
    for (const auto b : extent) n = n << 8 | std::to_integer<std::int64_t>(b);
    shape.push_back(n);
    if (n != 0 && bytes > kLargestFile / n) return bad(fmt::format("claims more than {} bytes", kLargestFile));
    bytes *= n;
  }
  Tensor tensor(*type, shape);
  if (!read_exactly(stream.get(), tensor.bytes())) return bad(fmt::format("ends before the {} bytes of shape {}", tensor.bytes().size(), to_string(shape)));
  std::array<std::byte, 1> rest{};
  if (read_exactly(stream.get(), rest)) return bad(fmt::format("goes on after the {} bytes of shape {}", tensor.bytes().size(), to_string(shape)));
  const auto size = static_cast<std::ptrdiff_t>(size_of(*type));
  const auto all = tensor.bytes();
  for (auto at = all.begin(); size > 1 && at != all.end(); at += size) std::reverse(at, at + size);
  return tensor;
}

}  // namespace vernier
