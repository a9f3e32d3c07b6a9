// SPDX-License-Identifier: Apache-2.0
// The bundled models reach the accuracy that their README states, in both sessions.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <sched.h>
#include <set>
#include <vernier/core/dataset.hpp>
#include <vernier/core/files.hpp>
#include <vernier/core/model_card.hpp>
#include <vernier/cpu/baseline.hpp>
#include <vernier/ort/session.hpp>

using namespace vernier;

namespace {
const std::filesystem::path kModels = VERNIER_SOURCE_DIR "/graphs/models";

std::int64_t top1(const Tensor& logits) {
  const auto v = logits.as<float>();
  return std::ranges::max_element(v) - v.begin();
}
}  // namespace

TEST_CASE("The bundled digit models recognise at least 97 percent of the held-out digits", "[models]") {
  for (const char* name : {"digits_fp32", "digits_int8"}) {
    CAPTURE(name);
    const auto card = load_model_card(kModels / (std::string(name) + ".toml"));
    INFO((card ? "" : to_string(card.error())));
    REQUIRE(card);
    const auto set = load_dataset(card->data);
    INFO((set ? "" : to_string(set.error())));
    REQUIRE(set);
    REQUIRE(set->size() == 600);
    const auto model = read_bytes(card->model);
    REQUIRE(model);
    CHECK(model->size() < 100'000);
    for (const bool optimize : {false, true}) {
      auto session = ort::Session::open(*model, {.optimize = optimize}, name);
      REQUIRE(session);
      int right = 0;
      for (std::int64_t i = 0; i < set->size(); ++i) {
        const auto x = set->sample(i, session->inputs().at(0).type);
        REQUIRE(x);
        const auto y = session->run(std::span(&*x, 1));
        REQUIRE(y);
        right += top1(y->at(0)) == set->labels.at(static_cast<std::size_t>(i));
      }
      std::printf("%s, %s session: %d of 600 right\n", name, optimize ? "optimised" : "reference", right);
      CHECK(right >= 582);
    }
  }
}

TEST_CASE("The calibration digits are not among the held-out ones", "[models]") {
  const auto test = load_dataset(kModels / "digits_test.toml");
  const auto calibration = load_dataset(kModels / "digits_calibration.toml");
  REQUIRE(test);
  REQUIRE(calibration);
  int shared = 0;
  for (std::int64_t c = 0; c < calibration->size(); ++c) {
    for (std::int64_t t = 0; t < test->size(); ++t) shared += *calibration->sample(c, DType::kUint8) == *test->sample(t, DType::kUint8);
  }
  CHECK(shared == 0);
}

TEST_CASE("The CPU baseline times every repetition and gives the outputs of its samples", "[cpu]") {
  const auto model = read_bytes(kModels / "digits_int8.onnx");
  REQUIRE(model);
  const auto set = load_dataset(kModels / "digits_test.toml");
  REQUIRE(set);
  std::vector<std::vector<Tensor>> samples;
  for (std::int64_t i = 0; i < 3; ++i) samples.push_back({*set->sample(i, DType::kFloat32)});
  const auto r = cpu::run_baseline(*model, "digits_int8.onnx", samples, {.threads = 1, .warm_up = 2, .repetitions = 20});
  INFO((r ? "" : to_string(r.error())));
  REQUIRE(r);
  CHECK(r->latency_s.size() == 20);
  CHECK(std::ranges::all_of(r->latency_s, [](double s) { return s > 0 && s < 1; }));
  CHECK(r->percentiles.min <= r->percentiles.p50);
  CHECK(r->percentiles.p99 <= r->percentiles.max);
  CHECK(r->pinned_cpus.size() == 1);
  CHECK(r->version == "1.29.0");
  CHECK(r->peak_rss_bytes > 1'000'000);
  auto session = ort::Session::open(*model, {.optimize = true}, "digits");
  REQUIRE(session);
  for (std::size_t i = 0; i < 3; ++i) CHECK(r->outputs[i] == *session->run(samples[i]));
  std::printf("CPU baseline, digits_int8: p50 %.1f us on %s\n", 1e6 * r->percentiles.p50, r->processor.c_str());
}

TEST_CASE("The CPU baseline pins every thread and puts the caller's mask back", "[cpu]") {
  const auto model = read_bytes(kModels / "digits_fp32.onnx");
  REQUIRE(model);
  cpu_set_t before;
  REQUIRE(::sched_getaffinity(0, sizeof before, &before) == 0);
  const int threads = std::min(2, CPU_COUNT(&before));
  const std::vector<std::vector<Tensor>> samples{{Tensor(DType::kFloat32, {1, 1, 8, 8})}};
  const auto r = cpu::run_baseline(*model, "m", samples, {.threads = threads, .warm_up = 0, .repetitions = 3});
  REQUIRE(r);
  CHECK(r->threads == threads);
  CHECK(std::set<int>(r->pinned_cpus.begin(), r->pinned_cpus.end()).size() == static_cast<std::size_t>(threads));
  cpu_set_t after;
  REQUIRE(::sched_getaffinity(0, sizeof after, &after) == 0);
  CHECK(CPU_EQUAL(&before, &after));
}

TEST_CASE("The CPU baseline refuses impossible options", "[cpu]") {
  const auto model = read_bytes(kModels / "digits_int8.onnx");
  REQUIRE(model);
  const std::vector<std::vector<Tensor>> samples{{Tensor(DType::kFloat32, {1, 1, 8, 8})}};
  CHECK_FALSE(cpu::run_baseline(*model, "m", {}, {}));
  CHECK_FALSE(cpu::run_baseline(*model, "m", samples, {.threads = 0}));
  CHECK_FALSE(cpu::run_baseline(*model, "m", samples, {.repetitions = 0}));
  CHECK_FALSE(cpu::run_baseline(*model, "m", samples, {.warm_up = -1}));
  const auto many = cpu::run_baseline(*model, "m", samples, {.threads = 100'000});
  REQUIRE_FALSE(many);
  CHECK(many.error().code == ErrorCode::kUnavailable);
  const std::vector<std::vector<Tensor>> wrong{{Tensor(DType::kFloat32, {1, 1, 8, 9})}};
  CHECK_FALSE(cpu::run_baseline(*model, "m", wrong, {}));
}

TEST_CASE("Percentiles are nearest ranks", "[cpu]") {
  std::vector<double> seconds;
  for (int i = 100; i >= 1; --i) seconds.push_back(i);
  const auto p = cpu::percentiles_of(seconds);
  CHECK(p.min == 1);
  CHECK(p.p50 == 50);
  CHECK(p.p90 == 90);
  CHECK(p.p95 == 95);
  CHECK(p.p99 == 99);
  CHECK(p.max == 100);
  CHECK(p.mean == Approx(50.5));
  CHECK(cpu::percentiles_of({2.0}).p99 == 2);
  CHECK(cpu::percentiles_of({}).max == 0);
}
