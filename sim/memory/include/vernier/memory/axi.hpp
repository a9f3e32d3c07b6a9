// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vernier::memory {

inline constexpr std::uint64_t kBeatBytes = 64;      ///< one 512-bit word
inline constexpr std::uint64_t kBoundaryBytes = 4096;     ///< no AXI burst crosses a multiple of this
inline constexpr std::uint8_t kFullSize = 6;         ///< AxSIZE of 64 bytes
inline constexpr std::uint8_t kIncrementing = 1;     ///< AxBURST INCR
using Beat = std::array<std::uint32_t, 16>;          ///< byte 0 is bits 7:0 of word 0

enum class AxiResponse : std::uint8_t { kOkay = 0, kExclusiveOkay = 1, kSlaveError = 2, kDecodeError = 3 };
[[nodiscard]] std::string_view name_of(AxiResponse response);  ///< "OKAY", "SLVERR", ...

/// AR or AW. Beats of the burst: len + 1.
struct AxiAddress {
  bool valid = false;
  std::uint8_t len = 0, size = kFullSize, burst = kIncrementing;
  std::uint32_t id = 0;
  std::uint64_t addr = 0;
};

struct AxiReadBeat {
  bool valid = false, last = false;
  AxiResponse resp = AxiResponse::kOkay;
  std::uint32_t id = 0;
  Beat data{};
};

struct AxiWriteBeat {
  bool valid = false, last = false;
  std::uint64_t strb = 0;
  Beat data{};
};

struct AxiWriteResponse {
  bool valid = false;
  AxiResponse resp = AxiResponse::kOkay;
  std::uint32_t id = 0;
};

/// What a 512-bit master drives, as sampled by a clock edge.
struct AxiMaster {
  AxiAddress ar, aw;
  AxiWriteBeat w;
  bool r_ready = false, b_ready = false;
};

/// What the memory drives, as sampled by a clock edge. Before the first edge after reset nothing is valid or ready.
struct AxiSlave {
  bool ar_ready = false, aw_ready = false, w_ready = false;
  AxiReadBeat r;
  AxiWriteResponse b;
};

}  // namespace vernier::memory
