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
  std::vector<int> argument_banks;  ///< per argument: index into the board's banks and, behind them, the links; -1 for scalars
};

/// A stream from one unit to another.
struct PlacedLink {
  std::size_t writer = 0, reader = 0;  ///< indices into Layout::units
  std::string writer_port, reader_port;
  std::size_t depth = 2;
};

/// A clock of a unit, with its frequency.
struct PlacedClock {
  KernelClock clock;
  double hz = 0;
};

/// Everything the sections of an xclbin are made from.
struct Layout {
  std::string name;
  Board board;
  std::vector<Kernel> kernels;
  std::vector<PlacedUnit> units;  ///< by rising base address, those without registers last
  std::vector<PlacedLink> links;
  std::vector<std::vector<PlacedClock>> clocks;  ///< per unit
};

inline constexpr std::uint64_t kFirstUnitBase = 0x1800000;
inline constexpr std::uint64_t kUnitStride = 0x10000;  // XRT maps 64 KiB a compute unit
inline constexpr std::uint64_t kNoBase = ~std::uint64_t{0};

}  // namespace vernier::package
