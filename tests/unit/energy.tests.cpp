// SPDX-License-Identifier: Apache-2.0
#include <vernier/energy/energy.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>
#include <cmath>
#include <set>
#include <sstream>
#include <vernier/store/validate.hpp>

#include "../../sim/energy/src/event_costs.hpp"
#include "../../sim/energy/src/expression.hpp"
#include "sample_records.hpp"

using namespace vernier;
using Catch::Matchers::Contains;
using energy::Kind;
using energy::Scope;
using energy::Status;
using spec::Counter;

namespace {

/// Rows of round numbers, so that sums can be done by hand.
constexpr const char* kLogic = R"(
name = "round"
kind = "logic"
node = "test"
row = [
  {name = "register_clock", value = 0.001, unit = "pJ", status = "verified", source = "test"},
  {name = "register_switch", value = 0.01, unit = "pJ", status = "verified", source = "test"},
  {name = "mac", value = 0.5, unit = "pJ", status = "verified", source = "test"},
  {name = "accumulate_lane", value = 0.1, unit = "pJ", status = "verified", source = "test"},
  {name = "requantise_lane", value = 2.0, unit = "pJ", status = "fitted", source = "test"},
  {name = "binary_lane", value = 3.0, unit = "pJ", status = "verified", source = "test"},
  {name = "tap_lane", value = 0.25, unit = "pJ", status = "verified", source = "test"},
  {name = "exponential_lane", value = 0.2, unit = "pJ", status = "verified", source = "test"},
  {name = "reciprocal", value = 2.5, unit = "pJ", status = "verified", source = "test"},
  {name = "mac_leakage", value = 1e-6, unit = "W", status = "verified", source = "test"},
  {name = "lane_leakage", value = 2e-6, unit = "W", status = "verified", source = "test"},
  {name = "register_leakage", value = 1e-9, unit = "W", status = "verified", source = "test"},
  {name = "sram_leakage", value = 1e-8, unit = "W", status = "verified", source = "test"},
]
[[sram]]
bytes = 1024
value = 1
unit = "pJ"
access_bits = 64
status = "verified"
source = "test"
[[sram]]
bytes = 16384
value = 4
unit = "pJ"
access_bits = 64
status = "verified"
source = "test"
)";
constexpr const char* kMemory = R"(
name = "m"
kind = "memory"
node = "test"
row = [
  {name = "dram_read_word", value = 100, unit = "pJ", status = "verified", source = "test"},
  {name = "dram_write_word", value = 200, unit = "pJ", status = "verified", source = "test"},
  {name = "dram_activate", value = 1000, unit = "pJ", status = "verified", source = "test"},
  {name = "dram_background", value = 0.5, unit = "W", status = "verified", source = "test"},
  {name = "dram_refresh", value = 5000, unit = "pJ", status = "verified", source = "test"},
  {name = "dram_standby", value = 0.25, unit = "W", status = "verified", source = "test"},
]
)";

program::Target target_of(std::int64_t rows, std::int64_t columns) {
  program::Target t;
  t.name = "test";
  t.rows = rows;
  t.columns = columns;
  t.activation_bytes = 65536;  // four banks of 16384
  t.weight_bytes = 16384;
  t.parameter_bytes = 1024;
  t.accumulator_rows = 64;
  t.reads_in_flight = 4;
  return t;
}

energy::Table round_table() { return energy::parse_table(kLogic, kMemory).value(); }

double joules(const energy::EnergyReport& report, const std::string& unit, const std::string& event, Kind kind) {
  double sum = 0;
  for (const auto& t : report.terms) sum += t.unit == unit && t.event == event && t.kind == kind ? t.energy.count() : 0;
  return sum;
}

std::string without(std::string text, const std::string& row) {
  const auto at = text.find("  {name = \"" + row + "\"");
  REQUIRE(at != std::string::npos);
  return text.erase(at, text.find('\n', at) - at + 1);
}

runtime::Activity busy() {
  runtime::Activity a;
  for (std::size_t i = 0; i < spec::kCounters; ++i) a.counts[i] = 1000 + i;
  return a;
}

double number(const char* formula) {
  return energy::evaluate(formula,
                          [](std::string_view name) -> Result<double> {
                            if (name == "two") return 2.0;
                            return fail(ErrorCode::kInvalidInput, "unknown", std::string(name));
                          })
      .value_or(-999);
}

}  // namespace

