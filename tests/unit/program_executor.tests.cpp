// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cstring>
#include <functional>

#include <vernier/program/executor.hpp>
#include <vernier/program/instruction.hpp>

using namespace vernier;
using spec::Word;

namespace {

/// A hand-assembled program: one pixel of eight channels through an 8 x 8 identity and a requantisation by 1.
struct Assembly {
  program::Program p;
  std::vector<std::byte> input = std::vector<std::byte>(64), output = std::vector<std::byte>(64);

  Assembly() {
    p.target = {.name = "8x8", .rows = 8, .columns = 8, .activation_bytes = 1024, .weight_bytes = 1024, .parameter_bytes = 1024, .accumulator_rows = 8};
    p.model = "identity";
    p.input_bytes = p.output_bytes = p.scratch_bytes = 64;
    p.constants.resize(192);
    for (std::size_t i = 0; i < 8; ++i) p.constants[i * 8 + i] = std::byte{1};
    Word d;
    namespace f = spec::descriptor;
    spec::set(d, f::uniform, 1);
    spec::set(d, f::m, 1);
    spec::set(d, f::lo_1, 0x80);
    spec::set(d, f::hi_1, 0x7f);
    std::memcpy(p.constants.data() + 64, d.words.data(), 64);
    for (std::size_t i = 0; i < 8; ++i) input[i] = static_cast<std::byte>(static_cast<int>(i) * 30 - 100);
    load(0, 1, 0, 0);    // input
    load(1, 0, 0, 0);    // weights
    load(2, 0, 64, 0);   // descriptor
    auto& m = command(spec::Opcode::kMatrix);
    for (const auto& [field, v] : {std::pair{spec::matrix::in_pitch, 8}, {spec::matrix::window_bytes, 8}, {spec::matrix::in_h, 1}, {spec::matrix::in_w, 1},
                                   {spec::matrix::in_row, 8}, {spec::matrix::n_kh, 1}, {spec::matrix::n_kw, 1}, {spec::matrix::n_cb, 1}, {spec::matrix::n_ct, 1},
                                   {spec::matrix::n_y, 1}, {spec::matrix::n_x, 1}, {spec::matrix::tile_words, 1}, {spec::matrix::init, 1}, {spec::matrix::emit, 1}}) {
      spec::set(m, field, static_cast<std::uint64_t>(v));
    }
    spec::set(m, spec::header::wait_load, 2);
    auto& v = command(spec::Opcode::kVector);
    for (const auto& [field, value] : {std::pair{spec::vector::n_ct, 1}, {spec::vector::n_y, 1}, {spec::vector::n_x, 1}, {spec::vector::out_base, 128},
                                       {spec::vector::out_pitch, 8}, {spec::vector::out_bytes, 8}}) {
      spec::set(v, field, static_cast<std::uint64_t>(value));
    }
    spec::set(v, spec::header::wait_load, 3);
    auto& s = command(spec::Opcode::kStore);
    spec::set(s, spec::store::region, 2);
    spec::set(s, spec::store::buffer, 128);
    spec::set(s, spec::store::row_bytes, 8);
    spec::set(s, spec::store::n1, 1);
    spec::set(s, spec::store::n2, 1);
    spec::set(s, spec::header::wait_vector, 1);
    (void)command(spec::Opcode::kEnd);
  }

  Word& command(spec::Opcode op) {
    Word w;
    spec::set(w, spec::header::opcode, static_cast<std::uint64_t>(op));
    p.commands.push_back(w);
    return p.commands.back();
  }
  void load(std::uint64_t select, std::uint64_t region, std::uint64_t offset, std::uint64_t buffer) {
    auto& w = command(spec::Opcode::kLoad);
    spec::set(w, spec::load::buffer_select, select);
    spec::set(w, spec::load::region, region);
    spec::set(w, spec::load::offset, offset);
    spec::set(w, spec::load::buffer, buffer);
    spec::set(w, spec::load::row_bytes, 64);
    spec::set(w, spec::load::n1, 1);
    spec::set(w, spec::load::n2, 1);
  }
  [[nodiscard]] Result<program::StaticActivity> run() { return program::Executor(p).run(input, output); }
};

constexpr std::size_t kWeightLoad = 1, kMatrix = 3, kVector = 4, kStore = 5;

}  // namespace

