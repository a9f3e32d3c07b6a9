// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/units.hpp>

namespace vernier::program {

/// Parameters of one NPU: the only thing that differs between npu8, npu16 and a user's own array.
struct Target {
  std::string name;
  std::int64_t rows = 16;                ///< input channels a vector, 1..64
  std::int64_t columns = 16;             ///< output channels a tile, 1..64
  std::int64_t activation_bytes = 0;     ///< activation buffer, a power of two, 4 banks of 64-byte words
  std::int64_t weight_bytes = 0;         ///< weight buffer, a power of two
  std::int64_t parameter_bytes = 0;      ///< parameter buffer, a power of two
  std::int64_t accumulator_rows = 512;   ///< rows of `columns` int32, a power of two, <= 1024
  std::int64_t depthwise_taps = 3;       ///< pixels of a depthwise window, multipliers a lane; 0: no depthwise unit
  std::int64_t depthwise_rows = 256;     ///< accumulator rows of the depthwise unit, a power of two
  std::int64_t depthwise_bytes = 16384;  ///< buffer of depthwise weights and constants, a power of two
  std::int64_t reads_in_flight = 16;     ///< AXI read bursts
  std::int64_t burst_bytes = 1024;       ///< longest AXI burst
  Hertz clock{300e6};                    ///< assumed until synthesis or a board says otherwise
  std::string energy_table = "7nm";      ///< name of a table in sim/energy

  /// Channels a layout block holds: max(rows, columns).
  [[nodiscard]] std::int64_t block() const { return rows > columns ? rows : columns; }
  /// 64-byte words of one weight tile.
  [[nodiscard]] std::int64_t tile_words() const {
    const std::int64_t rows_per_word = 64 / columns;
    return (rows + rows_per_word - 1) / rows_per_word;
  }
  /// 64-byte words of one depthwise weight tile.
  [[nodiscard]] std::int64_t depthwise_tile_words() const {
    const std::int64_t taps_per_word = 64 / columns;
    return (depthwise_taps + taps_per_word - 1) / taps_per_word;
  }
  /// Parameter words of one column tile.
  [[nodiscard]] std::int64_t channel_words() const { return (columns + 7) / 8; }
};

/// Reads and checks a target file; unknown keys and values out of range are kInvalidInput and name the key.
[[nodiscard]] Result<Target> load_target(const std::filesystem::path& file);

/// The same ranges for a target made in code; `where` names it in the error.
[[nodiscard]] Result<void> check_target(const Target& target, const std::string& where);

/// The target as parameters of the RTL's top modules: Name=value each.
[[nodiscard]] std::vector<std::string> kernel_parameters(const Target& target);

}  // namespace vernier::program