TEST_CASE("Energy of a small run equals the sum done by hand", "[energy]") {
  // 2 rows x 4 columns; every figure below is events x (times x row)
  const auto target = target_of(2, 4);
  runtime::Activity a;
  a[Counter::kCycles] = 1000;
  a[Counter::kMatrixVectors] = 10;
  a[Counter::kVectorRows] = 5;
  a[Counter::kAccWrites] = 20;
  a[Counter::kAbufReadsMatrix] = 7;
  a[Counter::kParamReads] = 3;
  a[Counter::kLoadWords] = 6;
  a[Counter::kStoreWords] = 2;
  a[Counter::kReadBursts] = 4;
  a[Counter::kMatrixStallWeights] = 900;  // clocked like any other cycle: no energy of its own
  const auto report = energy::energy_of(a, target, round_table(), Seconds{1e-6}, Scope::kChip).value();

  CHECK(joules(report, "matrix", "matrix_vectors", Kind::kCompute) == Approx(10 * (2 * 4 * 0.5 + 16 * 0.01) * 1e-12));
  CHECK(joules(report, "vector", "vector_rows", Kind::kCompute) == Approx(5 * 4 * 2.0 * 1e-12));
  CHECK(joules(report, "matrix", "acc_writes", Kind::kCompute) == Approx(20 * 4 * 0.1 * 1e-12));
  CHECK(joules(report, "matrix", "acc_writes", Kind::kSram) ==
        Approx(20 * 2 * 1.0 * 1e-12));  // 64 x 4 x 4 B = 1024 B: 1 pJ; 128 bits
  CHECK(joules(report, "matrix", "abuf_reads_matrix", Kind::kSram) ==
        Approx(7 * 8 * 4.0 * 1e-12));  // bank of 16384 B: 4 pJ
  CHECK(joules(report, "vector", "param_reads", Kind::kSram) == Approx(3 * 8 * 1.0 * 1e-12));
  CHECK(joules(report, "dram", "read by load", Kind::kDram) == Approx(6 * 100e-12));
  CHECK(joules(report, "dram", "write by store", Kind::kDram) == Approx(2 * 200e-12));
  CHECK(joules(report, "dram", "activate for reads", Kind::kDram) == Approx(4 * 1000e-12));
  CHECK(joules(report, "dram", "background", Kind::kStatic) == Approx(0.5e-6));
  // store: command and two words of 512 bits
  CHECK(joules(report, "store", "clock", Kind::kClock) == Approx(1000 * 1536 * 0.001e-12));
  // matrix: command 512, weights 2*8*8 = 128, sums 18*4*1 = 72, broadcast 16, accumulator in and out 2*32*4 = 256
  CHECK(joules(report, "matrix", "clock", Kind::kClock) == Approx(1000 * (512 + 128 + 72 + 16 + 256) * 0.001e-12));
  // depthwise: two copies of its constants, 256 sums of 4 lanes
  CHECK(joules(report, "buffers", "leakage", Kind::kStatic) == Approx((65536 + 16384 + 1024 + 1024 + 2 * 16384 + 256 * 4 * 4) * 1e-8 * 1e-6));
  CHECK(joules(report, "matrix", "leakage", Kind::kStatic) == Approx(8e-6 * 1e-6));

  double sum = 0;
  for (const auto& t : report.terms) sum += t.energy.count();
  CHECK(report.total.count() == Approx(sum));
  CHECK(report.weakest == Status::kFitted);
  CHECK(report.of_unit("dram").count() == Approx(6 * 100e-12 + 2 * 200e-12 + 4000e-12 + 0.5e-6));
}

TEST_CASE("Every counter of the core has a cost or only tells time", "[energy]") {
  const std::set<std::string_view> time_only{"load_busy",           "load_stall_memory",    "load_stall_buffer",
                                             "matrix_busy",         "matrix_stall_weights", "matrix_stall_input",
                                             "matrix_stall_output", "vector_busy",          "vector_stall_source",
                                             "vector_stall_other",  "vector_stall_write",   "store_busy",
                                             "depthwise_busy",      "depthwise_stall_weights", "depthwise_stall_input",
                                             "depthwise_stall_output", "depthwise_stall_write"};
  for (std::size_t i = 0; i < spec::kCounters; ++i) {
    INFO(spec::kCounterNames[i]);
    runtime::Activity one;
    one.counts[i] = 1;
    const auto none = energy::energy_of({}, target_of(8, 8), round_table(), Seconds{1e-9}, Scope::kChip).value();
    const auto report = energy::energy_of(one, target_of(8, 8), round_table(), Seconds{1e-9}, Scope::kChip).value();
    CHECK((report.total.count() > none.total.count()) == !time_only.contains(spec::kCounterNames[i]));
  }
}

