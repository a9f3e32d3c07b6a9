// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <functional>
#include <random>
#include <rapidcheck/catch.h>

#include <vernier/core/requantize.hpp>
#include <vernier/program/executor.hpp>
#include <vernier/program/instruction.hpp>

using namespace vernier;
using spec::Word;

namespace {

constexpr std::int64_t kBlock = 8, kOut = 2048;
constexpr std::size_t kLoadImage = 0, kLoadConstants = 1, kDepthwise = 2, kStore = 3;

/// One depthwise command over an 8-channel image, its operands chosen at random.
struct Assembly {
  program::Program p;
  std::vector<std::byte> input, output = std::vector<std::byte>(2048);
  std::minstd_rand random;
  std::int64_t in_h, in_w, kernel_h, passes, kw_pixels, dil_y, stride_y, stride_x, n_y, n_x, iy0, ix0, out_bytes;
  std::int8_t pad;
  int shift = 6;

  std::int64_t integer(std::int64_t lo, std::int64_t hi) { return std::uniform_int_distribution<std::int64_t>(lo, hi)(random); }
  std::byte any_byte() { return static_cast<std::byte>(integer(0, 255)); }

  explicit Assembly(std::uint32_t seed) : random(seed) {
    p.target = {.name = "8x8", .rows = 8, .columns = 8, .activation_bytes = 4096, .weight_bytes = 1024, .parameter_bytes = 1024, .accumulator_rows = 8,
                .depthwise_taps = integer(1, 9), .depthwise_rows = 32, .depthwise_bytes = 4096};
    p.model = "depthwise";
    p.input_bytes = p.output_bytes = 2048;
    in_h = integer(1, 7), in_w = integer(1, 9);
    kernel_h = integer(1, 3), passes = integer(1, 3), kw_pixels = integer(0, 4), dil_y = integer(0, 3);
    stride_y = integer(0, 3), stride_x = integer(0, 3), n_y = integer(1, 4), n_x = integer(1, 8), iy0 = integer(-3, 3), ix0 = integer(-4, 4);
    out_bytes = integer(1, 8);
    pad = static_cast<std::int8_t>(integer(-128, 127));
    input.resize(2048);
    std::ranges::generate(input, [this] { return any_byte(); });
    p.constants.resize(4096);
    std::ranges::generate(p.constants, [this] { return any_byte(); });
    namespace f = spec::descriptor;
    Word d;
    spec::set(d, f::zero_1, 0xF9);  // -7
    spec::set(d, f::lo_1, 0x9C);    // -100
    spec::set(d, f::hi_1, 100);
    std::memcpy(p.constants.data(), d.words.data(), 64);
    for (std::size_t c = 0; c < 8; ++c) {
      Word w;
      spec::set(w, spec::channel::bias, static_cast<std::uint64_t>(bias(c)));
      spec::set(w, spec::channel::m, 1);
      spec::set(w, spec::channel::s, static_cast<std::uint64_t>(shift));
      std::memcpy(p.constants.data() + 64 + 8 * c, w.words.data(), 8);
    }
    load(0, 1, 2048);
    load(3, 0, 4096);
    command(spec::Opcode::kDepthwise, {{spec::header::wait_load, 2}, {spec::depthwise::in_base, iy0 * in_w * kBlock + ix0 * kBlock}, {spec::depthwise::in_row, in_w * kBlock},
                {spec::depthwise::kw_pixels, kw_pixels}, {spec::depthwise::dil_y, dil_y}, {spec::depthwise::stride_y, stride_y}, {spec::depthwise::stride_x, stride_x},
                {spec::depthwise::iy0, iy0}, {spec::depthwise::ix0, ix0}, {spec::depthwise::in_h, in_h}, {spec::depthwise::in_w, in_w}, {spec::depthwise::n_kh, kernel_h},
                {spec::depthwise::n_kw, passes}, {spec::depthwise::n_y, n_y}, {spec::depthwise::n_x, n_x}, {spec::depthwise::pad, pad}, {spec::depthwise::weight_base, 2},
                {spec::depthwise::descriptor, 0}, {spec::depthwise::out_base, kOut}, {spec::depthwise::out_row, n_x * kBlock}, {spec::depthwise::out_pitch, kBlock},
                {spec::depthwise::out_bytes, out_bytes}});
    command(spec::Opcode::kStore, {{spec::header::wait_depthwise, 1}, {spec::store::region, 2}, {spec::store::buffer, kOut}, {spec::store::row_bytes, n_y * n_x * kBlock - kBlock + out_bytes},
                                   {spec::store::n1, 1}, {spec::store::n2, 1}});
    command(spec::Opcode::kEnd, {});
  }

  static std::int32_t bias(std::size_t c) { return 1000 * static_cast<std::int32_t>(c) - 3000; }

