// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/units.hpp>
#include <vernier/package/resources.hpp>

namespace vernier::package {

/// One entry of a board's memory topology, in the order the platform numbers them (the host's group ids).
struct BoardBank {
  std::string tag;   ///< "DDR[0]", "HBM[3]", "HOST[0]"
  std::string type;  ///< "ddr4", "hbm", "dram", "host"
  std::uint64_t base = 0, bytes = 0;
  int slr = -1;  ///< die region beside it; -1: one die, or unknown
  /// What one channel moves at best: DDR4-2400 or an HBM2 pseudo channel (UG1393); 0 where unknown.
  [[nodiscard]] double peak_bytes_per_s() const { return type == "ddr4" ? 19.25e9 : type == "hbm" ? 14.375e9 : 0; }
};

/// What a design may use of the part.
struct BoardResources {
  Resources available;
  std::string source;
};

/// What the board draws beside the accelerator.
struct BoardPower {
  Watts rest{0};
  std::string status, source;  ///< as a row of an energy table
};

/// What a kernel is packed for: boards/NAME.toml.
struct Board {
  std::string name;
  std::string platform;  ///< v++ platform, or the emulated device's name
  std::string part;
  Hertz clock{300e6};
  std::vector<BoardBank> banks;
  std::optional<BoardResources> resources;  ///< none: not a part with limits
  std::optional<BoardPower> power;          ///< none: nobody measured it
  [[nodiscard]] int bank(const std::string& tag) const;  ///< index, or -1
};

/// Reads a board file.
[[nodiscard]] Result<Board> load_board(const std::filesystem::path& file);
/// `name` is a file, or a board of the boards folder.
[[nodiscard]] Result<Board> find_board(const std::string& name);
/// Names of the boards folder, sorted.
[[nodiscard]] std::vector<std::string> known_boards();

}  // namespace vernier::package