TEST_CASE("A missing row is an error that names it even when nothing was counted", "[energy]") {
  std::set<std::string> used;
  for (std::size_t i = 0; i < spec::kCounters; ++i) {
    for (const auto& c : energy::costs_of(static_cast<Counter>(i), target_of(8, 8))) {
      for (const auto& p : c.parts) used.insert(p.row);
    }
  }
  for (const auto& l : energy::leaks_of(target_of(8, 8))) used.insert(l.row);
  used.erase("");
  used.insert("dram_background");
  CHECK(used.size() == 17);
  for (const auto& row : used) {
    INFO(row);
    const bool memory = row.starts_with("dram");
    const auto table =
        energy::parse_table(memory ? kLogic : without(kLogic, row), memory ? without(kMemory, row) : kMemory).value();
    const auto r = energy::energy_of({}, target_of(8, 8), table, Seconds{1e-6}, Scope::kChip);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == ErrorCode::kInvalidInput);
    CHECK_THAT(r.error().what, Contains("no row " + row + " "));
    CHECK(energy::energy_of({}, target_of(8, 8), table, Seconds{1e-6}, Scope::kCore).has_value() ==
          memory);  // the core needs no memory rows
  }
}

TEST_CASE("Scopes nest and board and wall need rows of their own", "[energy]") {
  auto table = round_table();
  const auto at = [&](Scope s) { return energy::energy_of(busy(), target_of(4, 8), table, Seconds{2e-6}, s); };
  const double core = at(Scope::kCore).value().total.count(), chip = at(Scope::kChip).value().total.count();
  CHECK(chip - core == Approx(at(Scope::kChip).value().of_unit("dram").count()));
  CHECK_THAT(at(Scope::kBoard).error().what, Contains("no row board_rest"));
  table.set({"board_rest", 10, "W", "", Status::kVerified, "test", "", ""});
  CHECK(at(Scope::kBoard).value().total.count() == Approx(chip + 20e-6));
  CHECK_THAT(at(Scope::kWall).error().what, Contains("no row supply_efficiency"));
  table.set({"supply_efficiency", 0.8, "1", "", Status::kVerified, "test", "", ""});
  CHECK(at(Scope::kWall).value().total.count() == Approx((chip + 20e-6) / 0.8));
  table.set({"supply_efficiency", 80, "1", "", Status::kVerified, "test", "", ""});
  CHECK_FALSE(at(Scope::kWall));
  CHECK_FALSE(energy::energy_of(busy(), target_of(4, 8), table, Seconds{0}, Scope::kCore));
}

TEST_CASE("Energy of two halves of a run is the energy of the whole", "[energy][property]") {
  const auto table = energy::load_table("45nm").value();
  rc::prop("additive in events and time", [&](std::array<std::uint16_t, spec::kCounters> x,
                                              std::array<std::uint16_t, spec::kCounters> y) {
    runtime::Activity a, b, both;
    for (std::size_t i = 0; i < spec::kCounters; ++i) {
      a.counts[i] = x[i];
      b.counts[i] = y[i];
      both.counts[i] = a.counts[i] + b.counts[i];
    }
    const auto of = [&](const runtime::Activity& activity, double s) {
      return energy::energy_of(activity, target_of(3, 5), table, Seconds{s}, Scope::kChip).value().total.count();
    };
    RC_ASSERT(std::abs(of(a, 1e-6) + of(b, 3e-6) - of(both, 4e-6)) <= 1e-12 * of(both, 4e-6));
  });
}

