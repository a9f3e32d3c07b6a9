// SPDX-License-Identifier: Apache-2.0
// C++14 text of a design: one Cfg and one function a stage, and the dataflow region that holds them together.
#include "emit_sources.hpp"

#include <vernier/stages/emit_rtl.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace vernier::stages {
namespace {

std::string cfg_name(const Design& d, std::size_t stage) { return identifier("Cfg", stage, d.stages[stage].name); }
std::string function_name(const Design& d, std::size_t stage) { return identifier("stage", stage, d.stages[stage].name); }
std::string beat(int lanes) { return fmt::format("vernier::hls::Beat<{}>", lanes); }

/// Numbers in lines of 24.
template <class T>
std::string numbers(const std::vector<T>& values) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) text += fmt::format("{}{},", i % 24 == 0 ? "\n  " : "", static_cast<int>(values[i]));
  return text;
}

/// What a Cfg names beside its sizes.
struct Types {
  std::string operator()(const WindowSizes& s) const {
    return fmt::format("  using Beat = {};\n  using Buffer = Beat[{}];\n", beat(s.lanes), s.rows * s.width * (s.channels / s.lanes));
  }
  std::string operator()(const MatrixVectorSizes& s) const {
    return fmt::format("  using In = {};\n  using Out = {};\n  using Held = In[{}];\n  static constexpr int kMostPe = {};\n", beat(s.simd), beat(s.pe), s.inputs / s.simd, s.pe);
  }
  std::string operator()(const DepthwiseSizes& s) const { return lanes_too(s.lanes); }
  std::string operator()(const PoolSizes& s) const { return lanes_too(s.lanes); }
  std::string operator()(const UpSampleSizes& s) const { return fmt::format("  using Beat = {};\n  using Row = Beat[{}];\n", beat(s.lanes), s.width * s.phases * (s.channels / s.lanes)); }
  std::string operator()(const WidthSizes& s) const { return fmt::format("  using In = {};\n  using Out = {};\n", beat(s.from), beat(s.to)); }
  template <class S>
  std::string operator()(const S& s) const {
    return fmt::format("  using Beat = {};\n", beat(s.lanes));
  }

 private:
  static std::string lanes_too(int lanes) { return fmt::format("  using Beat = {};\n  static constexpr int kMostLanes = {};\n", beat(lanes), lanes); }
};

std::string cfg_source(const Design& d, std::size_t i) {
  const auto& stage = d.stages[i];
  std::string text = fmt::format("struct {} : vernier::hls::FixedConfig {{\n", cfg_name(d, i));
  std::visit([&](const auto& s) { s.each([&](const char* name, int value) { text += fmt::format("  static constexpr int {} = {};\n", name, value); }); }, stage.sizes);
  return text + std::visit(Types{}, stage.sizes) + "};\n";
}

/// Constants of a stage as further arguments of its kernel.
std::string constant_arguments(const Design& d, std::size_t i) {
  const auto& stage = d.stages[i];
  const auto name = [&](const char* what) { return identifier(what, i, stage.name); };
  if (!stage.weights.empty()) return fmt::format(", {}, {}", name("weights"), name("channels"));
  if (std::holds_alternative<PoolSizes>(stage.sizes)) return fmt::format(", {}, {}", name("kinds"), name("multipliers"));
  if (std::holds_alternative<TableSizes>(stage.sizes)) return fmt::format(", {}", name("table"));
  return {};
}

/// Weights and parameters of all lanes are read in one cycle; memories that the estimate counts as UltraRAM are bound to it.
std::string partitions(const Design& d, std::size_t i) {
  const auto& stage = d.stages[i];
  if (stage.weights.empty()) return {};
  const auto name = identifier("weights", i, stage.name);
  auto text = fmt::format("#pragma HLS ARRAY_RESHAPE variable = {} complete dim = 2\n", name);
  const auto words = static_cast<std::int64_t>(stage.weights.size() / stage.weight_lanes), bits = static_cast<std::int64_t>(8 * stage.weight_lanes);
  if (lies_in_ultra_ram(words, bits, Contents::kConstant, d.ultra_ram)) text += fmt::format("#pragma HLS BIND_STORAGE variable = {} type = rom_1p impl = uram\n", name);
  return text;
}

