// SPDX-License-Identifier: Apache-2.0
// Layer shapes of other simulators.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

#include <vernier/core/files.hpp>
#include <vernier/import/import.hpp>
#include <vernier/zoo/workload.hpp>

using namespace vernier;
namespace fs = std::filesystem;

namespace {

const fs::path kTopologies = VERNIER_SOURCE_DIR "/tests/unit/topologies";

/// A file that goes with the test.
struct Written {
  explicit Written(const std::string& text, const std::string& extension = ".csv") : file(fs::temp_directory_path() / ("vernier-workload-" + std::to_string(::getpid()) + extension)) {
    REQUIRE(write_atomically(file, text));
  }
  ~Written() { fs::remove(file); }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;
  fs::path file;
};

std::int64_t total(const std::string& name) {
  const auto layers = zoo::read_scalesim(kTopologies / name);
  INFO((layers ? "" : to_string(layers.error())));
  REQUIRE(layers);
  std::int64_t sum = 0;
  for (const auto& l : *layers) sum += zoo::scalesim_cycles(l, 32, 32);
  return sum;
}

constexpr const char* kHeader = "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n";

}  // namespace

TEST_CASE("SCALE-Sim's own counts of ResNet-18 and ResNet-50 come out of their layer shapes", "[workload]") {
  CHECK(total("resnet18.csv") == 2'519'815);  // SCALE-Sim v3 at 1d62b68, 32 x 32, weight-stationary, scale.cfg
  CHECK(total("resnet50.csv") == 5'753'486);
}

TEST_CASE("SCALE-Sim topologies are read in the forms its own files have", "[workload]") {
  for (const auto& text : {std::string(kHeader) + "Conv1, 224, 224, 7, 7, 3, 64, 2,\n", std::string("\xEF\xBB\xBF") + kHeader + ",,,,,,,\r\n\r\nConv1,224,224,7,7,3,64,2,,,110,12100\r\n",
                                 std::string("Layer name\tIFMAP Height\tIFMAP Width\tFilter Height\tFilter Width\tChannels\tNum Filter\tStrides\t\nConv1\t224\t224\t7\t7\t3\t64\t2\t")}) {
    const Written csv(text);
    const auto layers = zoo::read_scalesim(csv.file);
    INFO(text << (layers ? "" : to_string(layers.error())));
    REQUIRE(layers);
    REQUIRE(layers->size() == 1);
    const auto& l = layers->front();
    CHECK(l.name == "Conv1");
    CHECK(l.out_height() == 109);
    CHECK(l.macs() == 109 * 109 * 64 * 3 * 49);
  }
  const Written products("Layer,M,N,K,\nqkv,128,2304,768,\n");
  const auto layers = zoo::read_scalesim(products.file);
  REQUIRE(layers);
  CHECK(layers->front().macs() == 128 * 2304 * 768);
}

TEST_CASE("A SCALE-Sim topology that is wrong is refused by line and column", "[workload]") {
  const auto error_of = [](const std::string& text) {
    const Written csv(text);
    const auto layers = zoo::read_scalesim(csv.file);
    REQUIRE_FALSE(layers);
    return to_string(layers.error());
  };
  CHECK(error_of(std::string(kHeader) + "Conv1, 224, 2x4, 7, 7, 3, 64, 2,\n").find("line 2, column 3 (IFMAP width): is '2x4'") != std::string::npos);
  CHECK(error_of(std::string(kHeader) + "\nConv1, 224, 224, 7\n").find("line 3, column 5 (filter width): is missing") != std::string::npos);
  CHECK(error_of(std::string(kHeader) + "Conv1, 2, 2, 3, 3, 3, 64, 1,\n").find("no padding") != std::string::npos);
  CHECK(error_of(kHeader).find("has no layer") != std::string::npos);
  CHECK_FALSE(zoo::read_scalesim("/nowhere.csv"));
}

TEST_CASE("Timeloop problems are read flat and under an instance", "[workload]") {
  const Written old("problem: {R: 3, S: 5, P: 14, Q: 12, C: 64, K: 32, N: 1, Wstride: 2, Hstride: 1}\n", ".yaml");
  const auto flat = zoo::read_timeloop(old.file);
  REQUIRE(flat);
  CHECK(flat->front().out_width() == 14);
  CHECK(flat->front().out_height() == 12);
  CHECK(flat->front().macs() == 14 * 12 * 3 * 5 * 64 * 32);
  const Written newer("problem:\n  version: 0.4\n  shape: {name: gemm, dimensions: [M, N, K]}\n  instance:\n    M: 512\n    N: 100\n    K: 64\n", ".yaml");
  const auto product = zoo::read_timeloop(newer.file);
  REQUIRE(product);
  CHECK(product->front().macs() == 512 * 100 * 64);
  for (const auto& [text, what] : std::vector<std::pair<std::string, std::string>>{{"problem: {R: 3, S: 3, P: 14, Q: 14, C: 64, K: 32, N: 4}", "a batch of 4"},
                                                                                    {"problem: {R: 3, S: 3, P: 14, Q: x, C: 64, K: 32}", "whole number"},
                                                                                    {"problem: {A: 1}", "neither a convolution"},
                                                                                    {"problem: [1, 2", "no YAML"}}) {
    const Written bad(text + "\n", ".yaml");
    const auto refused = zoo::read_timeloop(bad.file);
    REQUIRE_FALSE(refused);
    INFO(to_string(refused.error()));
    CHECK(to_string(refused.error()).find(what) != std::string::npos);
  }
}

TEST_CASE("Layer shapes become a model with the same multiply-accumulates", "[workload]") {
  const auto layers = zoo::read_scalesim(kTopologies / "resnet18.csv");
  REQUIRE(layers);
  const auto model = zoo::model_of("resnet18", *layers);
  REQUIRE(model);
  const auto graph = graph::import_onnx_bytes(std::as_bytes(std::span(model->data(), model->size())), "resnet18");
  INFO((graph ? "" : to_string(graph.error())));
  REQUIRE(graph);
  std::int64_t want = 0, have = 0;
  for (const auto& l : *layers) want += l.macs();
  for (const auto id : graph->nodes()) have += graph::macs(*graph, id);
  CHECK(have == want);
  CHECK(graph->inputs.size() == layers->size());
  CHECK(graph->outputs.size() == layers->size());
}
