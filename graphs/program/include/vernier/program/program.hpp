// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>
#include <vernier/program/target.hpp>
#include <vernier/spec/npu.hpp>

namespace vernier::program {

enum class Region : std::uint8_t { kConstants = 0, kInput = 1, kOutput = 2, kScratch = 3 };

/// Where and how a tensor lies in memory or in the activation buffer: [channel block][y][x][channel].
/// Byte of (c, y, x) = offset + (c / block) * block_stride + y * row_pitch + x * pixel_pitch + c % block.
/// The images of a batch lie one below the other: `height` counts the rows of all of them.
struct Layout {
  std::int64_t offset = 0;
  std::int64_t channels = 0, height = 0, width = 0;
  std::int64_t block = 0;         ///< channels a block
  std::int64_t pixel_pitch = 0;   ///< bytes; block, or less for a tensor of fewer channels
  std::int64_t row_pitch = 0;
  std::int64_t block_stride = 0;
  std::int64_t bytes = 0;         ///< whole tensor
  std::int64_t images = 1;
  [[nodiscard]] std::int64_t image_height() const { return height / images; }
  friend bool operator==(const Layout&, const Layout&) = default;
};

/// The one layout of a c x h x w image, or of several, on a target: blocks of Target::block() channels; fewer channels lie at a pitch
/// of the next power of two, so that neighbouring pixels fold into one vector; a plane is padded to 64 bytes, a
/// 1 x 1 image is not padded, so that its channels lie in one line.
/// Where the depthwise unit reads it, pixels are a block apart whatever the channels.
enum class Pixels : std::uint8_t { kPacked, kWholeBlock };
[[nodiscard]] Layout layout_for(std::int64_t channels, std::int64_t height, std::int64_t width, const Target& target, Pixels pixels = Pixels::kPacked,
                                std::int64_t images = 1);

/// A tensor that crosses the boundary between host and accelerator.
struct Binding {
  std::string name;     ///< graph value
  Region region = Region::kInput;
  Layout layout;
  DType type = DType::kInt8;  ///< int8 as it is, uint8 stored minus 128
  Shape shape;          ///< the host's shape, [N, C, H, W] or [N, C]
  std::int8_t fill = 0; ///< value of unused lanes
};

/// What one graph operator became: for reports, per-layer cycles and activity.
struct Layer {
  std::string name;
  std::string op;
  std::int64_t macs = 0;            ///< useful multiply-accumulates
  std::vector<std::string> fused;   ///< names of operators that run inside this layer
};

/// A tensor that lies in the activation buffer as a whole; layout.offset is its address.
struct Resident {
  std::string name;   ///< graph value
  Layout layout;
};

/// Commands between two fences. The machine is idle in front of the first, so groups run alone take the cycles that they
/// take in the whole program, given what lies on chip.
struct Group {
  std::uint32_t first_command = 0;   ///< behind the FENCE that ends the group before
  std::uint32_t first_layer = 0, layers = 0;
  std::int64_t cycles = 0;           ///< predicted
  std::vector<Resident> resident;    ///< tensors on chip at its start that it or a later one reads
};

/// What a target executes. Position-independent: memory is reached through the four regions.
struct Program {
  Target target;
  std::string model;
  std::vector<spec::Word> commands;   ///< the last is END
  std::vector<std::byte> constants;   ///< image of region 0
  std::vector<Binding> inputs, outputs;
  std::int64_t input_bytes = 0, output_bytes = 0, scratch_bytes = 0;
  std::vector<Layer> layers;          ///< index = the commands' layer field
  std::vector<Group> groups;          ///< in order; one where there is no FENCE
};

/// Versioned, checksummed file; reading a truncated or foreign one is kInvalidInput.
[[nodiscard]] Result<void> save(const Program& program, const std::filesystem::path& file);
[[nodiscard]] Result<Program> load(const std::filesystem::path& file);

/// One line a command, fields that are not zero by name.
[[nodiscard]] std::string disassemble(const Program& program);

/// Host tensor to region bytes and back (int8/uint8 only). Elements are taken in row-major order of (image, channel, y, x),
/// whatever the host's shape.
void pack(const Binding& binding, const Tensor& tensor, std::span<std::byte> region);
[[nodiscard]] Tensor unpack(const Binding& binding, std::span<const std::byte> region);

}  // namespace vernier::program
