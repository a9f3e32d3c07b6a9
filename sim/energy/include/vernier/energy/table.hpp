// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::energy {

/// How far a row can be trusted, from best to worst.
enum class Status : std::uint8_t {
  kVerified,      ///< read in the source named, or computed from such values by the source's method
  kFitted,        ///< fitted to measurements, or interpolated between rows
  kUnverified,    ///< the source is named but was not read
  kUncalibrated,  ///< a user parameter: an assumption whose derivation the row states
};
[[nodiscard]] std::string_view name_of(Status status);
[[nodiscard]] Result<Status> status_of(std::string_view name);  ///< kInvalidInput lists the names

/// One figure with its provenance.
struct Row {
  std::string name;
  double value = 0;
  std::string unit;  ///< pJ, W, V, mA, ns or 1
  std::string node;
  Status status = Status::kUncalibrated;  ///< never better than that of any row its formula uses
  std::string source, formula, doc;
};

/// Energy of one access to an on-chip memory bank of a given capacity.
struct SramPoint {
  double bytes = 0, picojoules = 0;
  Status status = Status::kUncalibrated;
};

/// Rows of one logic table and one memory table.
class Table {
 public:
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& node() const { return node_; }
  [[nodiscard]] const std::map<std::string, Row>& rows() const { return rows_; }
  [[nodiscard]] const std::vector<SramPoint>& sram_points() const { return sram_; }

  /// kInvalidInput names the missing row, or the unit found and the one wanted.
  [[nodiscard]] Result<Row> row(const std::string& row_name, std::string_view unit) const;

  /// A 64-bit access to a bank of this capacity: straight on logarithmic axes between two points, along the last two
  /// beyond the largest, the smallest point below it. Between points the status is fitted at best.
  [[nodiscard]] Result<Row> sram_access(double bytes) const;

  /// Adds or replaces a row, for instance board_rest from a board's facts.
  void set(Row row);

 private:
  friend class TableReader;
  std::string name_, node_;
  std::map<std::string, Row> rows_;
  std::vector<SramPoint> sram_;
};

/// Reads "45nm", "7nm" or a TOML file; its rows of memory come from the bundled table or file `memory`, or, when that
/// is empty, from the one the file names. kInvalidInput names file and row: unknown keys, units, formulas, missing
/// sources.
[[nodiscard]] Result<Table> load_table(const std::string& name_or_file, const std::string& memory = "");

/// The same from texts, for tables that are not files.
[[nodiscard]] Result<Table> parse_table(std::string_view logic, std::string_view memory);

[[nodiscard]] std::vector<std::string> bundled_logic_tables();
[[nodiscard]] std::vector<std::string> bundled_memory_tables();

}  // namespace vernier::energy
