// SPDX-License-Identifier: Apache-2.0
#include <vernier/stages/emit_rtl.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <span>
#include <vector>

#include "emit_sources.hpp"

namespace vernier::stages {
namespace {

/// "stride_h" to "StrideH".
std::string parameter_name(std::string_view name) {
  std::string text;
  bool capital = true;
  for (const char c : name) {
    if (c != '_') text += capital ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    capital = c == '_';
  }
  return text;
}

/// Sizes that only tell where a frame ends: hardware runs on.
struct CountsFrames {
  std::string_view name;
  bool operator()(const PoolSizes&) const { return false; }
  bool operator()(const SliceSizes&) const { return name == "pixels"; }
  bool operator()(const UpSampleSizes&) const { return name == "height"; }
  template <class S>
  bool operator()(const S&) const {
    return name == "vectors" || name == "pixels" || name == "beats" || name == "wide";
  }
};

/// One word for $readmemh: lane 0 lowest.
std::string hex_word(std::span<const std::int8_t> lanes) {
  std::string text;
  for (std::size_t i = lanes.size(); i-- > 0;) text += fmt::format("{:02x}", static_cast<std::uint8_t>(lanes[i]));
  return text + "\n";
}

std::string hex_scale(Multiplier m) { return fmt::format("{:02x}{:06x}", m.shift, m.mantissa); }

std::string weight_words(const Stage& stage) {
  std::string text;
  for (std::size_t at = 0; at < stage.weights.size(); at += stage.weight_lanes) text += hex_word(std::span(stage.weights).subspan(at, stage.weight_lanes));
  return text;
}

std::string channel_words(const Stage& stage, int lanes) {
  std::string text;
  const auto step = static_cast<std::size_t>(lanes);
  for (std::size_t at = 0; at < stage.channels.size(); at += step) {
    for (std::size_t l = step; l-- > 0;) {
      const auto& c = stage.channels[at + l];
      text += hex_scale(c.multiplier) + fmt::format("{:08x}", static_cast<std::uint32_t>(c.bias));
    }
    text += "\n";
  }
  return text;
}

class Writer {
 public:
  Writer(const Design& design, const RtlOptions& options) : design_(design), options_(options) {}

  std::map<std::string, std::string> write() {
    std::string body;
    for (std::size_t f = 0; f < design_.fifos.size(); ++f) {
      if (has(design_.fifos[f].writer) && has(design_.fifos[f].reader)) body += wires(f);
    }
    for (std::size_t s = 0; s < design_.stages.size(); ++s) {
      if (has(s)) body += instance(s);
    }
    for (std::size_t f = 0; f < design_.fifos.size() && whole(); ++f) {
      body += fmt::format("  vrn_stream_frames #(\n    .Beats({1})\n  ) u_frames{0} (\n    .clk_i,\n    .rst_ni,\n    .taken_i(s{0}_tvalid && s{0}_tready),\n    .last_o (frame_o[{0}])\n  );\n", f, design_.fifos[f].beats);
    }
    files_[options_.module + ".sv"] = fmt::format("// {} stages of {}, a frame every {} cycles.\n\n/// Streaming design: every stage waits for its inputs and for places behind it alone.\nmodule {} (\n  input  logic clk_i,\n  input  logic rst_ni{}\n);\n{}endmodule\n",
                                                  whole() ? design_.stages.size() : static_cast<std::size_t>(std::ranges::count(options_.stages, true)), design_.stages.size(), design_.interval(), options_.module, port_list(), body);
    return std::move(files_);
  }

 private:
  [[nodiscard]] bool whole() const { return options_.stages.empty(); }
  [[nodiscard]] bool has(std::size_t stage) const { return whole() || options_.stages[stage]; }

  static std::string port(const std::string& name, int lanes, bool enters) {
    return enters ? fmt::format(",\n  input  logic {0}_tvalid,\n  output logic {0}_tready,\n  input  logic [{1}:0] {0}_tdata", name, 8 * lanes - 1)
                  : fmt::format(",\n  output logic {0}_tvalid,\n  input  logic {0}_tready,\n  output logic [{1}:0] {0}_tdata", name, 8 * lanes - 1);
  }

  std::string port_list() const {
    std::string text;
    if (whole()) {
      for (const auto& p : ports_of(design_)) text += port(p.name, lanes_of_port(p), p.load);
      return text + fmt::format(",\n  /// A bit a FIFO: the last beat of a frame is taken from it.\n  output logic [{}:0] frame_o", design_.fifos.size() - 1);
    }
    for (std::size_t f = 0; f < design_.fifos.size(); ++f) {
      const auto& fifo = design_.fifos[f];
      if (has(fifo.writer) != has(fifo.reader)) text += port(fifo_wire(f), fifo.lanes, has(fifo.reader));
    }
    return text;
  }

