// SPDX-License-Identifier: Apache-2.0
#include <vernier/render/diff.hpp>
#include <vernier/render/report.hpp>

#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>
#include <unistd.h>
#include <vernier/core/files.hpp>
#include <vernier/store/record_file.hpp>
#include <vernier/store/validate.hpp>

#include "../../reports/render/src/format.hpp"
#include "sample_records.hpp"

using namespace vernier;
using Catch::Matchers::Contains;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t n = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

std::vector<render::Violation> violations(const json& a, const json& b, const char* rules) {
  const auto r = render::fail_if(render::diff(a, b).value(), rules);
  INFO(rules << (r ? std::string() : to_string(r.error())));
  REQUIRE(r);
  return *r;
}

ErrorCode refusal(const json& a, const json& b, const char* rules) {
  const auto r = render::fail_if(render::diff(a, b).value(), rules);
  INFO(rules);
  REQUIRE_FALSE(r);
  return r.error().code;
}

json with_cycles(long long cycles) {
  auto r = samples::rtl_record();
  r["cycles"] = cycles;
  r["latency_s"] = static_cast<double>(cycles) / samples::kClockHz;
  return r;
}

}  // namespace

TEST_CASE("Figures are shown with four significant digits and a prefix", "[render]") {
  CHECK(render::si(0.0001708833, "s") == "170.9 \u00b5s");
  CHECK(render::si(0.99999, "s") == "1.000 s");
  CHECK(render::si(999.96, "Hz") == "1.000 kHz");
  CHECK(render::si(300e6, "Hz") == "300.0 MHz");
  CHECK(render::si(0, "J") == "0 J");
  CHECK(render::si(-1.5e-3, "J") == "-1.500 mJ");
  CHECK(render::si(5852, "") == "5.852 k");
  CHECK(render::grouped(51265) == "51,265");
  CHECK(render::grouped(-1234567) == "-1,234,567");
  CHECK(render::grouped(std::numeric_limits<std::int64_t>::min()) == "-9,223,372,036,854,775,808");
  CHECK(render::signed_percent(0.01234) == "+1.2 %");
  CHECK(render::signed_percent(-0.0004) == "-0.040 %");
  CHECK(render::signed_percent(0) == "0 %");
}

TEST_CASE("A CSV line holds every figure unrounded and leaves absent ones empty", "[render]") {
  const auto records = samples::comparison();
  const auto csv = lines(render::render_csv(records).value());
  REQUIRE(csv.size() == 6);
  CHECK_THAT(csv[0], Contains("record,model,") && Contains(",latency_s,") && Contains(",time.kernel_s,"));
  CHECK_THAT(csv[1], Contains(store::record_id(records[0])) && Contains(",51265,300000000.0,assumed,"));
  CHECK_THAT(csv[4], Contains(",true,,,,0.000412,"));  // cycles, clock and its source do not exist on a CPU
  CHECK_THAT(csv[5], Contains("\"p99 <script>alert('x')</script> above the bar & \"\"quoted\"\"\""));
  CHECK(lines(render::render_layers_csv(records).value()).size() == 1 + 4 * samples::kLayers.size());
}

TEST_CASE("The console summary has one line a record with its fidelity and difference", "[render]") {
  const auto summary = render::render_summary(samples::comparison()).value();
  const auto all = lines(summary);
  REQUIRE(all.size() == 7);
  CHECK(all[0] == "sample-resnet8, batch 1");
  CHECK_THAT(all[2], Contains("rtl") && Contains("npu16") && Contains("51,265") && Contains("reference") &&
                         Contains("170.9 \u00b5s") && Contains("85.5 %") && Contains("bit-exact"));
  CHECK_THAT(all[4], Contains("analytic") && Contains(" -") && !Contains("measured"));
  CHECK_THAT(all[5], Contains("cpu") && Contains("measured") && Contains("412.0 \u00b5s") && Contains("5.200 mJ"));
  CHECK_THAT(all[6], Contains("not valid: p99"));
}