  void command(spec::Opcode op, const std::vector<std::pair<spec::Field, std::int64_t>>& fields) {
    Word w;
    spec::set(w, spec::header::opcode, static_cast<std::uint64_t>(op));
    for (const auto& [field, v] : fields) spec::set(w, field, static_cast<std::uint64_t>(v));
    p.commands.push_back(w);
  }
  void load(std::int64_t select, std::int64_t region, std::int64_t bytes) {
    command(spec::Opcode::kLoad, {{spec::load::buffer_select, select}, {spec::load::region, region}, {spec::load::row_bytes, bytes}, {spec::load::n1, 1}, {spec::load::n2, 1}});
  }
  [[nodiscard]] Result<program::StaticActivity> run(program::ExecutorOptions options = {}) { return program::Executor(p, options).run(input, output); }

  /// What the text of the instruction set says, written down without addresses.
  [[nodiscard]] std::int32_t expected(std::int64_t y, std::int64_t x, std::int64_t c) const {
    const std::int64_t taps = p.target.depthwise_taps;
    std::int32_t sum = bias(static_cast<std::size_t>(c));
    for (std::int64_t kh = 0; kh < kernel_h; ++kh) {
      for (std::int64_t kw = 0; kw < passes; ++kw) {
        for (std::int64_t tap = 0; tap < taps; ++tap) {
          const std::int64_t iy = iy0 + y * stride_y + kh * dil_y, ix = ix0 + x * stride_x + kw * kw_pixels + tap;
          const bool inside = iy >= 0 && iy < in_h && ix >= 0 && ix < in_w;
          const auto pixel = inside ? static_cast<std::int8_t>(input[static_cast<std::size_t>((iy * in_w + ix) * kBlock + c)]) : pad;
          const std::int64_t words = (taps + 7) / 8, tile = kh * passes + kw;
          sum += pixel * static_cast<std::int8_t>(p.constants[static_cast<std::size_t>(128 + tile * words * 64 + tap * 8 + c)]);
        }
      }
    }
    return requantize(sum, {1, static_cast<std::uint8_t>(shift)}, -7, -100, 100);
  }
};

}  // namespace

TEST_CASE("A depthwise command computes what the instruction set says and counts its events", "[program][property]") {
  rc::prop("one command", [](std::uint32_t seed) {
    Assembly a(seed);
    const auto activity = a.run();
    if (!activity) RC_FAIL(to_string(activity.error()));
    for (std::int64_t y = 0; y < a.n_y; ++y) {
      for (std::int64_t x = 0; x < a.n_x; ++x) {
        for (std::int64_t c = 0; c < a.out_bytes; ++c) {
          RC_ASSERT(static_cast<int>(static_cast<std::int8_t>(a.output[static_cast<std::size_t>((y * a.n_x + x) * kBlock + c)])) == a.expected(y, x, c));
        }
      }
    }
    using spec::Counter;
    const auto rows = static_cast<std::uint64_t>(a.n_y * a.n_x), deep = static_cast<std::uint64_t>(a.kernel_h * a.passes);
    RC_ASSERT((*activity)[Counter::kDepthwiseVectors] == rows * deep);
    RC_ASSERT((*activity)[Counter::kDepthwiseRows] == rows);
    RC_ASSERT((*activity)[Counter::kDepthwiseAccWrites] == rows * (deep - 1));
    RC_ASSERT((*activity)[Counter::kDepthwiseWeightSwaps] == deep);
    RC_ASSERT((*activity)[Counter::kDepthwiseWeightWords] == deep * static_cast<std::uint64_t>(a.p.target.depthwise_tile_words()));
    RC_ASSERT((*activity)[Counter::kDepthwiseParamReads] == 2U);
    RC_ASSERT((*activity)[Counter::kDbufWrites] == 64U);
  });
}

TEST_CASE("A depthwise command without one of its waits is a dependency error", "[program]") {
  const std::tuple<std::size_t, spec::Field, std::uint64_t, const char*> cases[] = {{kDepthwise, spec::header::wait_load, 1, "depthwise buffer"},
                                                                                   {kDepthwise, spec::header::wait_load, 0, "buffer"},
                                                                                   {kStore, spec::header::wait_depthwise, 0, "activation buffer"}};
  for (const auto& [command, field, value, space] : cases) {
    Assembly a(3);
    spec::set(a.p.commands[command], field, value);
    const auto r = a.run();
    REQUIRE_FALSE(r);
    CHECK(r.error().what.find(space) != std::string::npos);
    CHECK(a.run({.check_dependencies = false}));
  }
  Assembly a(3);  // constants are loaded again while the command may still read them
  a.p.commands.insert(a.p.commands.begin() + kDepthwise + 1, a.p.commands[kLoadConstants]);
  CHECK_FALSE(a.run());
  spec::set(a.p.commands[kDepthwise + 1], spec::header::wait_depthwise, 1);
  CHECK(a.run());
}

