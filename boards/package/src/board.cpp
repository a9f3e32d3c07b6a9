// SPDX-License-Identifier: Apache-2.0
#include <vernier/package/board.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>
#include <vernier/core/toml.hpp>

namespace vernier::package {
namespace {

/// Banks of one kind: count entries of equal size, one behind the other.
Result<void> add_banks(const toml::value& entry, const std::string& where, std::vector<BoardBank>& banks) {
  const auto tag = toml::find<std::string>(entry, "tag");
  const auto type = toml::find<std::string>(entry, "type");
  const auto base = toml::find<std::int64_t>(entry, "base");
  const auto bytes = toml::find<std::int64_t>(entry, "bytes");
  const auto count = toml::find_or<std::int64_t>(entry, "count", 1);
  const auto stride = toml::find_or<std::int64_t>(entry, "stride", bytes);
  const auto slr = toml::find_or(entry, "slr", std::vector<std::int64_t>{});
  if (type != "ddr4" && type != "hbm" && type != "dram" && type != "host") {
    return fail(ErrorCode::kInvalidInput, fmt::format("bank type '{}'; allowed: ddr4, hbm, dram, host", type), where);
  }
  if (base < 0 || bytes < 4096 || bytes % 1024 != 0 || count < 1 || count > 64 || stride < bytes) {
    return fail(ErrorCode::kInvalidInput, fmt::format("bank {}: base >= 0, bytes a multiple of 1024 from 4096, count 1 to 64, stride >= bytes", tag), where);
  }
  for (std::int64_t i = 0; i < count; ++i) {
    // one region for all, or one a bank
    const auto region = slr.empty() ? -1 : slr[std::min(static_cast<std::size_t>(i), slr.size() - 1)];
    banks.push_back({fmt::format("{}[{}]", tag, i), type, static_cast<std::uint64_t>(base + i * stride), static_cast<std::uint64_t>(bytes), static_cast<int>(region)});
  }
  return {};
}

double number(const toml::value& entry, const char* key) {
  const auto& value = toml::find(entry, key);
  return value.is_integer() ? static_cast<double>(value.as_integer()) : toml::get<double>(value);
}

Result<BoardResources> resources_of(const toml::value& entry, const std::string& where) {
  BoardResources r{{}, toml::find<std::string>(entry, "source")};
  auto& n = r.available;
  n.lut = number(entry, "lut");
  n.ff = entry.contains("ff") ? number(entry, "ff") : 2 * n.lut;  // two behind every LUT
  n.dsp = number(entry, "dsp");
  n.bram36 = number(entry, "bram36");
  n.uram = number(entry, "uram");
  for (const auto& kind : kResourceKinds) {
    if (n.*kind.count < 0) return fail(ErrorCode::kInvalidInput, fmt::format("{} is {}, must not be below 0", kind.name, n.*kind.count), where);
  }
  return r;
}

Result<BoardPower> power_of(const toml::value& entry, const std::string& where) {
  BoardPower p{Watts{number(entry, "rest_w")}, toml::find<std::string>(entry, "status"), toml::find<std::string>(entry, "source")};
  if (!(p.rest.count() >= 0)) return fail(ErrorCode::kInvalidInput, fmt::format("rest_w is {}, must not be below 0", p.rest.count()), where);
  return p;
}

}  // namespace

int Board::bank(const std::string& tag) const {
  const auto found = std::ranges::find(banks, tag, &BoardBank::tag);
  return found == banks.end() ? -1 : static_cast<int>(found - banks.begin());
}

Result<Board> load_board(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return fail(ErrorCode::kInvalidInput, "no such board", file.string());
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  const auto parsed = parse_toml(*text, file.string());
  if (!parsed) return forward_error(parsed);
  try {
    const toml::value& document = *parsed;
    Board board;
    board.name = file.stem().string();
    board.platform = toml::find<std::string>(document, "platform");
    board.part = toml::find_or<std::string>(document, "part", "");
    board.clock = Hertz{1e6 * static_cast<double>(toml::find<std::int64_t>(document, "clock_mhz"))};
    for (const auto& entry : toml::find<toml::array>(document, "bank")) {
      if (auto r = add_banks(entry, file.string(), board.banks); !r) return forward_error(r);
    }
    if (document.contains("resources")) {
      auto resources = resources_of(toml::find(document, "resources"), file.string());
      if (!resources) return forward_error(resources);
      board.resources = std::move(*resources);
    }
    if (document.contains("power")) {
      auto power = power_of(toml::find(document, "power"), file.string());
      if (!power) return forward_error(power);
      board.power = std::move(*power);
    }
    return board;
  } catch (const std::exception& e) {
    return fail(ErrorCode::kInvalidInput, e.what(), file.string());
  }
}

Result<Board> find_board(const std::string& name) {
  if (name.ends_with(".toml")) return load_board(name);
  return load_board(home() / "boards" / (name + ".toml"));
}

std::vector<std::string> known_boards() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(home() / "boards", error)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace vernier::package
