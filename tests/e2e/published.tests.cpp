// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>

#include "process.hpp"

TEST_CASE("Published results are listed and selected with their sources", "[e2e]") {
  const auto list = e2e::vernier("published --model resnet50 --scenario offline --round v1.1 --device A30 --per-accelerator");
  CAPTURE(list.text);
  REQUIRE(list.code == 0);
  CHECK(list.text.find("18647.2") != std::string::npos);  // 149178 / 8
  CHECK(list.text.find("samples/s an accelerator") != std::string::npos);
  CHECK(list.text.find("not measured by Vernier") != std::string::npos);
  const auto csv = e2e::vernier("published --fpga --csv -");
  CHECK(csv.text.find("mlcommons/inference_results_v0.7:") != std::string::npos);
  CHECK(e2e::vernier("published --sheet devices").text.find("NVIDIA H200 SXM") != std::string::npos);
  CHECK(e2e::vernier("published --model resnet51").code == 2);
}

TEST_CASE("One command redraws each chart of the published rounds", "[e2e]") {
  const e2e::Folder folder("charts");
  const auto names = e2e::vernier("published --charts");
  REQUIRE(names.code == 0);
  REQUIRE(names.text.find("v4.0-llama2-h200-h100") != std::string::npos);
  std::istringstream lines(names.text);
  for (std::string name; std::getline(lines, name);) {
    const auto drawn = e2e::vernier("published --chart " + name + " -o " + folder.str());
    CAPTURE(name, drawn.text);
    CHECK(drawn.code == 0);
    CHECK(std::filesystem::file_size(folder / (name + ".html")) > 500'000);  // Vega is inside: it opens offline
    CHECK(std::filesystem::exists(folder / (name + ".md")));
    CHECK(std::filesystem::exists(folder / (name + ".csv")));
  }
  CHECK(e2e::vernier("published --chart v4.0-llama2-h200-h100 -o " + folder.str()).text.find("1.454 of the first") != std::string::npos);
  CHECK(e2e::vernier("published --chart nothing").code == 2);
}
