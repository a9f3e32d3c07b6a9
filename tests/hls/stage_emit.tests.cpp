// SPDX-License-Identifier: Apache-2.0
// Emitted projects: they compile as Vitis users compile, without a warning, and their testbench passes.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <unistd.h>

#include <fmt/format.h>
#include <vernier/core/files.hpp>
#include <vernier/stages/emit.hpp>

#include "stage_check.hpp"

using namespace vernier;
using namespace vernier::test;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() : path(fs::temp_directory_path() / fmt::format("vernier-hls-{}", ::getpid())) { fs::create_directories(path); }
  ~Folder() {
    std::error_code ec;
    fs::remove_all(path, ec);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const fs::path path;
};

struct Ran {
  int code = -1;
  std::string text;
};
Ran shell(const fs::path& folder, const std::string& command) {
  const auto log = folder / "log";
  const int status = std::system(fmt::format("cd '{}' && {{ {}; }} > log 2>&1", folder.string(), command).c_str());
  auto text = read_text(log);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text ? *text : ""};
}

void write(const fs::path& folder, const std::map<std::string, std::string>& files) {
  for (const auto& [name, text] : files) {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text;
  }
}

/// Two frames with golden's outputs.
stages::TestFrames frames_of(NetworkBuilder& n, const stages::Network& streams, const stages::Design& design) {
  stages::TestFrames test;
  test.frames = 2;
  for (const auto t : streams.inputs) {
    auto& bytes = test.inputs.emplace_back();
    for (int f = 0; f < test.frames; ++f) {
      const auto frame = streamed(n.random_tensor(*streams.tensors[t].value), streams.tensors[t].image);
      bytes.insert(bytes.end(), frame.begin(), frame.end());
    }
  }
  auto run = stages::simulate_values(design, test.frames, test.inputs);
  REQUIRE(run);
  test.outputs = std::move(run->outputs);
  return test;
}

/// Every kind of stage: convolution, also in groups, depthwise, up-sampling, a broadcast pixel, pools, sums, tables, joined and parted channels, a dense layer.
NetworkBuilder all_kinds() {
  NetworkBuilder n(11);
  const auto x = n.input({1, 3, 9, 9}, DType::kUint8);
  auto y = n.conv(x, 8, square(3, 2, 1), true);
  y = n.add(n.depthwise(y, square(3, 1, 1)), y);
  y = n.mul(n.table(y, graph::ScalarOp::kTanh), n.sub(y, n.max_pool(y, square(3, 1, 1))));
  const std::int64_t pixels = 25;
  const auto run = [](std::int64_t elements) { return std::vector<graph::CopyLoop>{{elements, 1, 1}}; };
  const auto side = n.conv(x, 4, square(1, 2, 0));
  const auto both = n.move("Concat", {y, side}, {{0, 0, 0, run(8 * pixels)}, {1, 0, 8 * pixels, run(4 * pixels)}}, {1, 12, 5, 5});
  auto part = n.move("Slice", {both}, {{0, 4 * pixels, 0, run(6 * pixels)}}, {1, 6, 5, 5});
  part = n.mul(part, n.average_pool(part, square(5, 5, 0)));
  auto grouped = square(3, 2, 1);
  grouped.group = 3;
  part = up_sample(n, sub_pixels(n, n.conv(part, 12, grouped), 1, 2), 2, 1);
  n.output(n.gemm(n.flatten(n.average_pool(part, square(3, 1, 1))), 10));
  return n;
}

}  // namespace

