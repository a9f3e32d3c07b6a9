// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <vernier/package/board.hpp>
#include <vernier/package/kernel.hpp>

namespace vernier::package {

/// A kernel instance as it stands on the card.
struct PlacedUnit {
  std::size_t kernel = 0;           ///< index into Layout::kernels
  std::string name;                 ///< "vadd_1"
  std::uint64_t base = 0;           ///< of its registers
  std::vector<int> argument_banks;  ///< per argument: index into the board's banks, -1 for scalars
};

/// Everything the sections of an xclbin are made from.
struct Layout {
  std::string name;
  Board board;
  std::vector<Kernel> kernels;
  std::vector<PlacedUnit> units;  ///< by rising base address, those without registers last
};

inline constexpr std::uint64_t kFirstUnitBase = 0x1800000;
inline constexpr std::uint64_t kUnitStride = 0x10000;  // XRT maps 64 KiB a compute unit
inline constexpr std::uint64_t kNoBase = ~std::uint64_t{0};

}  // namespace vernier::package