TEST_CASE("Estimated and sensed energy never share a column", "[render]") {
  const auto text = render::render_markdown(samples::comparison()).value();
  CHECK_THAT(text, Contains("| Energy, estimated | Energy, sensed |"));
  for (const auto& line : lines(text)) {
    if (line.find("[cpu]") == std::string::npos || line.find("5.200 mJ") == std::string::npos) continue;
    CHECK_THAT(line, Contains("| \u2013 | 5.200 mJ (12.62 W, wall) |"));
  }
  CHECK(count(text, "5.200 mJ") == 1);
}

TEST_CASE("Markdown and HTML neutralise what records bring along", "[render]") {
  auto record = samples::rtl_record();
  record["model"] = "a|b<script>alert(1)</script>";
  record["layers"][0]["name"] = "</script><script>alert(2)</script><!--";
  const std::vector<json> records{record, samples::invalid_board_record()};
  const auto page = render::render_html(records).value();
  CHECK(count(page, "<script>alert") == 0);
  const auto tame = render::render_html(std::vector<json>{samples::rtl_record(), samples::invalid_board_record()}).value();
  CHECK(count(page, "<script") == count(tame, "<script"));
  CHECK(count(page, "</script>") == count(tame, "</script>"));
  CHECK_THAT(page,
             Contains("p99 &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; above the bar &amp; &quot;quoted&quot;"));
  CHECK_THAT(render::render_markdown(records).value(), Contains("a\\|b&lt;script&gt;") && !Contains("<script>"));
}

TEST_CASE("A report holds its records and every figure links to one", "[render]") {
  const auto records = samples::comparison();
  const auto page = render::render_html(records).value();
  CHECK(page.size() < 3'000'000);
  for (const auto& r : records)
    CHECK_THAT(page, Contains(std::string("id=\"r-").append(store::record_id(r)).append("\"")));
  CHECK(count(page, "class=\"figure\"") > 150);
  std::size_t at = 0, checked = 0;
  while ((at = page.find("href=\"#r-", at)) != std::string::npos) {
    const auto id = page.substr(at + 9, 16);
    const auto pointer_at = page.find("data-pointer=\"", at) + 14;
    const auto pointer = page.substr(pointer_at, page.find('"', pointer_at) - pointer_at);
    const auto r =
        std::find_if(records.begin(), records.end(), [&](const json& x) { return store::record_id(x) == id; });
    REQUIRE(r != records.end());
    INFO(pointer);
    // an absent object's members link to where they would be
    CHECK((r->contains(json::json_pointer(pointer)) || r->at(json::json_pointer(pointer).parent_pointer()).is_null()));
    ++checked;
    ++at;
  }
  CHECK(checked > 150);
  for (const char* address : {"src=\"http", "href=\"http", "@import", "url(http"}) CHECK(count(page, address) == 0);
}

