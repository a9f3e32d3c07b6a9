// SPDX-License-Identifier: Apache-2.0
#include "area_record.hpp"

#include <cmath>

namespace vernier::cli {

Result<package::Board> area_board(const std::string& name) {
  constexpr const char* kReference = "u50";
  auto board = package::find_board(name.empty() ? kReference : name);
  return board && !board->resources ? package::find_board(kReference) : std::move(board);
}

void put_area(nlohmann::json& record, const package::AreaEstimate& area, bool flip_flops, const package::Board& board) {
  const auto& used = area.used;
  const auto binding = binding_resource(used, board.resources->available);
  const bool finite = std::isfinite(binding.share);
  record["area"] = {{"family", package::name_of(package::family_of_part(board.part))},
                    {"lut", std::round(used.lut)},
                    {"ff", flip_flops ? nlohmann::json(std::round(used.ff)) : nlohmann::json(nullptr)},
                    {"dsp", std::round(used.dsp)},
                    {"bram36", used.bram36},
                    {"uram", used.uram},
                    {"device", board.name},
                    {"scarcest", binding.kind->name},
                    {"share", finite ? nlohmann::json(binding.share) : nlohmann::json(nullptr)},
                    {"source", area.source}};
  if (!flip_flops) record["why"]["area.ff"] = "a streaming design's flip-flops are not estimated";
  if (!finite) record["why"]["area.share"] = std::string("the device has no ") + std::string(binding.kind->name);
}

}  // namespace vernier::cli
