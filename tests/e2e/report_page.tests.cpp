// SPDX-License-Identifier: Apache-2.0
#include <vernier/render/chart.hpp>
#include <vernier/render/report.hpp>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <sys/wait.h>
#include <unistd.h>
#include <vernier/core/files.hpp>

#include "../unit/sample_records.hpp"

using namespace vernier;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t n = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

struct Dom {
  int code = -1;
  std::string html, log;
};

/// Opens a page in headless Chromium until its scripts are done; `query` may choose the theme.
Dom open_in_chromium(const fs::path& page, const std::string& query = "") {
  const auto dir = page.parent_path();
  const auto profile = dir / "profile";
  fs::remove_all(profile);
  const auto command = fmt::format(
      "timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
      "--disable-background-networking "
      "--disable-component-update --disable-sync --enable-logging=stderr --v=0 --virtual-time-budget=60000 "
      "--window-size=1280,1000 "
      "--host-resolver-rules='MAP * ~NOTFOUND' --user-data-dir='{0}' --dump-dom 'file://{1}{2}' >'{3}' 2>'{4}'",
      profile.string(), page.string(), query, (dir / "dom.html").string(), (dir / "log.txt").string());
  Dom dom;
  const int status = std::system(command.c_str());
  dom.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  dom.html = read_text(dir / "dom.html").value_or("");
  dom.log = read_text(dir / "log.txt").value_or("");
  fs::remove_all(profile);
  return dom;
}

bool chromium_present() {
  const bool present = std::system("command -v chromium >/dev/null") == 0;
  if (!present) std::cout << "skipped: chromium is not installed, the page was not opened\n";
  return present;
}

/// Kept below the build folder, so that a person can look at it.
fs::path folder(const char* name) {
  const auto dir = fs::path(VERNIER_BINARY_DIR) / "report_page" / name;
  fs::remove_all(dir);
  fs::create_directories(dir);
  return dir;
}

}  // namespace

TEST_CASE("The report draws all plots in a browser without console errors", "[report]") {
  const auto dir = folder("comparison");
  REQUIRE(render::write_report(dir, samples::comparison()));
  if (!chromium_present()) return;
  for (const char* theme : {"?theme=light", "?theme=dark"}) {
    const auto dom = open_in_chromium(dir / "report.html", theme);
    INFO(theme << "\n" << dom.log);
    REQUIRE(dom.code == 0);
    CHECK(count(dom.log, "CONSOLE") == 0);
    CHECK_THAT(dom.html, Contains("data-plots=\"drawn\""));
    const auto places = count(dom.html, "<div class=\"plot");
    CHECK(places == 4);  // deviation, layers, roofline, energy
    CHECK(count(dom.html, "class=\"marks\"") == places);
    CHECK(count(dom.html, "class=\"wait\"") == 0);
    CHECK(count(dom.html, "<svg class=\"scale\"") == 1);
    // every layer has its bar: one mark a layer in each of the three columns, described for screen readers
    CHECK(count(dom.html, "aria-roledescription=\"bar\"") >= 3 * samples::kLayers.size() - 2);
    for (const char* figure :
         {"51,265", "170.9 \u00b5s", "412.0 \u00b5s", "85.5 %", "bit-exact", "13.40 \u00b5J", "5.200 mJ", "mixed"}) {
      CHECK_THAT(dom.html, Contains(figure));
    }
  }
}

TEST_CASE("A click on a figure shows its key in the record", "[report]") {
  if (!chromium_present()) return;
  const auto dir = folder("click");
  REQUIRE(render::write_report(dir, samples::comparison()));
  auto page = read_text(dir / "report.html").value();
  const std::string click = "<script>document.querySelector('a.figure[data-pointer=\"/latency_s\"]').click()</script>";
  page.insert(page.rfind("</body>"), click);
  REQUIRE(write_atomically(dir / "report.html", page));
  const auto dom = open_in_chromium(dir / "report.html");
  CHECK(count(dom.log, "CONSOLE") == 0);
  CHECK_THAT(dom.html,
             Contains("<h2 id=\"inspector-title\">rtl: latency_s</h2>") && Contains("\"latency_s\": <mark>0.00017088"));
  CHECK(count(dom.html, "<dialog id=\"inspector\" aria-labelledby=\"inspector-title\" open=\"\">") == 1);
}