  int lanes_of_port(const Port& p) const {
    const auto& stage = design_.stages[p.stage];
    return design_.fifos[p.load ? stage.outputs[0] : stage.inputs[0]].lanes;
  }

  std::string wires(std::size_t f) const {
    const auto& fifo = design_.fifos[f];
    return fmt::format("  // {}\n  logic s{f}_tvalid, s{f}_tready;\n  logic [{}:0] s{f}_tdata;\n", fifo.name, 8 * fifo.lanes - 1, fmt::arg("f", f));
  }

  static std::string connect(const std::string& port, const std::string& wire) {
    return fmt::format(",\n    .{0}_tvalid({1}_tvalid),\n    .{0}_tready({1}_tready),\n    .{0}_tdata({1}_tdata)", port, wire);
  }
  std::string fifo_wire(std::size_t f) const { return fmt::format("s{}", f); }

  /// A store is the port itself; the other kinds are modules.
  std::string instance(std::size_t s) {
    const auto& stage = design_.stages[s];
    const auto ports = ports_of(design_);
    const auto port = std::ranges::find(ports, s, &Port::stage);
    if (std::holds_alternative<StoreSizes>(stage.sizes)) {
      return fmt::format("  // {2}\n  assign {0}_tvalid = s{1}_tvalid;\n  assign s{1}_tready = {0}_tready;\n  assign {0}_tdata = s{1}_tdata;\n", port->name, stage.inputs[0], stage.name);
    }
    const bool two_in = stage.inputs.size() == 2, two_out = stage.outputs.size() == 2;
    std::string pins;
    if (port != ports.end()) pins += connect("s_axis", port->name);
    for (std::size_t i = 0; i < stage.inputs.size(); ++i) pins += connect(two_in ? (i == 0 ? "s_axis_a" : "s_axis_b") : "s_axis", fifo_wire(stage.inputs[i]));
    for (std::size_t i = 0; i < stage.outputs.size(); ++i) pins += connect(two_out ? (i == 0 ? "m_axis_first" : "m_axis_second") : "m_axis", fifo_wire(stage.outputs[i]));
    return fmt::format("  // {}\n  vrn_stream_{} #({}\n  ) u_stage{} (\n    .clk_i,\n    .rst_ni{}\n  );\n", stage.name, kernel_of(stage.sizes), parameters(s), s, pins);
  }

  std::string parameters(std::size_t s) {
    const auto& stage = design_.stages[s];
    std::string text;
    const auto add = [&text](const std::string& name, const std::string& value) { text += fmt::format("{}\n    .{}({})", text.empty() ? "" : ",", name, value); };
    const auto depth = [&](std::size_t output) { return std::to_string(design_.fifos[stage.outputs[output]].depth); };
    std::visit([&](const auto& sizes) {
      sizes.each([&](const char* name, int value) {
        if (!CountsFrames{name}(sizes)) add(parameter_name(name), std::to_string(value));
      });
    }, stage.sizes);
    if (stage.outputs.size() == 2) {
      add("DepthFirst", depth(0));
      add("DepthSecond", depth(1));
    } else {
      add("Depth", depth(0));
    }
    const auto constants = [&](const char* what, std::string words) {
      const auto name = fmt::format("{}_{}{}.mem", options_.module, what, s);
      files_[name] = std::move(words);
      return fmt::format("\"{}{}\"", options_.constants_folder.empty() ? "" : options_.constants_folder + "/", name);
    };
    if (!stage.weights.empty()) {
      add("WeightsFile", constants("weights", weight_words(stage)));
      add("ChannelsFile", constants("channels", channel_words(stage, design_.fifos[stage.outputs[0]].lanes)));
    }
    if (std::holds_alternative<TableSizes>(stage.sizes)) {
      std::string words;
      for (const auto& entry : stage.table) words += hex_word(std::span(&entry, 1));
      add("TableFile", constants("table", words));
    }
    if (const auto* pool = std::get_if<PoolSizes>(&stage.sizes); pool != nullptr && pool->average != 0) {
      const auto scales = stage.multipliers.size() == 1 ? std::size_t{1} : static_cast<std::size_t>(pool->pixels);
      std::string words;
      for (std::size_t p = 0; p < scales; ++p) words += hex_scale(stage.multipliers[scales == 1 ? 0 : stage.kinds[p]]) + "\n";
      add("Scales", std::to_string(scales));
      add("ScalesFile", constants("scales", words));
    }
    return text;
  }

  const Design& design_;
  const RtlOptions& options_;
  std::map<std::string, std::string> files_;
};

}  // namespace

std::map<std::string, std::string> emit_rtl(const Design& design, const RtlOptions& options) { return Writer(design, options).write(); }

}  // namespace vernier::stages
