// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <rapidcheck/catch.h>
#include <unistd.h>

#include <vernier/core/files.hpp>
#include <vernier/program/instruction.hpp>
#include <vernier/program/program.hpp>

using namespace vernier;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("vernier-program-" + std::to_string(::getpid()))) { fs::create_directories(path_); }
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

/// Without the flush to the device that a thousand damaged files do not need.
void write_plainly(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

program::Program small_program() {
  program::Program p;
  p.target = program::load_target(std::string(VERNIER_SOURCE_DIR) + "/rtl/targets/npu8.toml").value();
  p.model = "small";
  spec::Word load, end;
  spec::set(load, spec::header::opcode, 3);
  spec::set(load, spec::header::wait_vector, 7);
  spec::set(load, spec::load::row_bytes, 640);
  spec::set(end, spec::header::opcode, 1);
  p.commands = {load, end};
  p.constants.resize(100, std::byte{0x5a});
  auto layout = program::layout_for(10, 3, 4, p.target);
  p.inputs.push_back({"x", program::Region::kInput, layout, DType::kUint8, {1, 10, 3, 4}, 5});
  p.input_bytes = layout.bytes;
  p.outputs.push_back({"y", program::Region::kOutput, program::layout_for(10, 1, 1, p.target), DType::kInt8, {1, 10}, 0});
  p.output_bytes = 64;
  p.scratch_bytes = 128;
  p.layers.push_back({"conv", "Conv", 1234, {"relu"}});
  p.groups.push_back({.first_command = 0, .first_layer = 0, .layers = 1, .cycles = 77, .resident = {{"x", layout}}});
  return p;
}

const char* kTarget = "rows = 16\ncolumns = 16\nactivation_bytes = 65536\nweight_bytes = 65536\nparameter_bytes = 8192\n"
                      "accumulator_rows = 512\nreads_in_flight = 16\nburst_bytes = 1024\nclock_mhz = 300\nenergy_table = \"7nm\"\n";

}  // namespace

TEST_CASE("All bundled targets load", "[program]") {
  for (const auto& entry : fs::directory_iterator(std::string(VERNIER_SOURCE_DIR) + "/rtl/targets")) {
    INFO(entry.path());
    const auto target = program::load_target(entry.path());
    REQUIRE(target);
    CHECK(target->name == entry.path().stem().string());
    CHECK(target->clock.count() == 300e6);
  }
}

TEST_CASE("A target that cannot be built is refused and the key is named", "[program]") {
  const Folder folder;
  const auto load_with = [&](const std::string& from, const std::string& to) {
    std::string text = kTarget;
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
    REQUIRE(write_atomically(folder / "t.toml", text));
    return program::load_target(folder / "t.toml");
  };
  REQUIRE(load_with("rows = 16", "rows = 16"));
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"rows = 16\ncol", "rows = 0\ncol", "rows"}, {"rows = 16\ncol", "rows = 65\ncol", "rows"}, {"rows = 16\ncol", "rows = 1.5\ncol", "rows"},
      {"rows = 16\ncol", "col", "rows"}, {"= 512", "= 500", "accumulator_rows"}, {"= 8192", "= 8191", "parameter_bytes"},
      {"= 300", "= \"fast\"", "clock_mhz"}, {"= 300", "= 0", "clock_mhz"}, {"\"7nm\"", "7", "energy_table"}, {"burst_bytes", "burst_byte", "burst_byte"},
      {"rows = 16\ncol", "rows = = 16\ncol", "TOML"}, {"columns = 16\n", "columns = 16\nrow = 3\n", "row"}};
  for (const auto& [from, to, key] : cases) {
    INFO(to);
    const auto r = load_with(from, to);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == ErrorCode::kInvalidInput);
    CHECK(to_string(r.error()).find(key) != std::string::npos);
    CHECK(r.error().where.find("t.toml") != std::string::npos);
  }
  CHECK_FALSE(program::load_target(folder / "absent.toml"));
}

TEST_CASE("Where a target names no depthwise taps it has as many of three as a window holds", "[program]") {
  const Folder folder;
  for (const auto& [block, taps] : {std::pair{16, 3}, {42, 3}, {43, 2}, {64, 1}}) {
    std::string text = kTarget;
    text.replace(text.find("rows = 16"), 9, "rows = " + std::to_string(block));
    REQUIRE(write_atomically(folder / "t.toml", text));
    const auto target = program::load_target(folder / "t.toml");
    REQUIRE(target);
    CHECK(target->depthwise_taps == taps);
    REQUIRE(write_atomically(folder / "t.toml", text + "depthwise_taps = " + std::to_string(taps + 1) + "\n"));
    CHECK(program::load_target(folder / "t.toml").has_value() == (taps + 1 <= 127 / block));
  }
}

TEST_CASE("A program survives the way through its file", "[program]") {
  const Folder folder;
  const auto p = small_program();
  REQUIRE(program::save(p, folder / "p.vrn"));
  const auto q = program::load(folder / "p.vrn");
  REQUIRE(q);
  CHECK(q->commands == p.commands);
  CHECK(q->constants == p.constants);
  CHECK(q->model == p.model);
  CHECK(q->target.rows == 8);
  CHECK(q->target.energy_table == p.target.energy_table);
  REQUIRE(q->inputs.size() == 1);
  CHECK(q->inputs[0].layout == p.inputs[0].layout);
  CHECK(q->inputs[0].type == DType::kUint8);
  CHECK(q->inputs[0].fill == 5);
  CHECK(q->outputs[0].shape == Shape{1, 10});
  CHECK(q->scratch_bytes == 128);
  REQUIRE(q->groups.size() == 1);
  CHECK(q->groups[0].cycles == 77);
  CHECK(q->groups[0].resident.at(0).layout == p.inputs[0].layout);
  CHECK(q->layers[0].fused == std::vector<std::string>{"relu"});
  CHECK(program::disassemble(*q) == program::disassemble(p));
}