TEST_CASE("A hand-assembled program gives its input back and counts its events", "[program]") {
  Assembly a;
  const auto activity = a.run();
  REQUIRE(activity);
  CHECK(std::memcmp(a.output.data(), a.input.data(), 8) == 0);
  using spec::Counter;
  CHECK((*activity)[Counter::kFetchWords] == 7);
  CHECK((*activity)[Counter::kLoadWords] == 3);
  CHECK((*activity)[Counter::kAbufWritesLoad] == 1);
  CHECK((*activity)[Counter::kWbufWrites] == 1);
  CHECK((*activity)[Counter::kPbufWrites] == 1);
  CHECK((*activity)[Counter::kMatrixVectors] == 1);
  CHECK((*activity)[Counter::kWeightWords] == 1);
  CHECK((*activity)[Counter::kAccReads] == 0);
  CHECK((*activity)[Counter::kAccWrites] == 0);
  CHECK((*activity)[Counter::kVectorRows] == 1);
  CHECK((*activity)[Counter::kParamReads] == 1);  // uniform: no channel words
  CHECK((*activity)[Counter::kStoreWords] == 1);
}

TEST_CASE("Every missing wait of a hand-assembled program is a dependency error", "[program]") {
  const std::tuple<std::size_t, spec::Field, std::uint64_t, const char*> cases[] = {
      {kMatrix, spec::header::wait_load, 1, "weight buffer"}, {kMatrix, spec::header::wait_load, 0, "buffer"},
      {kVector, spec::header::wait_load, 2, "parameter buffer"}, {kStore, spec::header::wait_vector, 0, "activation buffer"}};
  for (const auto& [command, field, value, space] : cases) {
    Assembly a;
    spec::set(a.p.commands[command], field, value);
    const auto r = a.run();
    INFO("command " << command);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == ErrorCode::kMismatch);
    CHECK(r.error().where.find("command " + std::to_string(command)) == 0);
    CHECK(r.error().what.find("may not yet be written by") != std::string::npos);
    CHECK(r.error().what.find(space) != std::string::npos);
    CHECK(program::Executor(a.p, {.check_dependencies = false}).run(a.input, a.output));
  }
}

TEST_CASE("Overwriting a buffer needs a wait for its readers and writers of other units", "[program]") {
  Assembly a;
  auto again = a.p.commands[kWeightLoad];
  a.p.commands.insert(a.p.commands.begin() + kMatrix + 1, again);
  CHECK_FALSE(a.run());
  spec::set(a.p.commands[kMatrix + 1], spec::header::wait_matrix, 1);
  CHECK(a.run());
}

TEST_CASE("A vector command that waits for the matrix command feeding it is a deadlock", "[program]") {
  Assembly a;
  spec::set(a.p.commands[kVector], spec::header::wait_matrix, 1);
  const auto r = a.run();
  REQUIRE_FALSE(r);
  CHECK(r.error().what.find("neither can end") != std::string::npos);
}

TEST_CASE("A fence stands for all waits before it", "[program]") {
  Assembly a;
  spec::set(a.p.commands[kMatrix], spec::header::wait_load, 0);
  spec::set(a.p.commands[kVector], spec::header::wait_load, 0);
  Word fence;
  spec::set(fence, spec::header::opcode, 2);
  a.p.commands.insert(a.p.commands.begin() + kMatrix, fence);
  CHECK(a.run());
}

TEST_CASE("A wait for commands that stand behind is refused", "[program]") {
  Assembly a;
  spec::set(a.p.commands[kMatrix], spec::header::wait_load, 4);
  const auto r = a.run();
  REQUIRE_FALSE(r);
  CHECK(r.error().what.find("waits for") == 0);
  spec::set(a.p.commands[kMatrix], spec::header::wait_load, 0xFFF0);
  CHECK_FALSE(a.run());
}

