// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <vernier/core/result.hpp>

namespace vernier::memory {

/// Constraints between commands of one channel, in memory clocks; names are those of the JEDEC standards.
struct DramTiming {
  std::int64_t read_latency = 0, write_latency = 0;   ///< CL, CWL: command to first data
  std::int64_t activate_to_column = 0;                ///< tRCD
  std::int64_t precharge = 0, row_active = 0;         ///< tRP, tRAS
  std::int64_t activate_short = 0, activate_long = 0; ///< tRRD_S other bank group, tRRD_L same
  std::int64_t four_activates = 0;                    ///< tFAW
  std::int64_t column_short = 0, column_long = 0;     ///< tCCD_S, tCCD_L
  std::int64_t write_to_read_short = 0, write_to_read_long = 0;  ///< tWTR_S, tWTR_L: from the last data
  std::int64_t write_recovery = 0;                    ///< tWR: last data to precharge
  std::int64_t read_to_precharge = 0;                 ///< tRTP
  std::int64_t read_to_write = 0;                     ///< command to command
  std::int64_t refresh_interval = 0, refresh = 0;     ///< tREFI, tRFC
};

/// One channel of a named memory part and the controller before it.
struct DramPart {
  std::string name, part;
  std::int64_t mts = 0;  ///< million transfers a second and pin, two a memory clock
  unsigned bus_bits = 0, burst_length = 0;
  unsigned bank_groups = 0, banks_per_group = 0;
  std::uint64_t row_bytes = 0;
  DramTiming timing;
  unsigned queue = 0;                   ///< bursts of one direction the scheduler sees
  unsigned write_buffer = 0;            ///< words of 64 bytes between port and controller
  double read_ns = 0, write_ns = 0;     ///< port to controller and back, without the DRAM itself

  [[nodiscard]] unsigned banks() const { return bank_groups * banks_per_group; }
  [[nodiscard]] std::uint64_t burst_bytes() const { return std::uint64_t{bus_bits} / 8 * burst_length; }
  [[nodiscard]] std::int64_t burst_clocks() const { return burst_length / 2; }
  [[nodiscard]] std::int64_t clock_khz() const { return mts * 500; }
};

/// A bundled part: "ddr4-2400", "lpddr4", "hbm2".
/// @retval kInvalidInput  no such part, or a figure of its file is missing or out of range; the message names it
[[nodiscard]] Result<DramPart> find_dram_part(std::string_view name);

/// The same from the text of a part file; `where` is named in errors.
[[nodiscard]] Result<DramPart> parse_dram_part(std::string_view text, const std::string& where);

}  // namespace vernier::memory
