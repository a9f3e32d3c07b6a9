// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include <vernier/runtime/ruler.hpp>

namespace vernier::card {

/// Ruler `hw_emu`: the packed NPU kernel driven through XRT's native API, on the emulated card. The host code is that of
/// ruler `board`; XRT finds vernier-hwemu in place of a card. Same bits and same cycles as ruler `rtl` with the same memory.
///
/// A simulator that ends while XRT uses it (a hang, a broken bus rule) ends this process too, with the simulator's exit
/// status: XRT offers no way back.
/// @param units  compute units on the card, >= 1; each has memory timing of its own, as if no other used its banks
[[nodiscard]] std::unique_ptr<runtime::Ruler> make_hw_emu_ruler(int units = 1);

/// Ruler `board`: the same on the first card XRT finds, programmed with `xclbin`, on all its compute units. Cycles come from the kernel's own
/// counter; wall_s is the measured time from start to completion.
[[nodiscard]] std::unique_ptr<runtime::Ruler> make_board_ruler(std::filesystem::path xclbin);

}  // namespace vernier::card