TEST_CASE("A report of many large records stays below three megabytes", "[report]") {
  std::vector<nlohmann::json> records;
  for (int i = 0; i < 12; ++i) {
    auto r = i % 3 == 0 ? samples::rtl_record()
                        : samples::model_record(i % 3 == 1 ? "systemc" : "analytic",
                                                i % 3 == 1 ? "systemc" : "analytic", 1.01);
    r["seed"] = i;
    const auto layers = r["layers"];
    for (int k = 0; k < 8; ++k) {
      for (auto l : layers) {
        l["name"] = fmt::format("stage{}/{}", k, l["name"].get<std::string>());
        r["layers"].push_back(l);
      }
    }
    records.push_back(std::move(r));
  }
  CHECK(records.front()["layers"].size() == 108);
  const auto page = render::render_html(records);
  REQUIRE(page);
  CHECK(page->size() < 3'000'000);
}

TEST_CASE("A broken plot is noticed by the page and by its console", "[report]") {
  if (!chromium_present()) return;
  const auto dir = folder("broken");
  REQUIRE(render::write_report(dir, samples::comparison()));
  auto page = read_text(dir / "report.html").value();
  const auto at = page.find("\"mark\":{", page.find("id=\"plots\""));
  REQUIRE(at != std::string::npos);
  page.replace(at, 8, "\"mark\":7,\"x\":{");
  REQUIRE(write_atomically(dir / "report.html", page));
  const auto dom = open_in_chromium(dir / "report.html");
  CHECK(count(dom.log, "CONSOLE") > 0);
  CHECK_THAT(dom.html, Contains("data-plots=\"failed\""));
}

TEST_CASE("Scenarios are drawn and filters hide rows and marks of other records", "[report]") {
  const auto dir = folder("benchmark");
  REQUIRE(render::write_report(dir, samples::benchmark()));
  if (!chromium_present()) return;
  const auto all = open_in_chromium(dir / "report.html");
  INFO(all.log);
  REQUIRE(all.code == 0);
  CHECK(count(all.log, "CONSOLE") == 0);
  CHECK_THAT(all.html, Contains("data-plots=\"drawn\""));
  CHECK(count(all.html, "<div class=\"plot") == 7);  // three of scenarios beside the four of single runs
  CHECK_THAT(all.html, Contains("10 of 10 records"));
  CHECK(count(all.html, "<tr data-record=") > 0);
  for (const char* name : {"model", "ruler", "scenario", "target", "memory", "power scope"}) {
    CAPTURE(name);
    CHECK(count(all.html, fmt::format("<select name=\"{}\">", name)) == (std::string(name) == "model" ? 0u : 1u));  // one model tells nothing apart
  }
  // both tables of scenarios fit the page with the names that submitters give: nothing to scroll sideways for
  auto records = samples::benchmark();
  for (auto& r : records) {
    if (r["ruler"] != "published") continue;
    r["environment"]["system"] = "r282_z93_q5-qaic-v1.3.14-aic100";
    r["environment"]["metric"] = "scheduled_samples_per_second";
    r["source"] = "MLPerf v1.0 closed, Somebody; samples_per_second: mlcommons/inference_results_v1.0:closed/Somebody/run_1/mlperf_log_summary.txt";
  }
  auto page = render::render_html(records).value();
  page.insert(page.rfind("</body>"), "<script>document.body.dataset.wide = [...document.querySelectorAll('.t-scenario .scroll, .t-published .scroll')].filter((s) => s.scrollWidth > s.clientWidth).length</script>");
  REQUIRE(write_atomically(dir / "measured.html", page));
  CHECK_THAT(open_in_chromium(dir / "measured.html").html, Contains("data-wide=\"0\""));
  const auto some = open_in_chromium(dir / "report.html", "?scenario=server");
  CHECK(count(some.log, "CONSOLE") == 0);
  CHECK_THAT(some.html, Contains("2 of 10 records") && Contains("data-plots=\"drawn\""));
  CHECK(count(some.html, "hidden=\"\"") > count(all.html, "hidden=\"\""));
  CHECK(count(some.html, "aria-roledescription=\"bar\"") < count(all.html, "aria-roledescription=\"bar\""));
}