TEST_CASE("an emitted project with every kind of stage compiles in C++14 and C++17 without a warning and passes its testbench") {
  auto n = all_kinds();
  const auto streams = stages::read_network(n.graph);
  INFO((streams ? "" : to_string(streams.error())));
  REQUIRE(streams);
  auto design = stages::build(*streams, any_folding(n, *streams, 4));
  REQUIRE(design);
  for (auto& f : design->fifos) f.depth = f.beats * 2;
  REQUIRE(difference_from_golden(n, *streams, *design, 2) == "");
  auto test = frames_of(n, *streams, *design);
  const auto files = stages::emit_project(*design, test, {.kernel = "all_kinds", .part = "xcu250-figd2104-2L-e", .platform = "xilinx_u250"});
  REQUIRE(files);
  for (const auto& [name, text] : *files) {
    INFO(name);
    CHECK(text.find(VERNIER_SOURCE_DIR) == std::string::npos);
    CHECK(text.find("\"/") == std::string::npos);
    CHECK(text.find(" /home") == std::string::npos);
  }
  const Folder folder;
  write(folder.path, *files);
  for (const char* standard : {"c++14", "c++17"}) {
    const auto ran = shell(folder.path, fmt::format("make -s -B test STD={} CXXFLAGS='-O1 -Wall -Wextra -Werror -Wno-unknown-pragmas -Wno-unused-label'", standard));
    INFO(standard << "\n" << ran.text);
    REQUIRE(ran.code == 0);
    CHECK(ran.text.find("PASS: 2 frames") != std::string::npos);
  }
  // the testbench can fail: one golden byte changed
  ++test.outputs[0][3];
  const auto wrong = stages::emit_project(*design, test, {.kernel = "all_kinds", .part = "", .platform = ""});
  REQUIRE(wrong);
  write(folder.path, {{"test/frames.hpp", wrong->at("test/frames.hpp")}});
  const auto ran = shell(folder.path, "make -s -B test CXXFLAGS=-O0");
  INFO(ran.text);
  CHECK(ran.code != 0);
  CHECK(ran.text.find("out0, byte 3") != std::string::npos);
}

TEST_CASE("a kernel with sizes that do not divide does not compile and says which") {
  const Folder folder;
  const auto compile = [&](const std::string& header, const std::string& cfg, const std::string& call) {
    write(folder.path, {{"bad.cpp", fmt::format("#include <hls_stream.h>\n#include <vernier/hls/{}.hpp>\nusing namespace vernier::hls;\nstruct Bad : FixedConfig {{ {} }};\n"
                                                "void f(hls::stream<Beat<4>>& x, hls::stream<Beat<4>>& y) {{ {} }}\n", header, cfg, call)}});
    const std::string home = VERNIER_SOURCE_DIR;
    return shell(folder.path, fmt::format("g++ -std=c++14 -fsyntax-only -I{0}/hls/kernels/include -I{0}/hls/shim/include -I{0}/host/core/include bad.cpp", home));
  };
  const std::string levels = "static constexpr int zero_x = 0, zero_y = 0, lo = -128, hi = 127;";
  const auto dense = compile("matrix_vector", levels + "static constexpr int inputs = 10, outputs = 8, simd = 4, pe = 4, vectors = 1, groups = 1; using In = Beat<4>; using Out = Beat<4>; using Held = In[2]; static constexpr int kMostPe = 4;",
                             "static const std::int8_t w[4][16] = {}; static const Channel c[8] = {}; matrix_vector(Bad(), 1, x, y, w, c);");
  CHECK(dense.code != 0);
  CHECK(dense.text.find("simd must divide inputs: no partial fold") != std::string::npos);
  const auto widths = compile("width", "static constexpr int from = 4, to = 6, wide = 1; using In = Beat<4>; using Out = Beat<4>;", "width(Bad(), 1, x, y);");
  CHECK(widths.code != 0);
  CHECK(widths.text.find("one width must divide the other") != std::string::npos);
  const auto groups = compile("matrix_vector", levels + "static constexpr int inputs = 8, outputs = 8, simd = 4, pe = 4, vectors = 4, groups = 3; using In = Beat<4>; using Out = Beat<4>; using Held = In[2]; static constexpr int kMostPe = 4;",
                              "static const std::int8_t w[12][16] = {}; static const Channel c[24] = {}; matrix_vector(Bad(), 1, x, y, w, c);");
  CHECK(groups.code != 0);
  CHECK(groups.text.find("groups must divide vectors") != std::string::npos);
  const auto up = compile("up_sample", "static constexpr int height = 2, width = 2, channels = 6, lanes = 4, scale_h = 2, scale_w = 2, phases = 1; using Beat = vernier::hls::Beat<4>; using Row = Beat[3];", "up_sample(Bad(), 1, x, y);");
  CHECK(up.code != 0);
  CHECK(up.text.find("lanes must divide channels") != std::string::npos);
  const auto window = compile("window", "static constexpr int height = 4, width = 4, channels = 4, lanes = 4, kernel_h = 3, kernel_w = 3, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1, pad_top = 0, pad_left = 0, "
                              "out_h = 2, out_w = 2, rows = 2, pad = 0, groups = 1; using Beat = vernier::hls::Beat<4>; using Buffer = Beat[8];", "window(Bad(), 1, x, y);");
  CHECK(window.code != 0);
  CHECK(window.text.find("rows must hold one whole window") != std::string::npos);
}