std::string stage_function(const Design& d, std::size_t i) {
  const auto& stage = d.stages[i];
  std::string parameters = "int frames", arguments;
  if (std::holds_alternative<LoadSizes>(stage.sizes)) parameters += ", const std::int8_t* memory", arguments += ", memory";
  for (const auto f : stage.inputs) {
    parameters += fmt::format(", hls::stream<{}>& {}", beat(d.fifos[f].lanes), stream_name(d, f));
    arguments += ", " + stream_name(d, f);
  }
  for (const auto f : stage.outputs) {
    parameters += fmt::format(", hls::stream<{}>& {}", beat(d.fifos[f].lanes), stream_name(d, f));
    arguments += ", " + stream_name(d, f);
  }
  if (std::holds_alternative<StoreSizes>(stage.sizes)) parameters += ", std::int8_t* memory", arguments += ", memory";
  return fmt::format("void {}({}) {{\n{}  vernier::hls::{}({}(), frames{}{});\n}}\n", function_name(d, i), parameters, partitions(d, i), kernel_of(stage.sizes), cfg_name(d, i), arguments,
                     constant_arguments(d, i));
}

std::string declaration(const Design& d, const EmitOptions& options, const std::string& streams = {}) {
  std::string parameters;
  for (const auto& p : ports_of(d)) parameters += fmt::format("{}std::int8_t* {}, ", p.load ? "const " : "", p.name);
  return fmt::format("extern \"C\" void {}({}int frames{})", options.kernel, parameters, streams);
}

}  // namespace

std::string stream_name(const Design& d, std::size_t fifo) { return identifier("s", fifo, d.fifos[fifo].name); }

std::string identifier(std::string_view prefix, std::size_t index, std::string_view name) {
  auto text = fmt::format("{}{}_", prefix, index);
  for (const char c : name) text += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  std::string compact;  // no double underscores: those are the compiler's
  for (const char c : text) {
    if (c != '_' || !compact.ends_with('_')) compact += c;
  }
  return compact.substr(0, 80);
}

std::vector<Port> ports_of(const Design& design) {
  std::vector<Port> ports;
  std::size_t in = 0, out = 0;
  for (std::size_t i = 0; i < design.stages.size(); ++i) {
    if (std::holds_alternative<LoadSizes>(design.stages[i].sizes)) ports.push_back({i, true, fmt::format("in{}", in++)});
    if (std::holds_alternative<StoreSizes>(design.stages[i].sizes)) ports.push_back({i, false, fmt::format("out{}", out++)});
  }
  return ports;
}

std::string constants_source(const Design& d) {
  std::string text = "// Weights in the order of their use, and what follows each sum.\n#pragma once\n\n#include <cstdint>\n\n#include <vernier/hls/channel.hpp>\n";
  for (std::size_t i = 0; i < d.stages.size(); ++i) {
    const auto& s = d.stages[i];
    const auto name = [&](const char* what) { return identifier(what, i, s.name); };
    if (!s.weights.empty()) {
      text += fmt::format("\nstatic const std::int8_t {}[{}][{}] = {{", name("weights"), s.weights.size() / s.weight_lanes, s.weight_lanes);
      for (std::size_t f = 0; f < s.weights.size(); f += s.weight_lanes) {
        text += "\n  {";
        for (std::size_t l = 0; l < s.weight_lanes; ++l) text += fmt::format("{}{}", l == 0 ? "" : ", ", s.weights[f + l]);
        text += "},";
      }
      text += fmt::format("\n}};\nstatic const vernier::hls::Channel {}[{}] = {{\n", name("channels"), s.channels.size());
      for (const auto& c : s.channels) text += fmt::format("  {{{}, {{{}u, {}}}}},\n", c.bias, c.multiplier.mantissa, c.multiplier.shift);
      text += "};\n";
    }
    if (std::holds_alternative<TableSizes>(s.sizes)) {
      text += fmt::format("\nstatic const std::int8_t {}[256] = {{{}\n}};\n", name("table"), numbers(std::vector<std::int8_t>(s.table.begin(), s.table.end())));
    }
    if (std::holds_alternative<PoolSizes>(s.sizes)) {
      const auto kinds = s.kinds.empty() ? std::vector<std::uint8_t>{0} : s.kinds;
      const auto multipliers = s.multipliers.empty() ? std::vector<Multiplier>(1) : s.multipliers;
      text += fmt::format("\nstatic const std::uint8_t {}[{}] = {{{}\n}};\nstatic const vernier::Multiplier {}[{}] = {{\n", name("kinds"), kinds.size(), numbers(kinds), name("multipliers"), multipliers.size());
      for (const auto& m : multipliers) text += fmt::format("  {{{}u, {}}},\n", m.mantissa, m.shift);
      text += "};\n";
    }
  }
  return text;
}

