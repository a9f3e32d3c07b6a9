// SPDX-License-Identifier: Apache-2.0
#include <vernier/energy/table.hpp>

#include <energy_resources.hpp>
#include <fmt/format.h>
#include <vernier/core/files.hpp>
#include <vernier/core/toml.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "expression.hpp"

namespace vernier::energy {
namespace {

constexpr std::array kUnits{"pJ", "W", "V", "mA", "ns", "1"};

constexpr std::string_view kLogic = "logic_", kMemory = "memory_";

/// Names of the embedded tables of a kind; the kind is the prefix of the symbol.
std::vector<std::string> bundled(std::string_view kind) {
  std::vector<std::string> names;
  for (const auto& r : resources::kAll) {
    if (r.symbol.starts_with(kind)) names.emplace_back(r.stem);
  }
  return names;
}

Result<std::string> text_of(const std::string& name_or_file, std::string_view kind) {
  for (const auto& r : resources::kAll) {
    if (r.symbol.starts_with(kind) && r.stem == name_or_file) return std::string(r.text());
  }
  if (name_or_file.find('/') == std::string::npos && !name_or_file.ends_with(".toml")) {
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("is not a bundled energy table; there are {} and any .toml file", fmt::join(bundled(kind), " ")),
        name_or_file);
  }
  return read_text(name_or_file);
}

}  // namespace

std::string_view name_of(Status status) {
  switch (status) {
    case Status::kVerified:
      return "verified";
    case Status::kFitted:
      return "fitted";
    case Status::kUnverified:
      return "unverified";
    case Status::kUncalibrated:
      return "uncalibrated";
  }
  return "uncalibrated";
}

Result<Status> status_of(std::string_view name) {
  for (const auto s : {Status::kVerified, Status::kFitted, Status::kUnverified, Status::kUncalibrated}) {
    if (name == name_of(s)) return s;
  }
  return fail(ErrorCode::kInvalidInput,
              fmt::format("status is \"{}\", must be verified, fitted, unverified or uncalibrated", name), "");
}

/// Turns one TOML text into rows of a table, in the order of the file: a formula sees the rows above it.
class TableReader {
 public:
  /// Formulas may use rows of `base`; they do not become rows of the table.
  TableReader(Table& table, std::string where, const Table& base) : table_(table), where_(std::move(where)), base_(base) {}

  Result<void> read(std::string_view text, const char* kind) {
    if (auto r = parse(text); !r) return r;
    try {
      return read_document(kind);
    } catch (const std::exception& e) {
      return not_a_table(e);
    }
  }

  Result<void> parse(std::string_view text) {
    auto document = parse_toml(text, where_);
    if (!document) return forward_error(document);
    document_ = std::move(*document);
    return {};
  }

  [[nodiscard]] std::string text(const char* key) const { return toml::find_or<std::string>(document_, key, ""); }

 private:
  [[nodiscard]] tl::unexpected<Error> bad(const std::string& row, std::string what) const {
    return fail(ErrorCode::kInvalidInput, std::move(what), row.empty() ? where_ : fmt::format("{}: {}", where_, row));
  }

  [[nodiscard]] tl::unexpected<Error> not_a_table(const std::exception& e) const {
    const std::string what = e.what();
    return bad("", fmt::format("is not a table: {}", what.substr(0, what.find('\n'))));
  }

  Result<void> only_keys(const toml::value& v, const std::string& row, std::initializer_list<const char*> known) const {
    for (const auto& [key, value] : v.as_table()) {
      if (std::find(known.begin(), known.end(), key) == known.end())
        return bad(row, fmt::format("{} is not a known key", key));
    }
    return {};
  }

