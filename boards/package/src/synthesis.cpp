// SPDX-License-Identifier: Apache-2.0
#include <vernier/package/synthesis.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>
#include <vernier/package/verilated.hpp>

#include "process.hpp"
#include "statistics_file.hpp"

namespace vernier::package {
namespace {

namespace fs = std::filesystem;

constexpr std::array kFamilies{Family::kUltraScalePlus, Family::k7Series, Family::kEcp5, Family::kOsu018};

/// Everything a report depends on besides Yosys itself.
Result<std::string> hash_of(const program::Target& target, Family family) {
  std::string text = fmt::format("family={}\n", name_of(family));
  for (const auto& p : program::kernel_parameters(target)) text += p + "\n";
  std::vector<fs::path> files{home() / "boards/package/synthesise.sh", home() / "boards/package/clock.tcl", home() / "boards/package/ecp5/vrn_ram_1r1w_be.sv", VERNIER_SPEC_SV};
  for (const char* folder : {"rtl/prim", "rtl/core", "rtl/top"}) {
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(home() / folder, ec)) {
      const auto extension = entry.path().extension();
      if (extension == ".sv" || extension == ".svh") files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    const auto bytes = read_bytes(file);
    if (!bytes) return forward_error(bytes);
    text += file.filename().string() + " " + sha256_hex(*bytes) + "\n";
  }
  return sha256_hex(std::as_bytes(std::span(text.data(), text.size()))).substr(0, 24);
}

/// What clock.tcl left, or nothing where OpenSTA is missing or failed.
std::optional<double> period_of(const fs::path& file) {
  const auto text = read_text(file);
  if (!text) return std::nullopt;
  double period = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), period);
  return error == std::errc{} && period > 0 ? std::optional(period) : std::nullopt;
}

}  // namespace

Result<fs::path> statistics_file(const program::Target& target, Family family) {
  const auto hash = hash_of(target, family);
  if (!hash) return forward_error(hash);
  const auto folder = cache_folder();
  if (!folder) return forward_error(folder);
  return *folder / fmt::format("{}-{}-{}.stat", target.name, name_of(family), *hash);
}

std::string_view name_of(Family family) {
  switch (family) {
    case Family::kUltraScalePlus:
      return "xcup";
    case Family::k7Series:
      return "xc7";
    case Family::kEcp5:
      return "ecp5";
    case Family::kOsu018:
      return "osu018";
  }
  return "osu018";
}

Result<Family> family_of(std::string_view name) {
  for (const auto f : kFamilies) {
    if (name == name_of(f)) return f;
  }
  return fail(ErrorCode::kInvalidInput, fmt::format("unknown family '{}'; allowed: xcup, xc7, ecp5, osu018", name), "--family");
}

Family family_of_part(std::string_view part) {
  if (part.starts_with("LFE5U")) return Family::kEcp5;
  return part.starts_with("xc7") ? Family::k7Series : Family::kUltraScalePlus;
}

bool is_synthesised(const program::Target& target, Family family) {
  const auto file = statistics_file(target, family);
  std::error_code ec;
  return file && fs::exists(*file, ec);
}

Result<Synthesis> synthesise(const program::Target& target, Family family) {
  const auto named = statistics_file(target, family);
  if (!named) return forward_error(named);
  const auto& file = *named;
  if (std::error_code ec; !fs::exists(file, ec)) {
    fmt::print(stderr, "vernier: synthesising target {} for {}, minutes the first time ...\n", target.name, name_of(family));
    std::vector<std::string> command{(home() / "boards/package/synthesise.sh").string(), file.string(), VERNIER_SPEC_SV, std::string(name_of(family))};
    for (const auto& p : program::kernel_parameters(target)) command.push_back(p);
    const int code = run_program(command).code;
    if (code == 4) return fail(ErrorCode::kUnavailable, "Yosys or its library of cells is missing: apt-get install yosys qflow-tech-osu018", "target " + target.name);
    if (code == 130) return fail(ErrorCode::kInterrupted, "interrupted; finished modules are kept", "target " + target.name);
    if (code != 0) return fail(ErrorCode::kInvalidInput, fmt::format("Yosys failed; the log is {}.log", file.string()), "target " + target.name);
  }
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  auto synthesis = parse_statistics(*text);
  if (!synthesis) return synthesis;
  if (family == Family::kOsu018) {
    synthesis->period_ns = period_of(fs::path(file).replace_extension(".period"));
    return synthesis;
  }
  if (family == Family::kEcp5) return synthesis;  // memories were synthesised
  for (const auto& memory : memories_of(target, family)) {
    synthesis->modules[std::string(memory.name)] = memory.used;
    synthesis->used += memory.used;
  }
  return synthesis;
}

}  // namespace vernier::package
