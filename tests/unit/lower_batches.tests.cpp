// SPDX-License-Identifier: Apache-2.0
// Images of a batch are computed alike, and what they share is fetched once; products of activations.
#include <catch2/catch.hpp>
#include <functional>
#include <vernier/passes/pipeline.hpp>

#include "lower_check.hpp"

using namespace vernier;
using test::make_target;
using test::NetworkBuilder;
using test::square;

namespace {

NetworkBuilder batch_of(std::int64_t images, std::uint32_t seed, const std::function<void(NetworkBuilder&)>& grow) {
  NetworkBuilder n(seed);
  grow(n);
  auto batch = graph::batched(std::move(n.graph), images);
  REQUIRE(batch);
  n.graph = std::move(*batch);
  return n;
}

/// Everything that takes windows, broadcasts or moves elements.
void many_operators(NetworkBuilder& n) {
  const auto x = n.input({1, 3, 9, 7}, DType::kUint8);
  const auto a = n.conv(x, 20, square(3, 1, 1), true);
  const auto b = n.depthwise(a, square(3, 2, 1), true);
  const auto c = n.conv(b, 20, square(1, 1, 0));
  const auto gate = n.table(n.conv(n.average_pool(c, {.kernel_h = 5, .kernel_w = 4}), 20, square(1, 1, 0)), graph::ScalarOp::kSigmoid);
  const auto d = n.mul(n.add(b, c), gate);
  const auto pooled = n.max_pool(d, {.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2, .pad_top = 1});
  const auto& s = n.shape(pooled);
  const auto plane = s[2] * s[3];
  const auto both = n.move("Concat", {pooled, pooled}, {{0, 0, 0, {{s[1], plane, plane}, {plane, 1, 1}}}, {1, 0, s[1] * plane, {{s[1], plane, plane}, {plane, 1, 1}}}}, {1, 2 * s[1], s[2], s[3]});
  n.output(n.gemm(n.gemm(n.flatten(both), 33), 10, DType::kUint8));
}

std::int64_t loaded_bytes(const program::Program& p, std::uint64_t buffer) {
  std::int64_t bytes = 0;
  for (const auto& w : p.commands) {
    namespace f = spec::load;
    if (spec::get(w, spec::header::opcode) == static_cast<std::uint64_t>(spec::Opcode::kLoad) && spec::get(w, f::buffer_select) == buffer) bytes += static_cast<std::int64_t>(spec::get(w, f::row_bytes));
  }
  return bytes;
}

}  // namespace

TEST_CASE("Every image of a batch gets its own result on every array shape", "[lower][batch]") {
  for (const auto& target : {make_target(8, 8), make_target(16, 16), make_target(3, 5), make_target(16, 4), make_target(8, 8, 1 << 11, 1 << 12)}) {
    for (const std::int64_t images : {2, 3, 5}) {
      auto n = batch_of(images, 7, many_operators);
      INFO(target.name << " images " << images << " activation bytes " << target.activation_bytes);
      CHECK(test::check_network(n, target) == "");
    }
  }
}

TEST_CASE("A batch of convolutions fetches its weights once and passes each image as one alone", "[lower][batch]") {
  const auto grow = [](NetworkBuilder& n) { n.output(n.conv(n.conv(n.input({1, 32, 6, 6}), 48, square(3, 1, 1)), 48, square(3, 1, 1))); };
  const auto target = make_target(8, 8, 1 << 17, 1 << 13);  // the weights of no layer stay as a whole
  const auto one = lower::lower(batch_of(1, 3, grow).graph, target), four = lower::lower(batch_of(4, 3, grow).graph, target);
  REQUIRE(one);
  REQUIRE(four);
  CHECK(loaded_bytes(four->program, 1) == loaded_bytes(one->program, 1));
  CHECK(test::array_cycles(four->program) == 4 * test::array_cycles(one->program));
}

TEST_CASE("Images of a batch pass a fully connected layer behind one another", "[lower][batch]") {
  const auto grow = [](NetworkBuilder& n) { n.output(n.gemm(n.flatten(n.input({1, 16, 3, 4})), 32)); };
  const auto target = make_target(16, 16);  // a tile of four words costs as much as four vectors
  const auto one = lower::lower(batch_of(1, 3, grow).graph, target), four = lower::lower(batch_of(4, 3, grow).graph, target);
  REQUIRE(one);
  REQUIRE(four);
  CHECK(test::array_cycles(four->program) == test::array_cycles(one->program));
  CHECK(loaded_bytes(four->program, 1) == loaded_bytes(one->program, 1));
}

TEST_CASE("A product whose weights do not stay on chip loads them again for every block of pixels", "[lower]") {
  NetworkBuilder n(4);
  n.output(n.matmul(n.input({2, 9, 200}), n.input({2, 200, 150}, DType::kUint8)));
  CHECK(test::check_network(n, make_target(8, 8, 1 << 16, 1 << 12)) == "");
  CHECK(test::check_network(n, make_target(5, 3, 1 << 16, 1 << 12)) == "");
}

TEST_CASE("What may mix the images of a batch is refused by name", "[lower][batch]") {
  NetworkBuilder n(1);
  n.output(n.foreign(n.conv(n.input({1, 3, 4, 4}), 4, square(1, 1, 0)), "NonMaxSuppression"));
  const auto batch = graph::batched(n.graph, 2);
  REQUIRE_FALSE(batch);
  CHECK(batch.error().code == ErrorCode::kUnsupported);
  CHECK(to_string(batch.error()).find("NonMaxSuppression may not take each image alone") != std::string::npos);
}
