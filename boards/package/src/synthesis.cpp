// SPDX-License-Identifier: Apache-2.0
#include <vernier/package/synthesis.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <vector>

#include <fmt/format.h>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>

#include "process.hpp"

namespace vernier::package {
namespace {

namespace fs = std::filesystem;

constexpr std::array kFamilies{Family::kUltraScalePlus, Family::k7Series, Family::kGeneric};

/// Everything a report depends on besides Yosys itself.
Result<std::string> hash_of(const program::Target& target, Family family) {
  std::string text = fmt::format("family={}\n", name_of(family));
  for (const auto& p : program::kernel_parameters(target)) text += p + "\n";
  std::vector<fs::path> files{home() / "boards/package/synthesise.sh", VERNIER_SPEC_SV};
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

}  // namespace

std::string_view name_of(Family family) {
  switch (family) {
    case Family::kUltraScalePlus:
      return "xcup";
    case Family::k7Series:
      return "xc7";
    case Family::kGeneric:
      return "generic";
  }
  return "generic";
}

Result<Family> family_of(std::string_view name) {
  for (const auto f : kFamilies) {
    if (name == name_of(f)) return f;
  }
  return fail(ErrorCode::kInvalidInput, fmt::format("unknown family '{}'; allowed: xcup, xc7, generic", name), "--family");
}

Family family_of_part(std::string_view part) { return part.starts_with("xc7") ? Family::k7Series : Family::kUltraScalePlus; }

Result<Synthesis> synthesise(const program::Target& target, Family family) {
  const auto hash = hash_of(target, family);
  if (!hash) return forward_error(hash);
  const char* own = std::getenv("VERNIER_CACHE");
  const fs::path folder = own != nullptr && *own != '\0' ? fs::path(own) : fs::path(VERNIER_MODEL_DIR);
  std::error_code ec;
  fs::create_directories(folder, ec);
  const auto file = folder / fmt::format("{}-{}-{}.stat", target.name, name_of(family), *hash);
  if (!fs::exists(file, ec)) {
    fmt::print(stderr, "vernier: synthesising target {} for {}, minutes ...\n", target.name, name_of(family));
    std::vector<std::string> command{(home() / "boards/package/synthesise.sh").string(), file.string(), VERNIER_SPEC_SV, std::string(name_of(family))};
    for (const auto& p : program::kernel_parameters(target)) command.push_back(p);
    const int code = run_program(command).code;
    if (code == 4) return fail(ErrorCode::kUnavailable, "Yosys is missing: apt-get install yosys", "target " + target.name);
    if (code != 0) return fail(ErrorCode::kInvalidInput, fmt::format("Yosys failed; the log is {}.log", file.string()), "target " + target.name);
  }
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  auto synthesis = parse_statistics(*text);
  if (!synthesis) return synthesis;
  for (const auto& memory : memories_of(target, family)) {
    synthesis->modules[std::string(memory.name)] = memory.used;
    synthesis->used += memory.used;
  }
  return synthesis;
}

}  // namespace vernier::package
