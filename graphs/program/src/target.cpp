// SPDX-License-Identifier: Apache-2.0
#include <vernier/program/target.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include <vernier/core/files.hpp>
#include <vernier/core/toml.hpp>

namespace vernier::program {
namespace {

/// One integer key with its range.
struct Key {
  const char* name;
  std::int64_t Target::*member;
  std::int64_t lo, hi;
  bool power_of_two;
  bool optional = false;  ///< the member's default holds where the key is missing
};

// Upper limits are those of the command fields: 22-bit buffer addresses, 14-bit weight and 12-bit parameter words.
constexpr Key kKeys[] = {
    {"rows", &Target::rows, 1, 64, false},
    {"columns", &Target::columns, 1, 64, false},
    {"activation_bytes", &Target::activation_bytes, 1024, 1 << 22, true},
    {"weight_bytes", &Target::weight_bytes, 1024, 1 << 20, true},
    {"parameter_bytes", &Target::parameter_bytes, 1024, 1 << 18, true},
    {"accumulator_rows", &Target::accumulator_rows, 4, 1024, true},
    {"depthwise_taps", &Target::depthwise_taps, 0, 9, false, true},  // where it is missing: as many of 3 as a window holds
    {"depthwise_rows", &Target::depthwise_rows, 4, 1024, true, true},
    {"depthwise_bytes", &Target::depthwise_bytes, 1024, 1 << 18, true, true},
    {"reads_in_flight", &Target::reads_in_flight, 1, 64, false},
    {"burst_bytes", &Target::burst_bytes, 64, 4096, true},
};
// A depthwise window is read as one, and its bytes are counted in seven bits.
constexpr std::int64_t kWindowBytes = 127;
constexpr std::string_view kClock = "clock_mhz", kEnergy = "energy_table";

Result<void> read_key(const toml::table& table, const Key& key, const std::string& file, Target& target) {
  const auto it = table.find(key.name);
  if (it == table.end() && key.optional) return {};
  if (it == table.end()) return fail(ErrorCode::kInvalidInput, "the key is missing", file + ": " + key.name);
  if (!it->second.is_integer()) return fail(ErrorCode::kInvalidInput, "is not an integer", file + ": " + key.name);
  const std::int64_t v = it->second.as_integer();
  if (v < key.lo || v > key.hi) {
    return fail(ErrorCode::kInvalidInput, fmt::format("is {}, allowed is {} to {}", v, key.lo, key.hi), file + ": " + key.name);
  }
  if (key.power_of_two && !std::has_single_bit(static_cast<std::uint64_t>(v))) {
    return fail(ErrorCode::kInvalidInput, fmt::format("is {}, allowed are powers of two", v), file + ": " + key.name);
  }
  target.*(key.member) = v;
  return {};
}

Result<Target> read_table(const toml::table& table, const std::filesystem::path& path) {
  const std::string file = path.string();
  Target target;
  target.name = path.stem().string();
  std::set<std::string_view> known{kClock, kEnergy};
  for (const auto& key : kKeys) {
    known.insert(key.name);
    if (auto r = read_key(table, key, file, target); !r) return forward_error(r);
  }
  if (!table.contains("depthwise_taps")) target.depthwise_taps = std::min(target.depthwise_taps, kWindowBytes / target.block());
  for (const auto& [name, value] : table) {
    if (!known.contains(name)) return fail(ErrorCode::kInvalidInput, "the key is unknown", file + ": " + name);
  }
  const auto clock = table.find(std::string(kClock));
  if (clock == table.end() || !(clock->second.is_integer() || clock->second.is_floating())) {
    return fail(ErrorCode::kInvalidInput, "must be a number", file + ": clock_mhz");
  }
  const double mhz = clock->second.is_integer() ? static_cast<double>(clock->second.as_integer()) : clock->second.as_floating();
  if (!(mhz >= 1.0 && mhz <= 5000.0)) {
    return fail(ErrorCode::kInvalidInput, fmt::format("is {}, allowed is 1 to 5000", mhz), file + ": clock_mhz");
  }
  target.clock = Hertz{mhz * 1e6};
  const auto energy = table.find(std::string(kEnergy));
  if (energy == table.end() || !energy->second.is_string() || energy->second.as_string().str.empty()) {
    return fail(ErrorCode::kInvalidInput, "must be the name of a table", file + ": energy_table");
  }
  target.energy_table = energy->second.as_string().str;
  return check_target(target, file).map([&] { return target; });
}

}  // namespace

Result<void> check_target(const Target& target, const std::string& where) {
  for (const auto& key : kKeys) {
    const std::int64_t v = target.*(key.member);
    if (v < key.lo || v > key.hi || (key.power_of_two && !std::has_single_bit(static_cast<std::uint64_t>(v)))) {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("{} is {}, allowed is {} to {}{}", key.name, v, key.lo, key.hi, key.power_of_two ? ", powers of two" : ""),
                  where);
    }
  }
  // Two tiles must fit, or no pass could load its weights behind the one that runs.
  if (2 * 64 * target.tile_words() > target.weight_bytes) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("weight_bytes is {}, two weight tiles need {}", target.weight_bytes, 2 * 64 * target.tile_words()), where);
  }
  if (target.depthwise_taps * target.block() > kWindowBytes) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("depthwise_taps is {}, with blocks of {} bytes allowed is 0 to {}", target.depthwise_taps, target.block(), kWindowBytes / target.block()), where);
  }
  return {};
}

Result<Target> load_target(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  const auto value = parse_toml(*text, file.string());
  if (!value) return forward_error(value);
  return read_table(value->as_table(), file);
}

std::vector<std::string> kernel_parameters(const Target& t) {
  return {fmt::format("Rows={}", t.rows),
          fmt::format("Cols={}", t.columns),
          fmt::format("AbufBytes={}", t.activation_bytes),
          fmt::format("WbufBytes={}", t.weight_bytes),
          fmt::format("PbufBytes={}", t.parameter_bytes),
          fmt::format("AccRows={}", t.accumulator_rows),
          fmt::format("DwTaps={}", t.depthwise_taps),
          fmt::format("DwRows={}", t.depthwise_rows),
          fmt::format("DwBytes={}", t.depthwise_bytes),
          fmt::format("ReadsInFlight={}", t.reads_in_flight),
          fmt::format("BurstBytes={}", t.burst_bytes)};
}

}  // namespace vernier::program