std::string top_header(const Design& d, const EmitOptions& options) {
  return fmt::format("#pragma once\n\n#include <cstdint>\n\n/// Frames one behind another, pixels in row-major order, the channels of a pixel side by side.\n{};\n", declaration(d, options));
}

std::string top_source(const Design& d, const EmitOptions& options, const std::vector<bool>& left_out) {
  const auto here = [&left_out](std::size_t stage) { return left_out.empty() || !left_out[stage]; };
  std::string streams, stream_pragmas, variables;
  for (std::size_t f = 0; f < d.fifos.size(); ++f) {
    const auto& fifo = d.fifos[f];
    const auto name = stream_name(d, f);
    if (here(fifo.writer) && here(fifo.reader)) {
      variables += fmt::format("  hls::stream<{}> {}(\"{}\");\n#pragma HLS STREAM variable = {} depth = {}\n", beat(fifo.lanes), name, fifo.name, name, fifo.depth);
      if (lies_in_ultra_ram(fifo.depth, 8 * fifo.lanes, Contents::kNone, d.ultra_ram)) variables += fmt::format("#pragma HLS BIND_STORAGE variable = {} type = fifo impl = uram\n", name);
    } else if (here(fifo.writer) || here(fifo.reader)) {
      streams += fmt::format(", hls::stream<{}>& {}", beat(fifo.lanes), name);
      stream_pragmas += fmt::format("#pragma HLS INTERFACE axis port = {}\n", name);
    }
  }
  std::string text = fmt::format("// {} stages, a frame every {} cycles.\n", left_out.empty() ? d.stages.size() : static_cast<std::size_t>(std::ranges::count(left_out, false)), d.interval());
  if (left_out.empty()) text += fmt::format("#include \"{}.hpp\"\n\n", options.kernel);
  text += "#include <hls_stream.h>\n\n";
  for (const char* header : {"beat", "binary", "depthwise", "dma", "matrix_vector", "pool", "route", "table", "up_sample", "width", "window"}) text += fmt::format("#include <vernier/hls/{}.hpp>\n", header);
  text += "\n#include \"constants.hpp\"\n\nnamespace {\n";
  for (std::size_t i = 0; i < d.stages.size(); ++i) {
    if (here(i)) text += fmt::format("\n{}\n{}", cfg_source(d, i), stage_function(d, i));
  }
  text += fmt::format("\n}}  // namespace\n\n{} {{\n", declaration(d, options, streams));
  const auto ports = ports_of(d);
  for (std::size_t p = 0; p < ports.size(); ++p) text += fmt::format("#pragma HLS INTERFACE m_axi port = {0} offset = slave bundle = gmem{1}\n#pragma HLS INTERFACE s_axilite port = {0}\n", ports[p].name, p);
  text += stream_pragmas + "#pragma HLS INTERFACE s_axilite port = frames\n#pragma HLS INTERFACE s_axilite port = return\n#pragma HLS DATAFLOW\n" + variables;
  for (std::size_t i = 0; i < d.stages.size(); ++i) {
    if (!here(i)) continue;
    const auto& s = d.stages[i];
    const auto port = std::ranges::find(ports, i, &Port::stage);
    std::string arguments = "frames";
    if (port != ports.end() && port->load) arguments += ", " + port->name;
    for (const auto f : s.inputs) arguments += ", " + stream_name(d, f);
    for (const auto f : s.outputs) arguments += ", " + stream_name(d, f);
    if (port != ports.end() && !port->load) arguments += ", " + port->name;
    text += fmt::format("  {}({});\n", function_name(d, i), arguments);
  }
  return text + "}\n";
}

