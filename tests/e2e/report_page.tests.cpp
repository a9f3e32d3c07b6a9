// SPDX-License-Identifier: Apache-2.0
#include <vernier/render/report.hpp>

#include <catch2/catch.hpp>
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