TEST_CASE("The page looks the same each time and different in the other theme and behind a filter", "[report]") {
  if (!chromium_present()) return;
  const auto dir = folder("screenshots");
  REQUIRE(render::write_report(dir, samples::benchmark()));
  const auto shot = [&dir](const char* name, const char* query) {
    const auto png = dir / (std::string(name) + ".png");
    const auto profile = dir / "profile";
    fs::remove_all(profile);
    const auto command = fmt::format(
        "timeout 120 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run --disable-background-networking "
        "--virtual-time-budget=60000 --window-size=1280,5200 --host-resolver-rules='MAP * ~NOTFOUND' --user-data-dir='{}' --screenshot='{}' 'file://{}{}' >'{}' 2>&1",
        profile.string(), png.string(), (dir / "report.html").string(), query, (dir / "shot.txt").string());
    CHECK(std::system(command.c_str()) == 0);
    fs::remove_all(profile);
    const auto bytes = read_bytes(png);
    REQUIRE(bytes);
    CHECK(bytes->size() > 50'000);  // more than an empty sheet
    return *bytes;
  };
  const auto light = shot("light", "?theme=light");
  CHECK(shot("again", "?theme=light") == light);
  CHECK(shot("dark", "?theme=dark") != light);
  CHECK(shot("filtered", "?theme=light&scenario=server") != light);
}

TEST_CASE("Every control of the page has a name and every image a text", "[report]") {
  const auto whole = render::render_html(samples::benchmark()).value();
  const auto page = whole.substr(0, whole.find("id=\"plots\""));  // without the scripts, which hold markup of their own
  const auto plots = count(page, "class=\"plot\"");
  CHECK(plots == 7);
  CHECK(count(page, "role=\"img\" aria-label=\"") >= plots);
  CHECK(count(page, "aria-label=\"\"") == 0);
  CHECK(count(page, "<label>") == count(page, "<select "));
  CHECK(count(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\"") == count(page, "<table>"));  // reached by keyboard
  CHECK_THAT(page, Contains("<html lang=\"en\">") && Contains("Skip to the report"));
}

TEST_CASE("Text of the page has a contrast of 4.5 or more in both themes", "[report]") {
  const auto css = read_text(fs::path(VERNIER_SOURCE_DIR) / "reports/render/assets/style.css").value();
  const auto luminance = [](const std::string& hex) {
    double sum = 0;
    const double weights[] = {0.2126, 0.7152, 0.0722};
    for (std::size_t i = 0; i < 3; ++i) {
      const double v = std::stoi(hex.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
      sum += weights[i] * (v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
  };
  const auto colour = [&css](std::size_t from, const std::string& name) { return css.substr(css.find("--" + name + ": #", from) + name.size() + 4, 7); };
  for (const auto start : {css.find(":root {"), css.find(":root[data-theme=\"dark\"]")}) {
    REQUIRE(start != std::string::npos);
    for (const char* ground : {"paper", "sheet"}) {
      for (const char* text : {"ink", "soft", "good", "bad", "accent", "faint", "measured", "rtl", "systemc", "analytic", "functional", "published"}) {
        double a = luminance(colour(start, text)), b = luminance(colour(start, ground));
        if (a < b) std::swap(a, b);
        CAPTURE(start, ground, text, (a + 0.05) / (b + 0.05));
        CHECK((a + 0.05) / (b + 0.05) >= 4.5);
      }
    }
  }
}

TEST_CASE("A chart of published figures is drawn without console errors", "[report]") {
  if (!chromium_present()) return;
  const auto dir = folder("chart");
  const render::BarChart chart{"Two systems", "A note", "samples/s", "Published, not ours", {{"Offline", "a", 10, std::nullopt, "w", "owner/name:path/summary.txt"}, {"Offline", "b", 12, 1.2, "w", "repo:other"}, {"Server", "a", 7, std::nullopt, "w", "repo:third"}}};
  REQUIRE(render::write_chart(dir, "two", chart));
  const auto dom = open_in_chromium(dir / "two.html");
  INFO(dom.log);
  CHECK(count(dom.log, "CONSOLE") == 0);
  CHECK_THAT(dom.html, Contains("data-plots=\"drawn\"") && Contains("1.200") && Contains("<a href=\"https://github.com/owner/name/blob/HEAD/path/summary.txt\">"));
  CHECK(count(dom.html, "aria-roledescription=\"bar\"") == 3);
}
