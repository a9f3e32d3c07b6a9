// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "models.hpp"

namespace vernier::memory {
namespace {

struct Entry {
  MemoryKind kind;
  MakeModel make;
};

// A new model is one file and one line here.
constexpr std::array kEntries{
    Entry{{"ideal", "ideal[:latency=N,bytes_per_cycle=B]", "fixed latency and bandwidth"}, make_ideal},
    Entry{{"ddr4-2400", "ddr4-2400[:channels=N,interleave=B,outstanding=M]", "DDR4, 19.2 GB/s a channel: banks, rows, refresh, turnaround"}, make_dram},
    Entry{{"lpddr4", "lpddr4[:channels=N,interleave=B,outstanding=M]", "LPDDR4-3200, 6.4 GB/s a x16 channel"}, make_dram},
    Entry{{"hbm2", "hbm2[:channels=N,interleave=B,outstanding=M]", "HBM2, 14.4 GB/s a pseudo channel"}, make_dram},
    Entry{{"hostile", "hostile[:seed]", "random stalls, reordering between ids, late write responses"}, make_hostile},
    Entry{{"faulty", "faulty[:seed]", "hostile, with bus errors"}, make_hostile},
};

constexpr auto kKinds = [] {
  std::array<MemoryKind, kEntries.size()> kinds{};
  for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i] = kEntries[i].kind;
  return kinds;
}();

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::span<const MemoryKind> memory_kinds() { return kKinds; }

Result<std::unique_ptr<AxiMemory>> make_memory(std::string_view spec, SparseMemory& store, std::uint64_t seed, Hertz clock) {
  const std::size_t colon = spec.find(':');
  const std::string_view name = spec.substr(0, colon);
  const std::string_view options = colon == std::string_view::npos ? "" : spec.substr(colon + 1);
  const auto* entry =
      std::find_if(kEntries.begin(), kEntries.end(), [name](const Entry& e) { return e.kind.name == name; });
  if (entry == kEntries.end()) {
    std::string allowed;
    for (const Entry& e : kEntries) allowed += fmt::format("{}{}", allowed.empty() ? "" : ", ", e.kind.usage);
    return fail(ErrorCode::kInvalidInput, fmt::format("unknown memory '{}'; allowed: {}", name, allowed), "--memory");
  }
  if (colon != std::string_view::npos && options.empty()) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("nothing follows the colon of '{}'; allowed: {}", spec, entry->kind.usage), "--memory");
  }
  return entry->make({name, options, seed, clock}, store);
}

}  // namespace vernier::memory