TEST_CASE("Illegal depthwise commands are errors that name the rule", "[program]") {
  const std::tuple<spec::Field, std::uint64_t, const char*> cases[] = {
      {spec::depthwise::n_kh, 0, "is 0"},          {spec::depthwise::n_x, 33, "33 rows, the unit's accumulator 32"}, {spec::depthwise::out_bytes, 9, "out_bytes is 9"},
      {spec::depthwise::weight_base, 63, "weights reach word"}, {spec::depthwise::descriptor, 64, "depthwise word 64"},          {spec::depthwise::out_base, 4095, "writes byte"}};
  for (const auto& [field, value, rule] : cases) {
    INFO(rule);
    Assembly a(5);
    a.p.target.depthwise_taps = 9;
    for (const auto& [f, v] : {std::pair{spec::depthwise::n_y, 1}, {spec::depthwise::out_bytes, 8}}) spec::set(a.p.commands[kDepthwise], f, static_cast<std::uint64_t>(v));
    spec::set(a.p.commands[kDepthwise], field, value);
    const auto r = a.run({.check_dependencies = false});
    REQUIRE_FALSE(r);
    CHECK(r.error().what.find(rule) != std::string::npos);
    CHECK(r.error().where.find("command 2: depthwise") == 0);
  }
  Assembly a(5);
  a.p.target.depthwise_taps = 0;
  const auto r = a.run({.check_dependencies = false});
  REQUIRE_FALSE(r);
  CHECK(r.error().what.find("no depthwise unit") != std::string::npos);
}

TEST_CASE("A vector command adds multiplies and subtracts its second operand", "[program][property]") {
  rc::prop("all pairs of one row", [](std::uint32_t seed) {
    Assembly a(seed);
    const std::int64_t operation = a.integer(1, 3);
    const auto zero_a = a.integer(-128, 127), zero_b = a.integer(-128, 127), zero_y = a.integer(-128, 127);
    const auto m_a = a.integer(1, (1 << 24) - 1), m_b = a.integer(0, (1 << 24) - 1), s_ab = a.integer(14, 32);
    auto& p = a.p;
    p.commands.clear();
    Word d;
    namespace f = spec::descriptor;
    for (const auto& [field, v] : {std::pair{f::uniform, std::int64_t{1}}, {f::m, 1}, {f::lo_1, 0x80}, {f::hi_1, 0x7F}, {f::zero_2, zero_y}, {f::lo_2, 0x80}, {f::hi_2, 0x7F}, {f::zero_a, zero_a},
                                   {f::zero_b, zero_b}, {f::m_a, m_a}, {f::m_b, m_b}, {f::s_ab, s_ab}}) {
      spec::set(d, field, static_cast<std::uint64_t>(v));
    }
    std::memcpy(p.constants.data(), d.words.data(), 64);
    a.load(0, 1, 2048);
    a.load(2, 0, 64);
    namespace v = spec::vector;
    a.command(spec::Opcode::kVector, {{spec::header::wait_load, 2}, {v::source, 1}, {v::binary, operation}, {v::n_ct, 1}, {v::n_y, 1}, {v::n_x, 16}, {v::out_base, kOut}, {v::out_pitch, 8},
                                      {v::out_bytes, 8}, {v::other_base, 512}, {v::other_pitch, 8}, {v::in_pitch, 8}, {v::in_step, 8}, {v::stride_x, 1}, {v::k_h, 1}, {v::k_w, 1}, {v::in_h, 1}, {v::in_w, 16}});
    a.command(spec::Opcode::kStore, {{spec::header::wait_vector, 1}, {spec::store::region, 2}, {spec::store::buffer, kOut}, {spec::store::row_bytes, 128}, {spec::store::n1, 1}, {spec::store::n2, 1}});
    a.command(spec::Opcode::kEnd, {});
    const auto activity = a.run();
    if (!activity) RC_FAIL(to_string(activity.error()));
    RC_ASSERT((*activity)[spec::Counter::kVectorBinaryRows] == 16U);
    for (std::size_t i = 0; i < 128; ++i) {
      const auto x = static_cast<std::int8_t>(a.input[i]) - zero_a, y = static_cast<std::int8_t>(a.input[512 + i]) - zero_b;
      const std::int64_t e = operation == 1 ? x * m_a + y * m_b : (operation == 2 ? x * y * m_a : x * m_a - y * m_b);
      const auto want = std::clamp<std::int64_t>(shift_round_half_even(e, static_cast<int>(s_ab)) + zero_y, -128, 127);
      RC_ASSERT(static_cast<std::int64_t>(static_cast<std::int8_t>(a.output[i])) == want);
    }
  });
}
