// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <vernier/ir/graph.hpp>

namespace vernier::golden {

/// Rows or columns of one window that lie in the image, and how many lie in image and padding together.
struct Extent {
  std::int64_t begin = 0;  ///< first kernel index inside
  std::int64_t end = 0;    ///< one past the last
  std::int64_t with_padding = 0;
};
/// @param start  where the window begins, in rows or columns of the image
[[nodiscard]] Extent extent_of(std::int64_t start, std::int64_t size, std::int64_t pad_end, std::int64_t kernel, std::int64_t dilation);

/// What the sum of an average pool's window is divided by.
[[nodiscard]] std::int64_t averaged_elements(const graph::Window& window, const Extent& rows, const Extent& columns);

}  // namespace vernier::golden