TEST_CASE("Bundled tables state a source or a derivation for every row and cover every event", "[energy]") {
  for (const auto& logic : energy::bundled_logic_tables()) {
    for (const auto& memory : energy::bundled_memory_tables()) {
      const auto loaded = energy::load_table(logic, memory);
      INFO(logic << " " << memory << (loaded ? std::string() : to_string(loaded.error())));
      REQUIRE(loaded);
      CHECK(loaded->name() == logic + " + " + memory);
      for (const auto& [name, row] : loaded->rows()) {
        INFO(name);
        CHECK((row.formula.empty() ? !row.source.empty() : !row.doc.empty()));
        CHECK_FALSE(row.node.empty());
      }
      CHECK(energy::energy_of(busy(), target_of(16, 16), *loaded, Seconds{1e-6}, Scope::kChip).has_value());
    }
  }
}

TEST_CASE("Memory rows follow from the part's currents by hand", "[energy]") {
  const auto table = energy::load_table("7nm", "ddr4-2400").value();
  CHECK(table.row("dram_activate", "pJ")->value == Approx(1.2 * (48 * 55 - 43 * 39 - 34 * 16) * 0.833 * 8));  // 3351 pJ
  CHECK(table.row("dram_read_word", "pJ")->value == Approx(1.2 * 92 * 4 * 0.833 * 8));                        // 2943 pJ
  CHECK(table.row("dram_write_word", "pJ")->value == Approx(1.2 * 80 * 4 * 0.833 * 8));
  CHECK(table.row("dram_background", "W")->value == Approx(8 * 1.2e-3 * (43 + 207 * 420 / 9364.0)));  // 0.502 W
  CHECK(table.row("dram_read_word", "pJ")->status == Status::kVerified);
  CHECK(energy::load_table("7nm", "hbm2")->row("dram_read_word", "pJ")->value == Approx(1.2 * 335 * 2));
  CHECK(energy::load_table("7nm")->name() == "7nm + ddr4-2400");
}

TEST_CASE("The arithmetic rows of a node follow from its primitives by hand", "[energy]") {
  const auto table = energy::load_table("45nm").value();
  CHECK(table.row("mac", "pJ")->value == Approx(0.2 + 0.1 * 18 / 32));
  CHECK(table.row("requantise_lane", "pJ")->value == Approx(0.1 + 3.1 * 0.75 + 0.417 * 1.75 + 0.06));
  CHECK(table.row("mac", "pJ")->status == Status::kUncalibrated);
  CHECK(table.row("int8_multiply", "pJ")->status == Status::kVerified);
  CHECK(energy::load_table("7nm")->row("accumulate_lane", "pJ")->status == Status::kUnverified);
}

TEST_CASE("On-chip memory is interpolated on logarithmic axes", "[energy]") {
  const auto table = round_table();  // 1 pJ at 1 KiB, 4 pJ at 16 KiB: the square root of the capacity
  CHECK(table.sram_access(1024)->value == Approx(1));
  CHECK(table.sram_access(16384)->value == Approx(4));
  CHECK(table.sram_access(4096)->value == Approx(2));
  CHECK(table.sram_access(65536)->value == Approx(8));
  CHECK(table.sram_access(64)->value == Approx(1));
  CHECK(table.sram_access(16384)->status == Status::kVerified);
  CHECK(table.sram_access(4096)->status == Status::kFitted);
  CHECK(table.sram_access(65536)->status == Status::kUncalibrated);
}

TEST_CASE("Formulas follow the usual precedence and damaged ones are refused", "[energy]") {
  CHECK(number("1 + 2 * 3") == 7);
  CHECK(number("(1 + 2) * 3 - 4 / two") == 7);
  CHECK(number("8 / 2 / two") == 2);
  CHECK(number("1e-3 * 1000") == Approx(1));
  for (const char* bad : {"", "1 +", "(1", "1)", "1 2", "three", "1 / 0", "* 2", "1 $ 2"}) {
    INFO(bad);
    CHECK(number(bad) == -999);
  }
  CHECK(number((std::string(100000, '(') + "1").c_str()) == -999);
}