TEST_CASE("A program file whose groups do not follow its fences is refused", "[program]") {
  const Folder folder;
  for (const auto& [command, layer, layers] : {std::tuple{1U, 0U, 1U}, {0U, 1U, 0U}, {0U, 0U, 2U}}) {
    auto p = small_program();
    p.groups[0].first_command = command;
    p.groups[0].first_layer = layer;
    p.groups[0].layers = layers;
    REQUIRE(program::save(p, folder / "p.vrn"));
    const auto r = program::load(folder / "p.vrn");
    REQUIRE_FALSE(r);
    CHECK(r.error().what.find("group 0") != std::string::npos);
  }
}

TEST_CASE("A truncated or changed program file is refused", "[program]") {
  const Folder folder;
  REQUIRE(program::save(small_program(), folder / "p.vrn"));
  const auto whole = read_text(folder / "p.vrn").value();
  for (std::size_t n = 0; n < whole.size(); ++n) {
    write_plainly(folder / "cut.vrn", whole.substr(0, n));
    const auto r = program::load(folder / "cut.vrn");
    REQUIRE_FALSE(r);
    CHECK(r.error().code == ErrorCode::kInvalidInput);
  }
  for (std::size_t n = 0; n < whole.size(); ++n) {
    auto changed = whole;
    changed[n] = static_cast<char>(changed[n] ^ 0x10);
    write_plainly(folder / "changed.vrn", changed);
    CHECK_FALSE(program::load(folder / "changed.vrn"));
  }
}

TEST_CASE("A whole file that names bytes outside its regions is refused", "[program]") {
  const Folder folder;
  auto p = small_program();
  p.input_bytes = 10;
  REQUIRE(program::save(p, folder / "p.vrn"));
  const auto r = program::load(folder / "p.vrn");
  REQUIRE_FALSE(r);
  CHECK(r.error().what.find("'x'") != std::string::npos);
}

TEST_CASE("The disassembly names fields that are not zero", "[program]") {
  const auto text = program::disassemble(small_program());
  CHECK(text.find("load ") != std::string::npos);
  CHECK(text.find("wait_vector=7 row_bytes=640") != std::string::npos);
  CHECK(text.find("buffer_stride1") == std::string::npos);
  CHECK(text.find("layer 0: Conv conv, 1234 MACs") != std::string::npos);
  spec::Word matrix;
  spec::set(matrix, spec::header::opcode, 5);
  spec::set(matrix, spec::matrix::iy0, 0xFFFF);
  CHECK(program::disassemble(matrix).find("iy0=-1") != std::string::npos);
  CHECK(program::disassemble(spec::Word{}).find("illegal opcode 0") != std::string::npos);
}

TEST_CASE("Packing and unpacking any image on any target gives it back", "[program][property]") {
  rc::prop("round trip", [] {
    program::Target t;
    t.rows = *rc::gen::inRange<std::int64_t>(1, 65);
    t.columns = *rc::gen::inRange<std::int64_t>(1, 65);
    const auto c = *rc::gen::inRange<std::int64_t>(1, 150), h = *rc::gen::inRange<std::int64_t>(1, 9), w = *rc::gen::inRange<std::int64_t>(1, 9), n = *rc::gen::inRange<std::int64_t>(1, 4);
    program::Binding b{"x", program::Region::kInput, program::layout_for(c, h, w, t, program::Pixels::kPacked, n), *rc::gen::element(DType::kInt8, DType::kUint8), {n, c, h, w}, 9};
    b.layout.offset = 64;
    RC_ASSERT(b.layout.pixel_pitch >= std::min(c, t.block()));
    Tensor tensor(b.type, b.shape);
    std::uint32_t v = 1;
    for (auto& byte : tensor.bytes()) byte = static_cast<std::byte>((v = v * 1664525U + 1013904223U) >> 24);
    std::vector<std::byte> region(static_cast<std::size_t>(64 + b.layout.bytes), std::byte{0x77});
    program::pack(b, tensor, region);
    RC_ASSERT(program::unpack(b, region) == tensor);
    for (std::size_t i = 0; i < 64; ++i) RC_ASSERT(region[i] == std::byte{0x77});
  });
}

TEST_CASE("A uint8 tensor is stored less 128 and free lanes hold the fill value", "[program]") {
  program::Target t;
  t.rows = t.columns = 8;
  program::Binding b{"x", program::Region::kInput, program::layout_for(3, 1, 2, t), DType::kUint8, {1, 3, 1, 2}, -4};
  CHECK(b.layout.pixel_pitch == 4);
  Tensor tensor(DType::kUint8, b.shape);
  const std::uint8_t values[] = {0, 1, 127, 128, 254, 255};
  std::memcpy(tensor.bytes().data(), values, 6);
  std::vector<std::byte> region(static_cast<std::size_t>(b.layout.bytes));
  program::pack(b, tensor, region);
  const int want[] = {-128, -1, 126, -4, -127, 0, 127, -4};  // two pixels of three channels and a free lane
  for (std::size_t i = 0; i < 8; ++i) CHECK(static_cast<int>(static_cast<std::int8_t>(region[i])) == want[i]);
}
