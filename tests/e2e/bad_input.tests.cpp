// SPDX-License-Identifier: Apache-2.0
// Malformed input of every kind ends with the documented exit code, a message that names the place, and no file.
#include <onnx/onnx_pb.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>

#include "process.hpp"

namespace {

using onnx::ModelProto;

std::string digits_bytes() {
  std::ifstream in(std::string(VERNIER_SOURCE_DIR) + "/graphs/models/digits_int8.onnx", std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

ModelProto digits() {
  ModelProto model;
  REQUIRE(model.ParseFromString(digits_bytes()));
  return model;
}

void write(const std::string& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

onnx::NodeProto* node_of(ModelProto& model, const std::string& op) {
  for (auto& node : *model.mutable_graph()->mutable_node()) {
    if (node.op_type() == op) return &node;
  }
  return nullptr;
}

onnx::TensorProto* initializer_of(ModelProto& model, const std::string& name) {
  for (auto& t : *model.mutable_graph()->mutable_initializer()) {
    if (t.name() == name) return &t;
  }
  return nullptr;
}

/// Runs a changed digits model and expects this exit code and these words, and nothing written.
void expect(const ModelProto& model, int code, const std::vector<std::string>& words, const std::string& name) {
  const e2e::Folder folder("bad-" + name);
  write(folder / "model.onnx", model.SerializeAsString());
  const auto ran = e2e::vernier("run " + (folder / "model.onnx") + " --ruler golden --samples 1 --json " + (folder / "record.json"));
  CAPTURE(name, ran.text);
  CHECK(ran.code == code);
  for (const auto& word : words) CHECK(ran.text.find(word) != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder / "record.json"));
  CHECK(folder.whole());
}

}  // namespace

TEST_CASE("A truncated model is refused at every length tried", "[e2e]") {
  const auto whole = digits_bytes();
  const e2e::Folder folder("truncated");
  for (const std::size_t part : {0, 1, 10, 50, 90, 99}) {
    write(folder / "cut.onnx", whole.substr(0, whole.size() * part / 100));
    const auto ran = e2e::vernier("run " + (folder / "cut.onnx") + " --ruler golden --samples 1");
    CAPTURE(part, ran.text);
    CHECK(ran.code == 2);
    CHECK(ran.text.find("cut.onnx") != std::string::npos);
  }
}

TEST_CASE("An operator nobody knows is refused by name", "[e2e]") {
  auto model = digits();
  auto* node = node_of(model, "Conv");
  REQUIRE(node != nullptr);
  node->set_op_type("FrobnicateConv");
  node->set_domain("com.example");
  auto* opset = model.add_opset_import();
  opset->set_domain("com.example");
  opset->set_version(1);
  expect(model, 3, {"FrobnicateConv"}, "unknown-operator");
}

TEST_CASE("A missing weight is refused and named", "[e2e]") {
  auto model = digits();
  auto* tensors = model.mutable_graph()->mutable_initializer();
  REQUIRE(tensors->size() > 0);
  const std::string name = tensors->Get(0).name();
  tensors->DeleteSubrange(0, 1);
  expect(model, 2, {name}, "missing-weight");
}

TEST_CASE("A scale that is not a number is refused", "[e2e]") {
  auto model = digits();
  const auto* quantize = node_of(model, "QuantizeLinear");
  REQUIRE(quantize != nullptr);
  auto* scale = initializer_of(model, quantize->input(1));
  REQUIRE(scale != nullptr);
  scale->clear_raw_data();
  scale->clear_float_data();
  scale->add_float_data(std::numeric_limits<float>::quiet_NaN());
  expect(model, 2, {"scale"}, "nan-scale");
}

TEST_CASE("A zero-size tensor is refused", "[e2e]") {
  auto model = digits();
  auto* shape = model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  REQUIRE(shape->dim_size() == 4);
  shape->mutable_dim(2)->set_dim_value(0);
  expect(model, 3, {"model.onnx"}, "zero-size");
}

TEST_CASE("A weight of the wrong shape is refused", "[e2e]") {
  auto model = digits();
  bool changed = false;
  for (auto& t : *model.mutable_graph()->mutable_initializer()) {
    if (t.dims_size() == 4 && !changed) {
      std::swap(*t.mutable_dims()->Mutable(0), *t.mutable_dims()->Mutable(1));
      changed = true;
    }
  }
  REQUIRE(changed);
  expect(model, 2, {"model.onnx"}, "wrong-shape");
}

TEST_CASE("A model that does not exist is named with the ones that do", "[e2e]") {
  const auto ran = e2e::vernier("run no-such-model --ruler golden");
  CHECK(ran.code == 2);
  CHECK(ran.text.find("no-such-model") != std::string::npos);
  CHECK(ran.text.find("digits-int8") != std::string::npos);
}

TEST_CASE("Unknown rulers and targets and memories list the known ones", "[e2e]") {
  CHECK(e2e::vernier("run digits-int8 --ruler abacus").code == 2);
  CHECK(e2e::vernier("run digits-int8 --ruler abacus").text.find("golden") != std::string::npos);
  CHECK(e2e::vernier("explain digits-int8 --target npu7").code == 2);
  CHECK(e2e::vernier("explain digits-int8 --target npu7").text.find("npu16") != std::string::npos);
  const auto memory = e2e::vernier("run digits-int8 --ruler rtl --target npu8 --samples 1 --memory cheese");
  CHECK(memory.code == 2);
  CHECK(memory.text.find("hostile") != std::string::npos);
}

TEST_CASE("The help of every command ends with examples of its own whose options it has", "[e2e]") {
  std::size_t examples = 0;
  std::vector<std::string> commands{""};
  for (std::size_t i = 0; i < commands.size(); ++i) {  // those of commands of commands come behind
    const auto help = e2e::vernier(commands[i] + " --help");
    CAPTURE(commands[i], help.text);
    REQUIRE(help.code == 0);
    CHECK(help.text.find("Exit codes: 0 fine") != std::string::npos);
    std::istringstream lines(help.text);
    bool lists = false;
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string word;
      if (lists && line.starts_with("  ") && words >> word) commands.push_back(commands[i] + (commands[i].empty() ? "" : " ") + word);
      lists = line == "Subcommands:" || (lists && line.starts_with("  "));
      if (commands[i].empty() || !line.starts_with("  vernier ")) continue;
      ++examples;
      CHECK(line.starts_with("  vernier " + commands[i] + " "));
      const bool whole = help.text.find("Subcommands:") == std::string::npos;
      const auto options = help.text.substr(0, help.text.find("Examples:"));
      while (words >> word) {
        if (whole && word.size() > 1 && word[0] == '-') CHECK(options.find(word + (word[1] == '-' ? " " : ",")) != std::string::npos);
      }
    }
  }
  CHECK(commands.size() > 25);
  CHECK(examples > 25);
}

TEST_CASE("Bad usage is exit 2 and help is exit 0", "[e2e]") {
  CHECK(e2e::vernier("").code == 2);
  CHECK(e2e::vernier("run").code == 2);
  CHECK(e2e::vernier("run digits-int8 --ruler golden --samples minus").code == 2);
  CHECK(e2e::vernier("frobnicate").code == 2);
  CHECK(e2e::vernier("--help").code == 0);
  CHECK(e2e::vernier("run --help").code == 0);
  CHECK(e2e::vernier("--version").code == 0);
}

TEST_CASE("Inputs of the wrong type or shape are refused with both sides named", "[e2e]") {
  const e2e::Folder folder("bad-inputs");
  std::string npy("\x93NUMPY\x01\0", 8);
  std::string header = "{'descr': '|i1', 'fortran_order': False, 'shape': (3, ), }";
  header.resize(117, ' ');
  header += '\n';
  npy += static_cast<char>(header.size());
  npy += '\0';
  write(folder / "x.npy", npy + header + "abc");
  const auto ran = e2e::vernier("run digits-int8 --ruler golden --inputs " + (folder / "x.npy"));
  CAPTURE(ran.text);
  CHECK(ran.code == 2);
  CHECK(ran.text.find("x.npy") != std::string::npos);
}

TEST_CASE("Outputs that cannot be written are exit 6 and named", "[e2e]") {
  for (const std::string file : {"/dev/full", "/nonexistent-folder/record.json"}) {
    const auto ran = e2e::vernier("run digits-int8 --ruler golden --samples 1 --json " + file);
    CAPTURE(ran.text);
    CHECK(ran.code == 6);
    CHECK(ran.text.find(file) != std::string::npos);
  }
  CHECK(e2e::vernier("compare digits-int8 --rulers golden --samples 1 -o /dev/null/out").code == 6);
  CHECK(e2e::shell(std::string(VERNIER_BINARY_DIR) + "/vernier run digits-int8 --ruler golden --samples 1 --json - > /dev/full").code == 6);
  CHECK(e2e::shell(std::string(VERNIER_BINARY_DIR) + "/vernier explain digits-int8 > /dev/full").code == 6);
}

TEST_CASE("Ctrl-C ends a run with 130 and leaves no half-written file", "[e2e]") {
  const e2e::Folder folder("interrupt");
  const auto ran = e2e::shell("timeout --foreground --preserve-status -s INT 2 " + std::string(VERNIER_BINARY_DIR) +
                              "/vernier compare digits-int8 --target npu8 --memory ideal:latency=4000,bytes_per_cycle=1 --rulers rtl -o " + (folder / "out"));
  CAPTURE(ran.text);
  CHECK(ran.code == 130);
  CHECK(folder.whole());
  CHECK_FALSE(std::filesystem::exists(folder / "out/report.html"));
}

TEST_CASE("A second run in the same folder replaces the report and keeps the first record", "[e2e]") {
  const e2e::Folder folder("twice");
  const std::string command = "compare digits-int8 --rulers golden,cpu --samples 5 -o " + (folder / "out");
  const auto first = e2e::vernier(command);
  CAPTURE(first.text);
  REQUIRE(first.code == 0);
  REQUIRE(e2e::vernier(command).code == 0);
  CHECK(std::filesystem::exists(folder / "out/report.html"));
  CHECK(folder.whole());
}