TEST_CASE("A damaged table is refused and the row is named", "[energy]") {
  const auto with = [](const char* row) {
    return std::string("name = \"t\"\nkind = \"logic\"\nnode = \"n\"\nrow = [").append(row).append("]\n");
  };
  struct Damage {
    const char *row, *message;
  };
  for (const auto& [row, message] : std::vector<Damage>{
           {"{name = \"x\", value = 1, unit = \"pJ\", status = \"verified\"}", "without a source"},
           {"{name = \"x\", value = 1, unit = \"nJ\", status = \"verified\", source = \"s\"}", "unit is"},
           {"{name = \"x\", value = 1, unit = \"pJ\", status = \"sure\", source = \"s\"}", "status is"},
           {"{name = \"x\", value = -1, unit = \"pJ\", status = \"verified\", source = \"s\"}", "not below 0"},
           {"{name = \"x\", value = \"1\", unit = \"pJ\", status = \"verified\", source = \"s\"}", "not a table"},
           {"{name = \"x\", unit = \"pJ\", status = \"verified\", source = \"s\"}", "either a value or a formula"},
           {"{name = \"x\", value = 1, formula = \"1\", unit = \"pJ\", status = \"verified\", source = \"s\"}",
            "either a value or a formula"},
           {"{name = \"x\", formula = \"y + 1\", unit = \"pJ\", status = \"verified\"}", "no row above it"},
           {"{name = \"x\", value = 1, unit = \"pJ\", status = \"verified\", source = \"s\", price = 3}",
            "price is not a known key"},
           {"{name = \"x\", value = 1, unit = \"pJ\", status = \"verified\", source = \"s\"}, {name = \"x\", value = "
            "2, unit = \"pJ\", status = \"verified\", source = \"s\"}",
            "stands twice"},
           {"{value = 1}", "without a name"}}) {
    const auto r = energy::parse_table(with(row), kMemory);
    INFO(row);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == ErrorCode::kInvalidInput);
    CHECK_THAT(r.error().what, Contains(message));
  }
  CHECK_THAT(energy::parse_table("x = [", kMemory).error().what, Contains("not TOML"));
  CHECK_FALSE(energy::parse_table(kMemory, kMemory));
  CHECK_THAT(energy::load_table("3nm").error().what, Contains("45nm 7nm 16nm fpga"));
  CHECK_FALSE(energy::load_table("/nowhere/table.toml"));
}

TEST_CASE("The breakdown fits a record and adds up to its energy", "[energy]") {
  const auto table = energy::load_table("7nm").value();
  const auto report = energy::energy_of(busy(), target_of(16, 16), table, Seconds{1e-5}, Scope::kChip).value();
  auto record = samples::rtl_record();
  record["energy"] = energy::breakdown_of(report);
  record["energy_j"] = report.total.count();
  const auto valid = store::validate(record);
  INFO((valid ? std::string() : to_string(valid.error())));
  CHECK(valid.has_value());
  double sum = 0;
  for (const auto& t : record["energy"]["terms"]) sum += t["energy_j"].get<double>();
  CHECK(sum == Approx(report.total.count()));
  CHECK(record["energy"]["weakest_row"] == "uncalibrated");
  CHECK(report.of_kind(Kind::kDram).count() > 0);
}

TEST_CASE("Counted rows and refreshes replace the bound of one row a burst", "[energy]") {
  const auto target = target_of(2, 4);
  const auto table = round_table();
  runtime::Activity a;
  a[Counter::kLoadWords] = 100;
  a[Counter::kReadBursts] = 40;
  const Seconds time{1e-6};
  const auto bound = energy::energy_of(a, target, table, time, Scope::kChip);
  REQUIRE(bound);
  CHECK(joules(*bound, "dram", "activate for reads", Kind::kDram) == Approx(40 * 1000e-12));
  CHECK(joules(*bound, "dram", "background", Kind::kStatic) == Approx(0.5e-6));

  const memory::DramActivity dram{.channels = 2, .burst_bytes = 64, .activates = 3, .precharges = 1, .reads = 100, .writes = 0, .refreshes = 2};
  const auto counted = energy::energy_of(a, target, table, time, Scope::kChip, dram);
  REQUIRE(counted);
  CHECK(joules(*counted, "dram", "activate for reads", Kind::kDram) == 0);
  CHECK(joules(*counted, "dram", "activate", Kind::kDram) == Approx(3 * 1000e-12));
  CHECK(joules(*counted, "dram", "refresh", Kind::kDram) == Approx(2 * 5000e-12));
  CHECK(joules(*counted, "dram", "standby", Kind::kStatic) == Approx(2 * 0.25e-6));
  CHECK(joules(*counted, "dram", "read by load", Kind::kDram) == Approx(100 * 100e-12));
  CHECK(joules(*counted, "dram", "background", Kind::kStatic) == 0);
  const auto core = energy::energy_of(a, target, table, time, Scope::kCore, dram);
  REQUIRE(core);
  CHECK(core->of_unit("dram").count() == 0);
  for (const char* row : {"dram_refresh", "dram_standby"}) {
    const auto poor = energy::parse_table(kLogic, without(kMemory, row));
    REQUIRE(poor);
    const auto refused = energy::energy_of(a, target, *poor, time, Scope::kChip, dram);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().what, Contains(row));
  }
}

