// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include <vernier/package/area.hpp>
#include <vernier/package/board.hpp>

namespace vernier::cli {

/// The board whose share a record's `area` states: the named one if its resources are known, else a U50.
[[nodiscard]] Result<package::Board> area_board(const std::string& name);

/// Puts `area` into a record, and why what is null in it is.
/// @param flip_flops  false: not known
void put_area(nlohmann::json& record, const package::AreaEstimate& area, bool flip_flops, const package::Board& board);

}  // namespace vernier::cli