TEST_CASE("Illegal commands are errors that name the command and the rule", "[program]") {
  using Change = std::function<void(Assembly&)>;
  const auto set = [](std::size_t command, spec::Field field, std::uint64_t value) { return Change([=](Assembly& a) { spec::set(a.p.commands[command], field, value); }); };
  const std::pair<Change, const char*> cases[] = {
      {set(0, spec::load::region, 5), "region 5"},
      {set(0, spec::load::buffer, 32), "modulo 64"},
      {set(0, spec::load::offset, 64), "region 1"},
      {set(0, spec::load::buffer, 1024), "the buffer has 1024"},
      {set(0, spec::load::n1, 0), "at least 1"},
      {set(kWeightLoad, spec::load::row_bytes, 40), "whole words"},
      {set(kMatrix, spec::matrix::window_bytes, 9), "window_bytes is 9"},
      {set(kMatrix, spec::matrix::n_x, 9), "accumulator rows 0 to 8"},
      {set(kMatrix, spec::matrix::tile_words, 2), "tile_words is 2"},
      {set(kMatrix, spec::matrix::weight_base, 16), "weights reach word 17"},
      {set(kMatrix, spec::matrix::init, 0), "holds no sum"},
      {set(kMatrix, spec::matrix::in_step, 3), "in_step is 3"},
      {set(kMatrix, spec::matrix::in_base, 2000), "lies at byte 2000"},
      {set(kMatrix, spec::matrix::n_kh, 0), "is 0"},
      {set(kMatrix, spec::matrix::emit, 0), "takes 1 rows"},
      {set(kVector, spec::vector::n_x, 2), "takes 2 rows"},
      {set(kVector, spec::vector::source, 3), "source 3"},
      {set(kVector, spec::vector::out_bytes, 9), "out_bytes is 9"},
      {set(kVector, spec::vector::out_base, 1020), "writes byte 1027"},
      {set(kVector, spec::vector::descriptor, 16), "parameter word 16"},
      {set(kStore, spec::store::region, 1), "cannot be written"},
      {set(kStore, spec::store::region, 0), "cannot be written"},
      {set(kStore, spec::store::offset, 64), "region 2"},
      {set(kStore, spec::header::opcode, 9), "opcode does not exist"},
      {[](Assembly& a) { a.p.commands.pop_back(); }, "END"},
      {[](Assembly& a) { a.p.commands.erase(a.p.commands.begin() + kVector); }, "never taken"},
      {[](Assembly& a) { a.p.commands.insert(a.p.commands.begin() + kVector, a.p.commands[kMatrix]); }, "emits before"}};
  for (const auto& [change, rule] : cases) {
    Assembly a;
    change(a);
    auto r = program::Executor(a.p, {.check_dependencies = false}).run(a.input, a.output);
    INFO(rule);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == ErrorCode::kMismatch);
    CHECK(to_string(r.error()).find(rule) != std::string::npos);
    CHECK(r.error().where.find("command ") == 0);
  }
}

TEST_CASE("Sums that leave int32 are caught where hardware would wrap", "[program]") {
  Assembly a;
  Word d;
  std::memcpy(d.words.data(), a.p.constants.data() + 64, 64);
  spec::set(d, spec::descriptor::bias, 0x7FFFFFFF);
  std::memcpy(a.p.constants.data() + 64, d.words.data(), 64);
  const auto r = a.run();
  REQUIRE_FALSE(r);
  CHECK(r.error().what.find("leave int32") != std::string::npos);
}

TEST_CASE("A table replaces requantised values and counts its words", "[program]") {
  Assembly a;
  a.p.constants.resize(64 * 8);
  Word d;
  std::memcpy(d.words.data(), a.p.constants.data() + 64, 64);
  spec::set(d, spec::descriptor::use_table, 1);
  spec::set(d, spec::descriptor::table_base, 1);
  std::memcpy(a.p.constants.data() + 64, d.words.data(), 64);
  for (int v = -128; v < 128; ++v) a.p.constants[static_cast<std::size_t>(128 + v + 128)] = static_cast<std::byte>(-v - 1);
  spec::set(a.p.commands[2], spec::load::row_bytes, 64 * 5);
  const auto activity = a.run();
  REQUIRE(activity);
  CHECK((*activity)[spec::Counter::kParamReads] == 5);
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(static_cast<int>(static_cast<std::int8_t>(a.output[i])) == -static_cast<int>(static_cast<std::int8_t>(a.input[i])) - 1);
  }
}