TEST_CASE("Action counts times the rows of a table are the energy of the events", "[energy]") {
  const auto target = target_of(4, 8);
  const auto table = energy::load_table("45nm").value();
  const bool counted = GENERATE(false, true);
  std::optional<memory::DramActivity> dram;
  if (counted) dram = memory::DramActivity{.channels = 1, .burst_bytes = 64, .activates = 77, .precharges = 0, .reads = 0, .writes = 0, .refreshes = 5};
  std::istringstream lines(energy::action_counts(busy(), target, dram));
  double picojoules = 0;
  std::set<std::string> units;
  for (std::string line; std::getline(lines, line);) {
    if (const auto unit = line.find("        - name: "); unit == 0) units.insert(line.substr(16));
    const auto counts = line.find("counts: ");
    const auto name = line.find("{name: ");
    if (counts == std::string::npos || name == std::string::npos) continue;
    const auto row = line.substr(name + 7, line.find(',') - name - 7);
    const auto bytes = line.find("{bytes: ");
    const auto price = bytes == std::string::npos ? table.row(row, "pJ") : table.sram_access(std::stod(line.substr(bytes + 8)));
    REQUIRE(price);
    picojoules += price->value * std::stod(line.substr(counts + 8));
  }
  double events = 0;
  for (const auto& t : energy::energy_of(busy(), target, table, Seconds{1e-6}, Scope::kChip, dram).value().terms) {
    if (t.kind != Kind::kStatic) events += t.energy.count();
  }
  CHECK(picojoules * 1e-12 == Approx(events).epsilon(1e-5));  // counts are whole
  CHECK(units.count("matrix") + units.count("dram") + units.count("fetch") == 3);
}

TEST_CASE("The rows of 16 nm lie where its header says", "[energy]") {
  const auto old = energy::load_table("45nm").value(), mid = energy::load_table("16nm").value(), recent = energy::load_table("7nm").value();
  const double share = std::log(45 / 16.0) / std::log(45 / 7.0);
  const auto between = [&](double a, double b) { return a * std::pow(b / a, share); };
  for (const char* row : {"int8_add", "int8_multiply", "int32_add", "int32_multiply"}) {
    CAPTURE(row);
    CHECK(mid.row(row, "pJ")->value == Approx(between(old.row(row, "pJ")->value, recent.row(row, "pJ")->value)).epsilon(1e-3));
    CHECK(mid.row(row, "pJ")->status == Status::kUncalibrated);
  }
  for (const double bytes : {8192.0, 32768.0, 1048576.0}) {
    CAPTURE(bytes);
    CHECK(mid.sram_access(bytes)->value == Approx(between(old.sram_access(bytes)->value, recent.sram_access(bytes)->value)).epsilon(1e-3));
  }
}

TEST_CASE("Rows of the fabric follow from the base table by hand", "[energy]") {
  const auto table = energy::load_table("fpga").value();
  CHECK(table.row("mac", "pJ")->value == Approx(0.2 + 14 * 32 * 0.00106 + 14 * 18 * 0.1 / 32));
  CHECK(table.row("register_clock", "pJ")->value == Approx(14 * 0.00794));
  CHECK(table.row("register_leakage", "W")->value == Approx(35 * 7.4e-8));
  CHECK(table.row("mac", "pJ")->status == Status::kUncalibrated);
  CHECK(table.row("fabric_dynamic_ratio", "1")->status == Status::kVerified);
  CHECK_FALSE(table.row("int32_add", "pJ"));  // a row of the base alone
  const std::string with_base = std::string("base = \"45nm\"\n") + kLogic;
  CHECK(energy::parse_table(with_base, kMemory));
  const auto unknown = energy::parse_table(std::string("base = \"3nm\"\n") + kLogic, kMemory);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().where == "3nm");
}