std::string frames_source(const Design& d, const TestFrames& test) {
  std::string text = fmt::format("// Golden data: what goes in and has to come out.\n#pragma once\n\n#include <cstdint>\n\nstatic const int kFrames = {};\n", test.frames);
  std::size_t in = 0, out = 0;
  for (const auto& p : ports_of(d)) {
    const auto& values = p.load ? test.inputs[in++] : test.outputs[out++];
    text += fmt::format("static const std::int8_t {}_frames[{}] = {{{}\n}};\n", p.name, values.size(), numbers(values));
  }
  return text;
}

std::string testbench_source(const Design& d, const TestFrames&, const EmitOptions& options) {
  std::string arguments, buffers, checks;
  for (const auto& p : ports_of(d)) {
    arguments += p.load ? p.name + "_frames, " : p.name + ".data(), ";
    if (p.load) continue;
    buffers += fmt::format("  std::vector<std::int8_t> {0}(sizeof {0}_frames);\n", p.name);
    checks += fmt::format("  wrong += differing(\"{0}\", {0}, {0}_frames);\n", p.name);
  }
  return fmt::format(R"(// Runs all frames through the kernel and compares every byte.
#include <cstdio>
#include <vector>

#include "../src/{0}.hpp"
#include "frames.hpp"

static int differing(const char* name, const std::vector<std::int8_t>& got, const std::int8_t* wanted) {{
  int wrong = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {{
    if (got[i] == wanted[i]) continue;
    if (wrong++ == 0) std::printf("%s, byte %zu: %d for %d\n", name, i, got[i], wanted[i]);
  }}
  return wrong;
}}

int main() {{
{1}  {0}({2}kFrames);
  int wrong = 0;
{3}  std::printf("%s: %d frames, %d bytes differ from the golden model\n", wrong == 0 ? "PASS" : "FAIL", kFrames, wrong);
  return wrong == 0 ? 0 : 1;
}}
)", options.kernel, buffers, arguments, checks);
}

std::string host_source(const Design& d, const EmitOptions& options) {
  std::string buffers, arguments, checks;
  std::size_t index = 0;
  for (const auto& p : ports_of(d)) {
    buffers += fmt::format("  xrt::bo {0}(device, sizeof {0}_frames, kernel.group_id({1}));\n", p.name, index++);
    if (p.load) buffers += fmt::format("  {0}.write({0}_frames);\n  {0}.sync(XCL_BO_SYNC_BO_TO_DEVICE);\n", p.name);
    arguments += p.name + ", ";
    if (!p.load) checks += fmt::format("  {0}.sync(XCL_BO_SYNC_BO_FROM_DEVICE);\n  wrong += std::memcmp({0}.map<const std::int8_t*>(), {0}_frames, sizeof {0}_frames) != 0 ? 1 : 0;\n", p.name);
  }
  return fmt::format(R"(// host XCLBIN: the testbench's frames on a card, or on an emulated one.
#include <chrono>
#include <cstdio>
#include <cstring>

#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>

#include "../test/frames.hpp"

int main(int argc, char** argv) {{
  if (argc != 2) return std::fprintf(stderr, "usage: host XCLBIN\n"), 2;
  xrt::device device(0);
  xrt::kernel kernel(device, device.load_xclbin(argv[1]), "{0}", xrt::kernel::cu_access_mode::exclusive);
{1}  const auto begin = std::chrono::steady_clock::now();
  auto run = kernel({2}kFrames);
  run.wait();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (const auto error = kernel.read_register({4:#x})) {{  // of memory; the kernel in RTL alone sees it
    return std::printf("FAIL: memory answered port %u with error %u\n", error >> 8 & 0xFF, error & 0xFF), 1;
  }}
  int wrong = 0;
{3}  std::printf("%s: %d frames in %.6f s\n", wrong == 0 ? "PASS" : "FAIL", kFrames, seconds);
  return wrong == 0 ? 0 : 1;
}}
)", options.kernel, buffers, arguments, checks, error_register(d));
}

}  // namespace vernier::stages
