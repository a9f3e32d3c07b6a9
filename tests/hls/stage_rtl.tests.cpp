// SPDX-License-Identifier: Apache-2.0
// The SystemVerilog twins of the kernels against the kernels themselves: values under random stalls on both sides, cycles
// without them.
#include <catch2/catch.hpp>

#include <fmt/format.h>
#include <vernier/stages/depths.hpp>
#include <vernier/verilator/stream_simulation.hpp>

#include "stage_check.hpp"

using namespace vernier;
using namespace vernier::test;

namespace {

/// Many designs side by side in one: one model to build.
class Bench {
 public:
  template <class Build>
  void add(std::uint32_t seed, Build&& build) {
    NetworkBuilder n(seed);
    build(n);
    const auto streams = stages::read_network(n.graph);
    INFO((streams ? "" : to_string(streams.error())));
    REQUIRE(streams);
    auto one = stages::build(*streams, any_folding(n, *streams, 8));
    INFO((one ? "" : to_string(one.error())));
    REQUIRE(one);
    REQUIRE(stages::size_fifos(*one));
    for (const auto t : streams->inputs) {
      auto& bytes = inputs.emplace_back();
      for (int f = 0; f < kFrames; ++f) {
        const auto frame = streamed(n.random_tensor(*streams->tensors[t].value), streams->tensors[t].image);
        bytes.insert(bytes.end(), frame.begin(), frame.end());
      }
    }
    const auto stages = design.stages.size(), fifos = design.fifos.size();
    for (auto stage : one->stages) {
      stage.name = fmt::format("{}:{}", seed, stage.name);
      for (auto& f : stage.inputs) f += fifos;
      for (auto& f : stage.outputs) f += fifos;
      design.stages.push_back(std::move(stage));
    }
    for (auto fifo : one->fifos) {
      fifo.name = fmt::format("{}:{}", seed, fifo.name);
      fifo.writer += stages;
      fifo.reader += stages;
      design.fifos.push_back(std::move(fifo));
    }
  }

