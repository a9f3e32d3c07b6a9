// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <set>

#include <vernier/published/published.hpp>
#include <vernier/render/chart.hpp>
#include <vernier/store/validate.hpp>

using namespace vernier;
using namespace vernier::published;
using Catch::Matchers::Contains;

namespace {

std::vector<Entry> all() {
  auto entries = mlperf_entries();
  REQUIRE(entries);
  return std::move(*entries);
}

double value(const Chart& chart, const std::string& group, const std::string& series) {
  for (const auto& b : chart.bars) {
    if (b.group == group && b.series == series) return b.value;
  }
  FAIL(group << " / " << series << " is not in " << chart.name);
  return 0;
}

double ratio(const Chart& chart, const std::string& group) {
  for (const auto& b : chart.bars) {
    if (b.group == group && b.of_first) return *b.of_first;
  }
  FAIL(group << " has no ratio in " << chart.name);
  return 0;
}

}  // namespace

TEST_CASE("Quotes, commas and line ends inside fields are read and ragged rows are named", "[published]") {
  const auto sheet = parse_csv("a,b\r\n\"x, \"\"y\"\"\nz\",\n", "t.csv");
  REQUIRE(sheet);
  CHECK(sheet->columns == std::vector<std::string>{"a", "b"});
  REQUIRE(sheet->rows.size() == 1);
  CHECK(sheet->rows[0] == std::vector<std::string>{"x, \"y\"\nz", ""});
  const auto ragged = parse_csv("a,b\n1,2\n1,2,3\n", "t.csv");
  REQUIRE_FALSE(ragged);
  CHECK(ragged.error().where == "t.csv:3");
  CHECK_FALSE(parse_csv("a,b\n\"1,2\n", "t.csv"));
  CHECK_FALSE(parse_csv("", "t.csv"));
}

TEST_CASE("Every shipped row has a source and every figure is a number", "[published]") {
  const auto entries = all();
  CHECK(entries.size() == 1056);
  for (const char* name : {"devices", "llm_results"}) {
    const auto sheet = bundled_sheet(name);
    REQUIRE(sheet);
    REQUIRE(sheet->columns.back() == "source");
    for (const auto& row : sheet->rows) CHECK_FALSE(row.back().empty());
  }
  auto sheet = *bundled_sheet("mlperf_results");
  sheet.rows[7].back().clear();
  const auto unsourced = entries_of(sheet, "x.csv");
  REQUIRE_FALSE(unsourced);
  CHECK(unsourced.error().where == "x.csv, row 8");
}

TEST_CASE("A selection narrows by any column and rates divide by accelerators where latencies do not", "[published]") {
  const auto entries = all();
  Selection resnet;
  resnet.round = "v1.1";
  resnet.device = "a100-pcie-80gbx8_trt";
  resnet.model = "resnet50";
  resnet.scenario = "offline";
  const auto a100 = select(entries, resnet);
  REQUIRE(a100.size() == 2);  // the submitter's own server and Triton
  CHECK(value_of(a100[0], false) == 295237);
  CHECK(value_of(a100[0], true) == Approx(295237 / 8.0));
  Selection fpgas;
  fpgas.fpga_only = true;
  const auto fpga = select(entries, fpgas);
  CHECK(fpga.size() == 93);
  Selection streams;
  streams.round = "v1.1";
  streams.scenario = "SingleStream";
  for (const auto& e : select(entries, streams)) CHECK(value_of(e, true) == e.value);
  streams.model = "no-such-model";
  CHECK(select(entries, streams).empty());
}

TEST_CASE("The charts of v4.0 and v1.1 come out of the data as they were reported", "[published]") {
  const auto entries = all();
  for (const auto& name : charts()) {
    CAPTURE(name);
    const auto drawn = chart(name, entries);
    if (!drawn) FAIL(to_string(drawn.error()));
    CHECK(drawn->bars.size() >= 4);
    for (const auto& b : drawn->bars) CHECK_FALSE(b.entry.source.empty());
  }
  const auto llama = *chart("v4.0-llama2-h200-h100", entries);
  CHECK(value(llama, "Offline", "8x H200 SXM CTS") == Approx(31712).epsilon(1e-4));
  CHECK(value(llama, "Offline", "8x H200 SXM") == Approx(27738.3).epsilon(1e-4));
  CHECK(value(llama, "Offline", "8x H200 SXM CTS") / value(llama, "Offline", "8x H100 SXM (DGX)") == Approx(1.454).margin(0.001));
  const auto sdxl = *chart("v4.0-sdxl-h200-h100", entries);
  CHECK(value(sdxl, "Server", "8x H200 SXM") == Approx(13.798).epsilon(1e-3));
  const auto arm = *chart("v1.1-arm-offline", entries);
  CHECK(ratio(arm, "ResNet-50") == Approx(0.987).margin(0.0006));
  CHECK(ratio(arm, "3D U-Net") == Approx(1.065).margin(0.0006));
  const auto triton = *chart("v1.1-triton-offline", entries);
  CHECK(ratio(triton, "ResNet-50") == Approx(0.965).margin(0.0006));
  const auto a30 = *chart("v1.1-a30-offline", entries);
  CHECK(ratio(a30, "ResNet-50") == Approx(149178.0 / 295237).epsilon(1e-3));
  CHECK_FALSE(chart("v9.9-quantum", entries));
}

TEST_CASE("A published result becomes a valid record that says whose it is and never ours", "[published]") {
  std::size_t records = 0, with_power = 0;
  std::set<std::string> scenarios;
  for (const auto& e : all()) {
    const auto record = record_of(e, "resnet8", "0.1.0", "2026-01-02T03:04:05Z");
    if (!record) continue;
    CAPTURE(record->dump(1));
    const auto valid = store::validate(*record);
    if (!valid) FAIL(to_string(valid.error()));
    CHECK((*record)["fidelity"] == "published");
    CHECK((*record)["source"].get<std::string>().find(e.source) != std::string::npos);
    if (!(*record)["power_w"].is_null()) {
      ++with_power;
      CHECK((*record)["energy_source"] == "published");
      CHECK((*record)["power_scope"] == (e.category == "tiny" ? "board" : "wall"));
    }
    scenarios.insert((*record)["scenario"].get<std::string>());
    ++records;
  }
  CHECK(records == 880);
  CHECK(with_power == 134);
  CHECK(scenarios == std::set<std::string>{"multistream", "offline", "server", "singlestream"});
}

TEST_CASE("A chart is written with its standing and every figure's source", "[published]") {
  render::BarChart chart{"Title <1>", "A note", "samples/s", "Published, not ours", {{"g", "a", 10, std::nullopt, "w", "repo:path"}, {"g", "b", 12, 1.2, "w, x", "repo:other"}}};
  const auto html = render::chart_html(chart);
  CHECK_THAT(html, Contains("Title &lt;1&gt;") && Contains("Published, not ours") && Contains("repo:other") && Contains("1.200"));
  CHECK_THAT(render::chart_markdown(chart), Contains("| g | b | 12 | 1.200") && Contains("repo:path"));
  CHECK(render::chart_csv(chart) == "group,series,value,unit,ratio_to_first,what,source\ng,a,10,samples/s,,w,repo:path\ng,b,12,samples/s,1.2,\"w, x\",repo:other\n");
}