TEST_CASE("A ruler beside the RTL reads more, less or the same", "[render]") {
  const auto said = [](long long cycles) {
    auto fast = with_cycles(cycles);
    fast["ruler"] = "systemc";
    fast["fidelity"] = "systemc";
    return render::render_html(std::vector<json>{with_cycles(10'000), fast}).value();
  };
  CHECK_THAT(said(10'020), Contains(" systemc reads 0.20\u00a0% more."));
  CHECK_THAT(said(9'990), Contains(" systemc reads 0.10\u00a0% less."));
  CHECK_THAT(said(10'000), Contains(" systemc reads the same."));
}

TEST_CASE("A ratio of a simulated to a measured time is labelled mixed", "[render]") {
  const auto text = render::render_markdown(samples::comparison()).value();
  std::size_t mixed = 0;
  for (const auto& line : lines(text)) {
    if (line.find("| mixed (a simulated and a measured time) |") != std::string::npos) {
      ++mixed;
      CHECK(line.find("measured |") != std::string::npos);
    }
  }
  CHECK(mixed == 2);
}

TEST_CASE("Records of other models and targets get sections of their own", "[render]") {
  auto records = samples::comparison();
  auto small = samples::rtl_record();
  small["target"] = "npu8";
  small["cycles"] = 204000;
  small["latency_s"] = 204000 / samples::kClockHz;
  records.push_back(small);
  auto other = samples::cpu_record();
  other["model"] = "other";
  records.push_back(other);
  const auto page = render::render_html(records).value();
  CHECK(count(page, "<article") == 2);
  CHECK_THAT(page, Contains("On npu16") && Contains("On npu8"));
}

TEST_CASE("Nothing and invalid records are refused by every renderer", "[render]") {
  const std::vector<json> none;
  CHECK_FALSE(render::render_html(none));
  auto bad = samples::comparison();
  bad[2]["cycles"] = 0;
  for (const auto& r : {render::render_html(bad), render::render_markdown(bad), render::render_csv(bad),
                        render::render_layers_csv(bad), render::render_summary(bad)}) {
    REQUIRE_FALSE(r);
    CHECK(r.error().where == "record 3: /cycles");
  }
}

TEST_CASE("A report folder holds page and tables and every record", "[render]") {
  const auto dir = fs::temp_directory_path() / ("vernier-report-" + std::to_string(::getpid()));
  fs::remove_all(dir);
  render::ReportOptions options;
  options.missing = {"sample on board"};
  REQUIRE(render::write_report(dir, samples::comparison(), options));
  for (const char* name : {"report.html", "report.md", "records.csv", "layers.csv"})
    CHECK(fs::file_size(dir / name) > 100);
  CHECK(store::read_records(dir / "records").value().size() == 5);
  CHECK_THAT(read_text(dir / "report.html").value(),
             Contains("1 planned case without a record") && Contains("sample on board"));
  CHECK(render::write_report("/proc/nowhere", samples::comparison()).error().code == ErrorCode::kIo);
  fs::remove_all(dir);
}

TEST_CASE("A difference lists changed figures and keys and matches layers by name", "[render][diff]") {
  const auto a = samples::rtl_record();
  auto b = a;
  b["layers"].erase(b["layers"].begin());  // shifts all others
  b["layers"][0]["cycles"] = 9408 * 2;
  b["memory"] = "hbm2";
  const auto d = render::diff(a, b).value();
  std::size_t changed = 0;
  for (const auto& f : d.figures) {
    if (f.a == f.b) continue;
    ++changed;
    CHECK((f.path == "layers.block1/conv_a.cycles" || f.path.starts_with("layers.conv1.")));
    if (f.path == "layers.block1/conv_a.cycles") CHECK(f.relative() == Approx(1.0));
    if (f.path == "layers.conv1.cycles") CHECK_FALSE(f.b.has_value());
  }
  CHECK(changed == 6);  // one changed, five figures of the missing layer
  REQUIRE(d.texts.size() == 4);
  CHECK_THAT(render::to_text(d), Contains("memory: ddr4-2400 -> hbm2") && Contains("+100 %"));
}

TEST_CASE("A rule fails exactly when its figure moves past the limit", "[render][diff]") {
  const auto base = with_cycles(100000);
  CHECK(violations(base, with_cycles(102000), "cycles>2%").empty());
  CHECK(violations(base, with_cycles(102001), "cycles>2%").size() == 1);
  CHECK(violations(base, with_cycles(102000), "cycles >= 2 %").size() == 1);
  CHECK(violations(base, with_cycles(50000), "cycles>2%").empty());
  CHECK(violations(base, with_cycles(50000), "cycles<-2%").size() == 1);
  CHECK(violations(base, with_cycles(97000), "|cycles|>2%").size() == 1);
  CHECK(violations(base, with_cycles(100500), "cycles>499").size() == 1);
  CHECK(violations(base, with_cycles(100500), "cycles>500").empty());
  CHECK(violations(base, with_cycles(103000), "cycles>2%, latency_s>2%, energy_j>0%").size() == 2);
  auto slower = base;
  slower["layers"][4]["cycles"] = 10000;
  const auto found = violations(base, slower, "layers.*.cycles>1%");
  REQUIRE(found.size() == 1);
  CHECK(found[0].figure.path == "layers.block2/conv_b.cycles");
}

TEST_CASE("A rule about something absent or misspelt is an error and never passes", "[render][diff]") {
  const auto a = samples::rtl_record();
  for (const char* rules : {"cylces>2%", "percentiles.p99>1%", "nothing.*>1%", "cycles", "cycles>", "cycles>two", ">2%",
                            "", "cycles>2%,", "cycles=2%", "cycles>nan"}) {
    CHECK(refusal(a, a, rules) == ErrorCode::kInvalidInput);
  }
  CHECK(refusal(a, samples::cpu_record(), "cycles>2%") == ErrorCode::kInvalidInput);
  auto zero = a;
  zero["check"]["max_lsb"] = 0;
  CHECK(refusal(zero, a, "check.max_lsb>5%") == ErrorCode::kInvalidInput);
  CHECK(violations(zero, a, "check.max_lsb>0").size() == 1);
}

TEST_CASE("Ours and published results stand in tables of their own with their standing and source beside them", "[render]") {
  const auto records = samples::benchmark();
  for (const auto& r : records) {
    const auto valid = vernier::store::validate(r);
    if (!valid) FAIL(to_string(valid.error()));
  }
  const auto md = render::render_markdown(records).value();
  const auto table = [&md](const std::string& caption) {
    const auto begin = md.find("### " + caption);
    REQUIRE(begin != std::string::npos);
    return md.substr(begin, md.find("\n### ", begin + 1) - begin);
  };
  const auto ours = table("Scenarios of MLPerf Inference, run here: unverified"), theirs = table("Published results of MLPerf Inference");
  CHECK_THAT(ours, Contains("Throughput, unverified") && !Contains("published") && !Contains("Big Box") && !Contains("290,000"));
  CHECK_THAT(ours, Contains("simulated time, not by LoadGen") && Contains("by LoadGen on this machine"));
  CHECK_THAT(ours, Contains("cycles against rtl"));  // the modelled ruler's error stands beside the figures it makes
  CHECK_THAT(theirs, Contains("Throughput, published") && Contains("Big Box x8") && Contains("290,000") && Contains("36,250") && !Contains("unverified"));
  CHECK_THAT(theirs, Contains("MLPerf v9.9 closed") && Contains("Somebody"));
}

TEST_CASE("A published result links to the log it was read from", "[render]") {
  auto records = samples::benchmark();
  for (auto& r : records) {
    if (r["ruler"] == "published") r["source"] = "MLPerf v1.0 closed, Somebody; samples_per_second: owner/results_v1.0:closed/Some#body/run_1/mlperf_log_summary.txt";
  }
  const std::string url = "https://github.com/owner/results_v1.0/blob/HEAD/closed/Some%23body/run_1/mlperf_log_summary.txt";
  CHECK_THAT(render::render_html(records).value(), Contains("<a href=\"" + url + "\">owner/results_v1.0</a>"));
  CHECK_THAT(render::render_markdown(records).value(), Contains("](" + url + ")"));
  CHECK_THAT(render::render_html(samples::benchmark()).value(), !Contains("href=\"https://github.com"));  // a source in words has no page
}

TEST_CASE("The list of the closed division says what was done and what would be refused", "[render]") {
  auto records = samples::benchmark();
  for (auto& r : records) {
    if (r["ruler"] == "cpu") r["environment"]["quantised_after_training"] = "minmax over 200 samples";
    if (r["ruler"] == "systemc") r["environment"]["weights"] = "seeded at true shapes: no accuracy";
  }
  const auto md = render::render_markdown(records).value();
  const auto list = md.substr(md.find("What the closed division would ask"));
  CHECK_THAT(list, Contains("\u2713 LoadGen, unmodified") && Contains("\u2717 virtual time"));
  CHECK_THAT(list, Contains("after training: minmax over 200 samples") && Contains("\u2717 seeded"));
  CHECK_THAT(list, Contains("\u2717 10.00 s") && Contains("\u2713 600.0 s"));
}

TEST_CASE("A report of scenarios alone shows them and a record without its run is no scenario of ours", "[render]") {
  const std::vector<json> one{samples::scenario_of(samples::cpu_record(), "server", false, 1900)};
  CHECK_THAT(render::render_html(one).value(), Contains("Scenarios of MLPerf Inference") && Contains("Server: latency over load"));
  CHECK_THAT(render::render_summary(one).value(), Contains("cpu server"));
  auto bare = one;
  bare[0].erase("scenario_run");
  CHECK_THAT(render::render_markdown(bare).value(), !Contains("What the closed division would ask"));
}
