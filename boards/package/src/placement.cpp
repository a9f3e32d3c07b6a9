// SPDX-License-Identifier: Apache-2.0
#include <vernier/package/placement.hpp>

#include <filesystem>
#include <sstream>

#include <fmt/format.h>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>

#include "process.hpp"
#include "statistics_file.hpp"

namespace vernier::package {
namespace {

namespace fs = std::filesystem;

constexpr double kAimedMhz = 100;  // above what a kernel meets there, so that the placer has to work

/// Where the figures of a placement lie in the cache; `statistics` carries the hash of the netlist.
Result<fs::path> placement_file(const fs::path& statistics, std::int64_t seed) {
  std::string text;
  for (const char* script : {"boards/package/place.sh", "boards/package/placed.py"}) {
    const auto part = read_text(home() / script);
    if (!part) return forward_error(part);
    text += *part;
  }
  const auto& d = placement_device();
  text += fmt::format("{} {} {} {}", d.device, d.package, d.speed_grade, kAimedMhz);
  const auto hash = sha256_hex(std::as_bytes(std::span(text.data(), text.size()))).substr(0, 8);
  return fs::path(statistics).replace_extension(fmt::format(".{}-{}.placement", hash, seed));
}

}  // namespace

const PlacementDevice& placement_device() {
  static const PlacementDevice device{"LFE5U-85F-6BG381C", "85k", "CABGA381", "6"};
  return device;
}

Result<Placement> parse_placement(std::string_view text) {
  Placement p;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string key;
    words >> key;
    if (key == "tool") words >> p.tool;
    else if (key == "clock_mhz") words >> p.clock_mhz;
    else if (key == "aimed_mhz") words >> p.aimed_mhz;
    else if (key == "harness_registers") words >> p.harness_registers;
    else if (key == "path") words >> p.logic_ns >> p.routing_ns >> p.levels;
    else if (key == "from") words >> p.from;
    else if (key == "to") words >> p.to;
    else if (key == "use") {
      PlacementUse use;
      words >> use.kind >> use.used >> use.available;
      if (words) p.uses.push_back(use);
    } else {
      words.setstate(std::ios::failbit);
    }
    if (!words) return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is no figure of a placement", line), "placement");
  }
  if (!(p.clock_mhz > 0)) return fail(ErrorCode::kInvalidInput, "has no clock_mhz above 0", "placement");
  if (p.uses.empty()) return fail(ErrorCode::kInvalidInput, "says nothing of what is used", "placement");
  return p;
}

Result<Placement> place(const program::Target& target, std::int64_t seed) {
  const auto synthesis = synthesise(target, Family::kEcp5);
  if (!synthesis) return forward_error(synthesis);
  const auto statistics = statistics_file(target, Family::kEcp5);
  if (!statistics) return forward_error(statistics);
  const auto file = placement_file(*statistics, seed);
  if (!file) return forward_error(file);
  if (std::error_code ec; !fs::exists(*file, ec)) {
    const auto& d = placement_device();
    fmt::print(stderr, "vernier: placing and routing target {} in {}, half an hour or more the first time ...\n", target.name, d.part);
    const int code = run_program({(home() / "boards/package/place.sh").string(), file->string(), statistics->string() + ".il", "vrn_npu", d.device, d.package, d.speed_grade,
                                  std::to_string(seed), fmt::format("{}", kAimedMhz)}).code;
    if (code == 4) return fail(ErrorCode::kUnavailable, "nextpnr-ecp5 is missing: cmake/setup.sh fetches it, or put one on PATH", "target " + target.name);
    if (code == 130) return fail(ErrorCode::kInterrupted, "interrupted; the netlist is kept", "target " + target.name);
    if (code != 0) return fail(ErrorCode::kInvalidInput, fmt::format("nextpnr failed; the log is {}.log", file->string()), "target " + target.name);
  }
  const auto text = read_text(*file);
  if (!text) return forward_error(text);
  auto placement = parse_placement(*text);
  if (!placement) return fail(placement.error().code, placement.error().what, file->string());
  return placement;
}

}  // namespace vernier::package
