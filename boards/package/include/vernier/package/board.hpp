// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/units.hpp>

namespace vernier::package {

/// One entry of a board's memory topology, in the order the platform numbers them (the host's group ids).
struct BoardBank {
  std::string tag;   ///< "DDR[0]", "HBM[3]", "HOST[0]"
  std::string type;  ///< "ddr4", "hbm", "dram", "host"
  std::uint64_t base = 0, bytes = 0;
};

/// What a kernel is packed for: boards/NAME.toml.
struct Board {
  std::string name;
  std::string platform;  ///< v++ platform, or the emulated device's name
  std::string part;
  Hertz clock{300e6};
  std::vector<BoardBank> banks;
  [[nodiscard]] int bank(const std::string& tag) const;  ///< index, or -1
};

/// Reads a board file.
[[nodiscard]] Result<Board> load_board(const std::filesystem::path& file);
/// `name` is a file, or a board of the boards folder.
[[nodiscard]] Result<Board> find_board(const std::string& name);

}  // namespace vernier::package
