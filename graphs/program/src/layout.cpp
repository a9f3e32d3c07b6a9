// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstring>
#include <vernier/core/assert.hpp>
#include <vernier/program/program.hpp>

namespace vernier::program {
namespace {

/// Calls visit(element index, region byte) for every element, in row-major order of (image, channel, y, x).
template <class Visit>
void for_each_element(const Layout& l, Visit visit) {
  std::size_t element = 0;
  for (std::int64_t n = 0; n < l.images; ++n) {
    for (std::int64_t c = 0; c < l.channels; ++c) {
      const std::int64_t plane = l.offset + (c / l.block) * l.block_stride + n * l.image_height() * l.row_pitch + c % l.block;
      for (std::int64_t y = 0; y < l.image_height(); ++y) {
        for (std::int64_t x = 0; x < l.width; ++x) {
          visit(element++, static_cast<std::size_t>(plane + y * l.row_pitch + x * l.pixel_pitch));
        }
      }
    }
  }
}

std::uint8_t flip_of(DType type) {
  VERNIER_ASSERT(type == DType::kInt8 || type == DType::kUint8, "bindings are int8 or uint8");
  return type == DType::kUint8 ? 0x80 : 0x00;  // u - 128 as int8 is u with its top bit inverted
}

}  // namespace

Layout layout_for(std::int64_t channels, std::int64_t height, std::int64_t width, const Target& target, Pixels pixels, std::int64_t images) {
  const std::int64_t block = target.block();
  Layout l{.channels = channels, .height = images * height, .width = width, .block = block, .images = images};
  l.pixel_pitch = block;
  if (channels < block && pixels == Pixels::kPacked) {
    const auto rounded = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(channels)));
    l.pixel_pitch = rounded > target.rows && channels <= target.rows ? channels : std::min(rounded, block);
  }
  const std::int64_t blocks = (channels + block - 1) / block;
  l.row_pitch = width * l.pixel_pitch;
  const std::int64_t plane = l.height * l.row_pitch;
  const bool single = l.height == 1 && width == 1;
  l.block_stride = single ? block : (plane + 63) / 64 * 64;
  l.bytes = single ? (blocks - 1) * block + l.pixel_pitch : blocks * l.block_stride;
  return l;
}

void pack(const Binding& binding, const Tensor& tensor, std::span<std::byte> region) {
  const auto& l = binding.layout;
  VERNIER_ASSERT(tensor.type() == binding.type, "tensor of another type than its binding");
  VERNIER_ASSERT(tensor.size() == l.channels * l.height * l.width, "tensor of another size than its binding");
  VERNIER_ASSERT(l.offset + l.bytes <= static_cast<std::int64_t>(region.size()), "region is too small for the binding");
  std::memset(region.data() + l.offset, binding.fill, static_cast<std::size_t>(l.bytes));
  const std::byte flip{flip_of(binding.type)};
  const auto source = tensor.bytes();
  for_each_element(l, [&](std::size_t element, std::size_t at) { region[at] = source[element] ^ flip; });
}

Tensor unpack(const Binding& binding, std::span<const std::byte> region) {
  const auto& l = binding.layout;
  VERNIER_ASSERT(l.offset + l.bytes <= static_cast<std::int64_t>(region.size()), "region is too small for the binding");
  Tensor tensor(binding.type, binding.shape);
  VERNIER_ASSERT(tensor.size() == l.channels * l.height * l.width, "binding's shape and layout differ");
  const std::byte flip{flip_of(binding.type)};
  const auto destination = tensor.bytes();
  for_each_element(l, [&](std::size_t element, std::size_t at) { destination[element] = region[at] ^ flip; });
  return tensor;
}

}  // namespace vernier::program
