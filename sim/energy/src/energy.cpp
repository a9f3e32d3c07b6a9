// SPDX-License-Identifier: Apache-2.0
#include <vernier/energy/energy.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "event_costs.hpp"

namespace vernier::energy {
namespace {

constexpr double kPico = 1e-12;

/// Energy of one event and the weakest row behind it.
struct Price {
  double joules = 0;
  Status status = Status::kVerified;
};

Result<Price> price_of(const Cost& cost, const Table& table) {
  Price price;
  for (const auto& part : cost.parts) {
    const auto row = part.row.empty() ? table.sram_access(part.sram_bytes) : table.row(part.row, "pJ");
    if (!row) return forward_error(row);
    price.joules += part.times * row->value * kPico;
    price.status = std::max(price.status, row->status);
  }
  return price;
}

void add(EnergyReport& report, Term term) {
  report.total += term.energy;
  if (term.energy.count() > 0) report.weakest = std::max(report.weakest, term.status);
  report.terms.push_back(std::move(term));
}

Result<void> add_power(EnergyReport& report, const Table& table, const char* unit, const char* event,
                       const char* row_name, double times, Seconds seconds, Kind kind, Scope scope) {
  const auto row = table.row(row_name, "W");
  if (!row) return forward_error(row);
  add(report, {unit, event, kind, scope, seconds.count(), Joules{times * row->value * seconds.count()}, row->status});
  return {};
}

Result<void> add_events(EnergyReport& report, const runtime::Activity& activity, const program::Target& target,
                        const Table& table, bool rows_counted) {
  for (std::size_t i = 0; i < spec::kCounters; ++i) {
    const auto counter = static_cast<spec::Counter>(i);
    for (const auto& cost : costs_of(counter, target)) {
      if (cost.scope > report.scope || (rows_counted && cost.estimates_rows)) continue;
      const auto price =
          price_of(cost, table);  // asked for even where nothing was counted: a missing row is never silent
      if (!price) return forward_error(price);
      const auto count = static_cast<double>(activity[counter]);
      if (count > 0)
        add(report,
            {cost.unit, cost.event, cost.kind, cost.scope, count, Joules{count * price->joules}, price->status});
    }
  }
  return {};
}

/// Commands that no counter of the core knows: rows opened, refreshes, and the standby of every channel.
Result<void> add_dram(EnergyReport& report, const memory::DramActivity& dram, const Table& table, Seconds seconds) {
  const std::pair<const char*, std::uint64_t> commands[] = {{"activate", dram.activates}, {"refresh", dram.refreshes}};
  for (const auto& [event, count] : commands) {
    const auto row = table.row(std::string("dram_") + event, "pJ");
    if (!row) return forward_error(row);
    const auto n = static_cast<double>(count);
    if (n > 0) add(report, {"dram", event, Kind::kDram, Scope::kChip, n, Joules{n * row->value * kPico}, row->status});
  }
  return add_power(report, table, "dram", "standby", "dram_standby", dram.channels, seconds, Kind::kStatic, Scope::kChip);
}

Result<void> add_supply(EnergyReport& report, const Table& table) {
  const auto efficiency = table.row("supply_efficiency", "1");
  if (!efficiency) return forward_error(efficiency);
  if (efficiency->value <= 0 || efficiency->value > 1) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("row supply_efficiency is {}, must be above 0 and at most 1", efficiency->value),
                "energy table " + table.name());
  }
  add(report, {"supply", "loss", Kind::kRest, Scope::kWall, 1,
               Joules{report.total.count() * (1 / efficiency->value - 1)}, efficiency->status});
  return {};
}

}  // namespace

std::string_view name_of(Scope scope) {
  switch (scope) {
    case Scope::kCore:
      return "core";
    case Scope::kChip:
      return "chip";
    case Scope::kBoard:
      return "board";
    case Scope::kWall:
      return "wall";
  }
  return "core";
}

Result<Scope> scope_of(std::string_view name) {
  for (const auto s : {Scope::kCore, Scope::kChip, Scope::kBoard, Scope::kWall}) {
    if (name == name_of(s)) return s;
  }
  return fail(ErrorCode::kInvalidInput, "must be core, chip, board or wall", fmt::format("scope {}", name));
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kCompute:
      return "compute";
    case Kind::kSram:
      return "sram";
    case Kind::kDram:
      return "dram";
    case Kind::kClock:
      return "clock";
    case Kind::kStatic:
      return "static";
    case Kind::kRest:
      return "rest";
  }
  return "rest";
}

Joules EnergyReport::of_unit(std::string_view unit) const {
  Joules sum{0};
  for (const auto& t : terms) {
    if (t.unit == unit) sum += t.energy;
  }
  return sum;
}

Joules EnergyReport::of_kind(Kind kind) const {
  Joules sum{0};
  for (const auto& t : terms) {
    if (t.kind == kind) sum += t.energy;
  }
  return sum;
}

Result<EnergyReport> energy_of(const runtime::Activity& activity, const program::Target& target, const Table& table,
                               Seconds seconds, Scope scope, const std::optional<memory::DramActivity>& dram) {
  if (!(seconds.count() > 0))
    return fail(ErrorCode::kInvalidInput, fmt::format("duration is {} s, must be above 0", seconds.count()), "energy");
  EnergyReport report{table.name(), scope, {}, Joules{0}, Status::kVerified};
  if (auto r = add_events(report, activity, target, table, dram.has_value()); !r) return forward_error(r);
  for (const auto& leak : leaks_of(target)) {
    if (auto r = add_power(report, table, leak.unit.c_str(), "leakage", leak.row.c_str(), leak.times, seconds,
                           Kind::kStatic, Scope::kCore);
        !r)
      return forward_error(r);
  }
  if (scope >= Scope::kChip) {
    const auto r = dram ? add_dram(report, *dram, table, seconds)
                        : add_power(report, table, "dram", "background", "dram_background", 1, seconds, Kind::kStatic, Scope::kChip);
    if (!r) return forward_error(r);
  }
  if (scope >= Scope::kBoard) {
    if (auto r = add_power(report, table, "board", "rest", "board_rest", 1, seconds, Kind::kRest, Scope::kBoard); !r)
      return forward_error(r);
  }
  if (scope >= Scope::kWall) {
    if (auto r = add_supply(report, table); !r) return forward_error(r);
  }
  return report;
}

nlohmann::json breakdown_of(const EnergyReport& report) {
  auto terms = nlohmann::json::array();
  for (const auto& t : report.terms) {
    terms.push_back({{"unit", t.unit},
                     {"event", t.event},
                     {"class", name_of(t.kind)},
                     {"scope", name_of(t.scope)},
                     {"count", t.count},
                     {"energy_j", t.energy.count()},
                     {"status", name_of(t.status)}});
  }
  return {{"table", report.table},
          {"scope", name_of(report.scope)},
          {"weakest_row", name_of(report.weakest)},
          {"terms", terms}};
}

}  // namespace vernier::energy