  Result<void> read_document(const char* kind) {
    if (auto r = only_keys(document_, "", {"name", "kind", "node", "voltage_v", "memory", "base", "doc", "row", "sram"}); !r)
      return r;
    if (text("kind") != kind) return bad("", fmt::format("kind is \"{}\", must be {}", text("kind"), kind));
    if (text("name").empty() || text("node").empty()) return bad("", "has no name or no node");
    for (const auto& v : toml::find_or<std::vector<toml::value>>(document_, "row", {})) {
      if (auto r = read_row(v); !r) return r;
    }
    for (const auto& v : toml::find_or<std::vector<toml::value>>(document_, "sram", {})) {
      if (auto r = read_sram(v); !r) return r;
    }
    std::sort(table_.sram_.begin(), table_.sram_.end(),
              [](const SramPoint& a, const SramPoint& b) { return a.bytes < b.bytes; });
    return {};
  }

  static double number(const toml::value& v, const char* key) {
    const auto& n = toml::find(v, key);
    return n.is_integer() ? static_cast<double>(n.as_integer()) : toml::get<double>(n);
  }

  Result<Status> stated_status(const toml::value& v, const std::string& row) const {
    auto status = status_of(toml::find_or<std::string>(v, "status", ""));
    if (!status) return bad(row, status.error().what);
    return status;
  }

  Result<void> read_row(const toml::value& v) {
    Row row;
    row.name = toml::find_or<std::string>(v, "name", "");
    if (row.name.empty()) return bad("", "has a row without a name");
    if (auto r = only_keys(v, row.name,
                           {"name", "value", "formula", "unit", "node", "voltage_v", "status", "source", "doc"});
        !r)
      return r;
    row.unit = toml::find_or<std::string>(v, "unit", "");
    if (std::find(kUnits.begin(), kUnits.end(), row.unit) == kUnits.end())
      return bad(row.name, fmt::format("unit is \"{}\", must be one of {}", row.unit, fmt::join(kUnits, " ")));
    row.node = toml::find_or<std::string>(v, "node", text("node"));
    row.source = toml::find_or<std::string>(v, "source", "");
    row.formula = toml::find_or<std::string>(v, "formula", "");
    row.doc = toml::find_or<std::string>(v, "doc", "");
    const auto status = stated_status(v, row.name);
    if (!status) return forward_error(status);
    row.status = *status;
    if (v.contains("value") == v.contains("formula")) return bad(row.name, "needs either a value or a formula");
    if (row.formula.empty() && row.source.empty()) return bad(row.name, "has a value without a source");
    if (row.formula.empty()) {
      row.value = number(v, "value");
    } else {
      const auto value = evaluate(row.formula, [&](std::string_view name) { return operand(row, name); });
      if (!value) return bad(row.name, value.error().what);
      row.value = *value;
    }
    if (!std::isfinite(row.value) || row.value < 0)
      return bad(row.name, fmt::format("is {}, must be a number not below 0", row.value));
    const auto name = row.name;
    if (!table_.rows_.emplace(name, std::move(row)).second) return bad(name, "stands twice");
    return {};
  }

  /// A formula is never more trustworthy than what it uses.
  Result<double> operand(Row& row, std::string_view name) const {
    const auto own = table_.rows_.find(std::string(name));
    const bool here = own != table_.rows_.end();
    const auto at = here ? own : base_.rows_.find(std::string(name));
    if (!here && at == base_.rows_.end())
      return fail(ErrorCode::kInvalidInput, fmt::format("uses {}, which is no row above it or of its base", name), "");
    row.status = std::max(row.status, at->second.status);
    return at->second.value;
  }

  Result<void> read_sram(const toml::value& v) {
    if (auto r = only_keys(v, "sram", {"bytes", "value", "unit", "access_bits", "status", "source", "doc"}); !r)
      return r;
    const auto status = stated_status(v, "sram");
    if (!status) return forward_error(status);
    if (toml::find_or<std::string>(v, "unit", "") != "pJ" || toml::find_or<std::string>(v, "source", "").empty())
      return bad("sram", "needs unit pJ and a source");
    const double bits = number(v, "access_bits");
    const SramPoint point{number(v, "bytes"), number(v, "value") * 64 / bits, *status};
    if (!(point.bytes > 0) || !(point.picojoules > 0) || !(bits > 0))
      return bad("sram", "needs bytes, value and access_bits above 0");
    table_.sram_.push_back(point);
    return {};
  }

