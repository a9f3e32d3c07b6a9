// SPDX-License-Identifier: Apache-2.0
#include <vernier/package/board.hpp>

#include <catch2/catch.hpp>
#include <cmath>
#include <fmt/format.h>
#include <iostream>

#include <vernier/core/files.hpp>
#include <vernier/core/toml.hpp>
#include <vernier/energy/table.hpp>
#include <vernier/package/area.hpp>

#include "../page_lines.hpp"

using namespace vernier;

namespace {

toml::value file_of(const std::string& board) { return parse_toml(read_text(std::string(VERNIER_SOURCE_DIR) + "/boards/" + board + ".toml").value(), board).value(); }

}  // namespace

TEST_CASE("Every bundled board loads and names the source of what it states", "[boards]") {
  const auto names = package::known_boards();
  CHECK(names.size() >= 11);
  for (const auto& name : names) {
    INFO(name);
    const auto board = package::find_board(name);
    REQUIRE(board);
    if (board->resources) {
      const int per_lut = package::family_of_part(board->part) == package::Family::kEcp5 ? 1 : 2;
      CHECK(board->resources->available.ff >= per_lut * board->resources->available.lut);
      CHECK(board->resources->available.lut > 0);
      CHECK_FALSE(board->resources->source.empty());
    }
    if (board->power) {
      CHECK(energy::status_of(board->power->status));
      CHECK_FALSE(board->power->source.empty());
    }
  }
}

TEST_CASE("A board's power predicts the published energies that it was not fitted to", "[boards][energy]") {
  double sum = 0, worst = 0;
  int held_out = 0;
  for (const char* name : {"pynq-z2", "arty-a7-100t"}) {
    const auto board = package::find_board(name);
    REQUIRE(board);
    REQUIRE(board->power);
    double fitted = 0;
    int rows = 0;
    std::string designs, errors;  // held out, as the page has them
    for (const auto& row : toml::find<toml::array>(file_of(name), "published")) {
      const double rate = toml::find<double>(row, "inferences_per_s"), published = toml::find<double>(row, "energy_uj");
      const auto used = toml::find<std::string>(row, "used");
      const double predicted = 1e6 * board->power->rest.count() / rate;
      const double error = predicted / published - 1;
      std::cout << fmt::format("{:12} {:12} {:10.2f} uJ published {:10.2f} uJ {:+6.1f} % {}\n", name, toml::find<std::string>(row, "design"), predicted,
                               published, 100 * error, used == "fit" ? "(fitted)" : "");
      if (used == "fit") {
        fitted += 1e-6 * published * rate;
        ++rows;
      } else {
        REQUIRE(used == "test");
        designs += (designs.empty() ? "" : ", ") + toml::find<std::string>(row, "design");
        errors += (errors.empty() ? "" : ", ") + fmt::format("{:+.1f} %", 100 * error);
        sum += std::abs(error);
        worst = std::max(worst, std::abs(error));
        ++held_out;
      }
    }
    REQUIRE(rows == 2);
    const auto line = fmt::format("| {} | {:.2f} W | {} | {} |", name, board->power->rest.count(), designs, errors);
    CAPTURE(line);
    CHECK(page_has("howto/add-an-energy-table.md", line));
    CHECK(board->power->rest.count() == Approx(fitted / rows).epsilon(1e-4));
  }
  std::cout << fmt::format("{} rows held out: mean error {:.1f} %, worst {:.1f} %\n", held_out, 100 * sum / held_out, 100 * worst);
  CHECK(sum / held_out < 0.16);
  CHECK(worst < 0.39);  // energies of Arty's two fast designs are not its logged power times its logged time either
}

TEST_CASE("The area of a target is estimated without synthesis, within a tenth of what synthesis finds for targets the model never saw") {
  const auto points = package::synthesised_targets();
  REQUIRE(points);
  int held_out = 0;
  for (const auto& p : *points) {
    auto target = *program::load_target(std::string(VERNIER_SOURCE_DIR) + "/rtl/targets/npu8.toml");
    target.rows = p.rows;
    target.columns = p.columns;
    target.depthwise_taps = p.depthwise_taps;
    const auto estimate = package::estimate_area(target, package::Family::kUltraScalePlus);
    REQUIRE(estimate);
    auto logic = p.rest;
    logic += p.depthwise;
    for (const auto kind : {&Resources::lut, &Resources::ff, &Resources::dsp}) {
      const double error = estimate->used.*kind / (logic.*kind) - 1;
      std::cout << fmt::format("{:8} {} synthesised {:8.0f} estimated {:8.0f} {:+6.1f} % {}\n", p.name, kind == &Resources::lut ? "LUT" : kind == &Resources::ff ? "FF " : "DSP",
                               logic.*kind, estimate->used.*kind, 100 * error, p.fitted ? "fitted" : "held out");
      CHECK(std::abs(error) < 0.10);
    }
    held_out += !p.fitted;
  }
  CHECK(held_out >= 2);
}

TEST_CASE("Memories count by their sizes in an estimate, and taps nobody synthesised have none") {
  auto target = *program::load_target(std::string(VERNIER_SOURCE_DIR) + "/rtl/targets/npu8.toml");
  const auto before = package::estimate_area(target, package::Family::kUltraScalePlus);
  REQUIRE(before);
  target.weight_bytes *= 4;
  const auto after = package::estimate_area(target, package::Family::kUltraScalePlus);
  REQUIRE(after);
  CHECK(after->used.uram - before->used.uram == 8);  // 512 bits are 8 UltraRAMs of 4096 words side by side: 2048 words take one row of them, 8192 two
  CHECK(after->used.lut == before->used.lut);
  target.depthwise_taps = 5;
  const auto refused = package::estimate_area(target, package::Family::kUltraScalePlus);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().what, Catch::Matchers::Contains("5 depthwise taps"));
}