  static constexpr int kFrames = 4;
  stages::Design design;
  std::vector<std::vector<std::int8_t>> inputs;
};

graph::Window window(std::int64_t kernel_h, std::int64_t kernel_w, std::int64_t stride, std::int64_t dilation, std::int64_t pad_top, std::int64_t pad_left) {
  graph::Window w;
  w.kernel_h = kernel_h;
  w.kernel_w = kernel_w;
  w.stride_h = w.stride_w = stride;
  w.dilation_h = w.dilation_w = dilation;
  w.pad_top = w.pad_bottom = pad_top;
  w.pad_left = w.pad_right = pad_left;
  return w;
}

/// Every kind of stage, with uneven images, strides, dilation, padding and folds.
Bench all_kinds() {
  Bench bench;
  bench.design.name = "twins";
  bench.add(1, [](auto& n) { n.output(n.conv(n.input({1, 6, 7, 9}), 10, square(3, 1, 1), true)); });
  bench.add(2, [](auto& n) { n.output(n.conv(n.input({1, 4, 9, 5}, DType::kUint8), 6, window(3, 2, 2, 1, 0, 1), false, DType::kUint8)); });
  bench.add(3, [](auto& n) { n.output(n.conv(n.input({1, 3, 11, 8}), 5, window(3, 3, 1, 2, 2, 1))); });
  bench.add(4, [](auto& n) { n.output(n.conv(n.input({1, 12, 4, 4}), 8, window(1, 1, 2, 1, 0, 0))); });
  bench.add(5, [](auto& n) { n.output(n.gemm(n.flatten(n.input({1, 8, 3, 3})), 15)); });
  bench.add(6, [](auto& n) { n.output(n.depthwise(n.input({1, 6, 8, 7}), square(3, 1, 1), true)); });
  bench.add(7, [](auto& n) { n.output(n.depthwise(n.input({1, 4, 12, 6}), window(5, 2, 2, 1, 3, 0))); });
  bench.add(8, [](auto& n) { n.output(n.max_pool(n.input({1, 6, 8, 6}), window(2, 2, 2, 1, 0, 0))); });
  bench.add(9, [](auto& n) { n.output(n.average_pool(n.input({1, 4, 7, 5}), square(3, 1, 1))); });
  bench.add(10, [](auto& n) { n.output(n.average_pool(n.max_pool(n.input({1, 6, 8, 8}, DType::kUint8), square(3, 2, 1)), square(4, 4, 0))); });
  bench.add(11, [](auto& n) {
    const auto x = n.conv(n.input({1, 4, 6, 6}), 8, square(3, 1, 1));
    n.output(n.add(n.conv(x, 8, square(3, 1, 1), true), x));
  });
  bench.add(12, [](auto& n) {
    const auto x = n.input({1, 6, 4, 5});
    n.output(n.mul(n.table(x, graph::ScalarOp::kTanh), n.sub(x, n.max_pool(x, square(3, 1, 1)))));
  });
  bench.add(13, [](auto& n) {
    const auto run = [](std::int64_t elements) { return std::vector<graph::CopyLoop>{{elements, 1, 1}}; };
    const auto x = n.input({1, 8, 5, 5});
    const auto both = n.move("Concat", {n.conv(x, 8, square(1, 1, 0)), n.conv(x, 4, square(1, 1, 0))}, {{0, 0, 0, run(200)}, {1, 0, 200, run(100)}}, {1, 12, 5, 5});
    n.output(n.move("Slice", {both}, {{0, 100, 0, run(150)}}, {1, 6, 5, 5}));
  });
  bench.add(14, [](auto& n) {
    auto w = window(3, 2, 1, 1, 1, 0);
    w.group = 3;
    n.output(n.conv(n.input({1, 12, 6, 5}), 6, w, true));
  });
  bench.add(15, [](auto& n) {
    auto w = window(1, 1, 1, 1, 0, 0);
    w.group = 4;
    n.output(n.conv(n.input({1, 4, 3, 3}), 8, w));
  });
  bench.add(16, [](auto& n) { n.output(up_sample(n, n.conv(n.input({1, 3, 3, 4}), 6, square(1, 1, 0)), 3, 2)); });
  bench.add(18, [](auto& n) { n.output(sub_pixels(n, n.conv(n.input({1, 3, 3, 4}), 24, square(1, 1, 0)), 2, 3)); });
  bench.add(17, [](auto& n) {
    const auto x = n.input({1, 6, 4, 4});
    n.output(n.mul(x, n.average_pool(x, square(4, 4, 0))));
  });
  return bench;
}

/// "" or the first difference of any FIFO and frame.
std::string first_difference(const stages::Design& design, const stages::DataflowTiming& rtl, const stages::DataflowTiming& model) {
  for (std::size_t f = 0; f < design.fifos.size(); ++f) {
    if (rtl.frame_taken[f] != model.frame_taken[f]) {
      return fmt::format("{} ({}): frames taken at {} for {}", design.fifos[f].name, stages::kernel_of(design.stages[design.fifos[f].writer].sizes), fmt::join(rtl.frame_taken[f], " "), fmt::join(model.frame_taken[f], " "));
    }
  }
  return {};
}

}  // namespace

TEST_CASE("every twin has its kernel's cycles, frame by frame, and its values under random stalls on both sides") {
  const auto bench = all_kinds();
  const auto wanted = stages::simulate_values(bench.design, Bench::kFrames, bench.inputs);
  REQUIRE(wanted);
  REQUIRE_FALSE(wanted->timing.deadlock);
  auto model = verilator::StreamModel::open(bench.design);
  INFO((model ? "" : to_string(model.error())));
  REQUIRE(model);
  const auto free = (*model)->run(Bench::kFrames, bench.inputs);
  INFO((free ? "" : to_string(free.error())));
  REQUIRE(free);
  CHECK(first_difference(bench.design, free->timing, wanted->timing) == "");
  CHECK(free->outputs == wanted->outputs);
  for (const int percent : {10, 50, 90}) {
    const auto stalled = (*model)->run(Bench::kFrames, bench.inputs, {.stall_percent = percent, .seed = static_cast<std::uint32_t>(percent)});
    INFO(percent << (stalled ? "" : to_string(stalled.error())));
    REQUIRE(stalled);
    for (std::size_t o = 0; o < wanted->outputs.size(); ++o) {
      INFO("output " << o);
      CHECK(stalled->outputs[o] == wanted->outputs[o]);
    }
  }
}