 public:
  void finish(const std::string& memory_name) {
    table_.name_ = fmt::format("{} + {}", text("name"), memory_name);
    table_.node_ = text("node");
  }

 private:
  Table& table_;
  std::string where_;
  const Table& base_;
  toml::value document_;
};

Result<Row> Table::row(const std::string& row_name, std::string_view unit) const {
  const auto at = rows_.find(row_name);
  if (at == rows_.end())
    return fail(ErrorCode::kInvalidInput, fmt::format("has no row {} [{}]", row_name, unit), "energy table " + name_);
  if (at->second.unit != unit) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("row {} is in {}, must be in {}", row_name, at->second.unit, unit),
                "energy table " + name_);
  }
  return at->second;
}

void Table::set(Row row) { rows_.insert_or_assign(row.name, std::move(row)); }

Result<Row> Table::sram_access(double bytes) const {
  if (sram_.empty()) return fail(ErrorCode::kInvalidInput, "has no sram row", "energy table " + name_);
  Row row{"sram", sram_.front().picojoules, "pJ", node_, sram_.front().status, "", "", ""};
  if (bytes <= sram_.front().bytes) return row;
  if (sram_.size() < 2)
    return fail(ErrorCode::kInvalidInput, fmt::format("has one sram row, {} bytes lie beyond it", bytes),
                "energy table " + name_);
  std::size_t above = 1;
  while (above + 1 < sram_.size() && sram_[above].bytes < bytes) ++above;
  const auto &a = sram_[above - 1], &b = sram_[above];
  const double slope = std::log(b.picojoules / a.picojoules) / std::log(b.bytes / a.bytes);
  row.value = a.picojoules * std::pow(bytes / a.bytes, slope);
  row.status = bytes == b.bytes ? b.status : std::max({a.status, b.status, Status::kFitted});
  if (bytes > b.bytes) row.status = Status::kUncalibrated;  // beyond every point
  return row;
}

namespace {

/// The table whose rows the formulas of `logic` may use besides its own; empty where none is named. A base has none.
Result<Table> base_of(std::string_view logic, const std::string& where) {
  Table base, none, unused;
  TableReader reader(unused, where, none);
  if (auto r = reader.parse(logic); !r) return forward_error(r);
  const auto name = reader.text("base");
  if (name.empty()) return base;
  const auto text = text_of(name, kLogic);
  if (!text) return forward_error(text);
  TableReader named(base, name, none);
  if (auto r = named.read(*text, "logic"); !r) return forward_error(r);
  return base;
}

Result<Table> parse(std::string_view logic, const std::string& logic_name,
                    const std::function<Result<std::string>(const std::string&)>& memory_text) {
  const auto base = base_of(logic, logic_name);
  if (!base) return forward_error(base);
  Table table;
  const Table none;
  TableReader reader(table, logic_name, *base);
  if (auto r = reader.read(logic, "logic"); !r) return forward_error(r);
  const auto text = memory_text(reader.text("memory"));
  if (!text) return forward_error(text);
  TableReader memory(table, "memory table of " + logic_name, none);
  if (auto r = memory.read(*text, "memory"); !r) return forward_error(r);
  reader.finish(memory.text("name"));
  return table;
}

}  // namespace

Result<Table> load_table(const std::string& name_or_file, const std::string& memory) {
  const auto logic = text_of(name_or_file, kLogic);
  if (!logic) return forward_error(logic);
  return parse(*logic, name_or_file, [&](const std::string& named) -> Result<std::string> {
    const auto& wanted = memory.empty() ? named : memory;
    if (wanted.empty()) return fail(ErrorCode::kInvalidInput, "names no memory table and none was given", name_or_file);
    return text_of(wanted, kMemory);
  });
}

Result<Table> parse_table(std::string_view logic, std::string_view memory) {
  return parse(logic, "table", [&](const std::string&) -> Result<std::string> { return std::string(memory); });
}

std::vector<std::string> bundled_logic_tables() { return bundled(kLogic); }
std::vector<std::string> bundled_memory_tables() { return bundled(kMemory); }

}  // namespace vernier::energy
