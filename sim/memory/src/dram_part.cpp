// SPDX-License-Identifier: Apache-2.0
#include <vernier/memory/dram_part.hpp>

#include <algorithm>
#include <array>
#include <bit>

#include <fmt/format.h>
#include <memory_resources.hpp>

#include <vernier/core/toml.hpp>
#include <vernier/memory/axi.hpp>

namespace vernier::memory {
namespace {

struct Constraint {
  const char* name;
  std::int64_t DramTiming::*field;
};
constexpr std::array kConstraints{
    Constraint{"CL", &DramTiming::read_latency},          Constraint{"CWL", &DramTiming::write_latency},
    Constraint{"tRCD", &DramTiming::activate_to_column},  Constraint{"tRP", &DramTiming::precharge},
    Constraint{"tRAS", &DramTiming::row_active},          Constraint{"tRRD_S", &DramTiming::activate_short},
    Constraint{"tRRD_L", &DramTiming::activate_long},     Constraint{"tFAW", &DramTiming::four_activates},
    Constraint{"tCCD_S", &DramTiming::column_short},      Constraint{"tCCD_L", &DramTiming::column_long},
    Constraint{"tWTR_S", &DramTiming::write_to_read_short}, Constraint{"tWTR_L", &DramTiming::write_to_read_long},
    Constraint{"tWR", &DramTiming::write_recovery},       Constraint{"tRTP", &DramTiming::read_to_precharge},
    Constraint{"tRTW", &DramTiming::read_to_write},       Constraint{"tREFI", &DramTiming::refresh_interval},
    Constraint{"tRFC", &DramTiming::refresh},
};

class PartReader {
 public:
  PartReader(const toml::value& document, std::string where) : document_(document), where_(std::move(where)) {}

  Result<DramPart> read() {
    DramPart part;
    part.name = text(document_, "name");
    part.part = text(document_, "part");
    if (part.name.empty() || part.part.empty()) return bad("has no name or no part");
    if (text(document_, "organisation_source").empty()) return bad("has no organisation_source");
    part.mts = whole(document_, "mts", 1, 20000);
    part.bus_bits = static_cast<unsigned>(power(document_, "bus_bits", 8, 512));
    part.burst_length = static_cast<unsigned>(power(document_, "burst_length", 2, 32));
    part.bank_groups = static_cast<unsigned>(power(document_, "bank_groups", 1, 8));
    part.banks_per_group = static_cast<unsigned>(power(document_, "banks_per_group", 1, 16));
    part.row_bytes = static_cast<std::uint64_t>(power(document_, "row_bytes", 64, 65536));
    for (const auto& [key, section] : document_.as_table()) {
      if (key.starts_with("clocks")) read_clocks(section, key, part.timing);
    }
    for (const auto& c : kConstraints) {
      if (part.timing.*c.field == 0) note(fmt::format("states no {}", c.name));
    }
    const auto controller = toml::find_or(document_, "controller", toml::value(toml::table{}));
    if (text(controller, "source").empty()) note("controller has no source");
    part.queue = static_cast<unsigned>(whole(controller, "queue", 1, 64));
    part.write_buffer = static_cast<unsigned>(whole(controller, "write_buffer", 1, 1024));
    part.read_ns = static_cast<double>(whole(controller, "read_ns", 0, 100000));
    part.write_ns = static_cast<double>(whole(controller, "write_ns", 0, 100000));
    if (error_.empty() && (part.burst_bytes() > kBeatBytes || part.row_bytes % kBeatBytes != 0 || part.banks() > 64)) {
      note(fmt::format("has bursts of {} bytes, rows of {} and {} banks; allowed: 64, multiples of 64 and 64", part.burst_bytes(),
                       part.row_bytes, part.banks()));
    }
    if (!error_.empty()) return bad(error_);
    return part;
  }

 private:
  static std::string text(const toml::value& table, const char* key) { return toml::find_or<std::string>(table, key, ""); }
  [[nodiscard]] tl::unexpected<Error> bad(std::string what) const { return fail(ErrorCode::kInvalidInput, std::move(what), where_); }
  void note(std::string what) {
    if (error_.empty()) error_ = std::move(what);
  }
  std::int64_t whole(const toml::value& table, const char* key, std::int64_t least, std::int64_t most) {
    const auto value = toml::find_or<std::int64_t>(table, key, -1);
    if (value < least || value > most) note(fmt::format("{} is missing or not a number of {} to {}", key, least, most));
    return value;
  }
  std::int64_t power(const toml::value& table, const char* key, std::int64_t least, std::int64_t most) {
    const auto value = whole(table, key, least, most);
    if (value > 0 && !std::has_single_bit(static_cast<std::uint64_t>(value))) note(fmt::format("{} is {}, must be a power of two", key, value));
    return value;
  }
  void read_clocks(const toml::value& section, const std::string& name, DramTiming& timing) {
    if (text(section, "source").empty()) note(name + " has no source");
    for (const auto& [key, value] : section.as_table()) {
      if (key == "source") continue;
      const auto* c = std::find_if(kConstraints.begin(), kConstraints.end(), [&key = key](const Constraint& x) { return key == x.name; });
      if (c == kConstraints.end()) return note(fmt::format("{} of {} is no known constraint", key, name));
      if (timing.*c->field != 0) return note(key + " stands twice");
      timing.*c->field = whole(section, key.c_str(), 1, 1'000'000);
    }
  }

  const toml::value& document_;
  std::string where_, error_;
};

}  // namespace

Result<DramPart> parse_dram_part(std::string_view text, const std::string& where) {
  const auto document = parse_toml(text, where);
  if (!document) return forward_error(document);
  try {
    return PartReader(*document, where).read();
  } catch (const std::exception& e) {  // toml11 reports through exceptions
    const std::string what = e.what();
    return fail(ErrorCode::kInvalidInput, "is not a memory part: " + what.substr(0, what.find('\n')), where);
  }
}

Result<DramPart> find_dram_part(std::string_view name) {
  for (const auto& r : resources::kAll) {
    if (r.stem == name) return parse_dram_part(r.text(), "memory part " + std::string(name));
  }
  return fail(ErrorCode::kInvalidInput, fmt::format("no memory part '{}' is bundled", name), "--memory");
}

}  // namespace vernier::memory
