// SPDX-License-Identifier: Apache-2.0
// The shell around a stitched design: registers, memory ports, and their description for Vitis.
#include <vernier/stages/emit_rtl.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <string_view>

#include "emit_sources.hpp"

namespace vernier::stages {
namespace {

/// Arguments as Vitis HLS lays them out: pointers from here on, so far apart, the frames behind them; then the error of
/// the latest run.
constexpr int kFirstArgument = 0x10, kPointerStep = 12, kFramesStep = 8;

struct MemoryPort {
  Port port;
  std::size_t index = 0;  ///< of m_axi_gmemN
  int lanes = 0;
  std::int64_t beats = 0;
  /// A word holds a beat where ports are that wide.
  [[nodiscard]] int axi_bytes() const { return std::clamp(static_cast<int>(std::bit_ceil(static_cast<unsigned>(lanes))), 4, 64); }
};

std::vector<MemoryPort> memory_ports(const Design& design) {
  std::vector<MemoryPort> ports;
  for (const auto& p : ports_of(design)) {
    const auto& stage = design.stages[p.stage];
    const auto& fifo = design.fifos[p.load ? stage.outputs[0] : stage.inputs[0]];
    ports.push_back({p, ports.size(), fifo.lanes, fifo.beats});
  }
  return ports;
}

/// One signal of an AXI port, seen from the kernel.
struct Signal {
  std::string channel, field;
  int bits = 1;
  bool out = false;
};

enum class AxiPort { kRegisters, kReads, kWrites };

/// The signals of a port, channel by channel. Registers are an AXI4-Lite slave, memory ports a master without IDs.
std::vector<Signal> signals_of(AxiPort port, int address_bits, int data_bytes) {
  const bool master = port != AxiPort::kRegisters;
  std::vector<Signal> signals;
  const auto channel = [&](const std::string& name, bool to_slave, const std::vector<std::pair<const char*, int>>& payload) {
    const bool drives = to_slave == master;
    signals.push_back({name, "valid", 1, drives});
    signals.push_back({name, "ready", 1, !drives});
    for (const auto& [field, bits] : payload) {
      const bool burst = std::string_view("len size burst last").find(field) != std::string_view::npos;
      if (master || !burst) signals.push_back({name, field, bits, drives});
    }
  };
  const auto address = [&](const std::string& name) { channel(name, true, {{"addr", address_bits}, {"len", 8}, {"size", 3}, {"burst", 2}}); };
  if (port != AxiPort::kReads) {
    address("aw");
    channel("w", true, {{"data", 8 * data_bytes}, {"strb", data_bytes}, {"last", 1}});
    channel("b", false, {{"resp", 2}});
  }
  if (port != AxiPort::kWrites) {
    address("ar");
    channel("r", false, {{"data", 8 * data_bytes}, {"resp", 2}, {"last", 1}});
  }
  return signals;
}

/// As ports of the kernel: "m_axi_gmem0_arvalid".
std::string declared(const std::vector<Signal>& signals, const std::string& prefix) {
  std::string text;
  for (const auto& s : signals) text += fmt::format(",\n  {} logic {}{}_{}{}", s.out ? "output" : "input ", s.bits == 1 ? "" : fmt::format("[{}:0] ", s.bits - 1), prefix, s.channel, s.field);
  return text;
}

/// As pins of a module that stands behind them, "ar_valid_o", but for those that it leaves to others.
std::string connected(const std::vector<Signal>& signals, const std::string& prefix, std::string_view others) {
  std::string text;
  for (const auto& s : signals) {
    if (others.find(s.channel + s.field) == std::string_view::npos) text += fmt::format(",\n    .{0}_{1}_{2}({3}_{0}{1})", s.channel, s.field, s.out ? "o" : "i", prefix);
  }
  return text;
}

/// A load or store between its memory port and its stream.
std::string memory_module(const MemoryPort& p) {
  const auto prefix = fmt::format("m_axi_gmem{}", p.index);
  const auto* channel = p.port.load ? "ar" : "aw";
  return fmt::format(R"(
  logic {1}_tvalid, {1}_tready;
  logic [8*{2}-1:0] {1}_tdata;
  assign {6}_{7}size  = 3'd{5};
  assign {6}_{7}burst = 2'd1;
  vrn_stream_{8} #(
    .Lanes({2}),
    .Beats({3}),
    .AxiBytes({4})
  ) u_{1} (
    .clk_i(ap_clk),
    .rst_ni(run_n),
    .start_i(start),
    .base_i(pointers[64*{0} +: 64]),
    .frames_i(frames),
    .halt_i(halt),
    .idle_o(idle[{0}]),
    .error_o(errors[3*{0} +: 3]){9},
    .{10}_axis_tvalid({1}_tvalid),
    .{10}_axis_tready({1}_tready),
    .{10}_axis_tdata({1}_tdata)
  );
)", p.index, p.port.name, p.lanes, p.beats, p.axi_bytes(), std::countr_zero(static_cast<unsigned>(p.axi_bytes())), prefix, channel, p.port.load ? "reader" : "writer",
                     connected(signals_of(p.port.load ? AxiPort::kReads : AxiPort::kWrites, 64, p.axi_bytes()), prefix, "arsize arburst awsize awburst rlast"), p.port.load ? "m" : "s");
}

constexpr const char* kRegisters = "s_axi_control";

/// Registers of so many pointers, and the reset of all that a run that failed leaves unfinished.
std::string control_module(std::size_t pointers) {
  return fmt::format(R"(
  logic start, halt, clear, run_n;
  logic [{0}-1:0] idle;
  logic [3*{0}-1:0] errors;
  logic [64*{0}-1:0] pointers;
  logic [31:0] frames;
  assign run_n = ap_rst_n && !clear;
  assign {1}_bresp = 2'b00;
  assign {1}_rresp = 2'b00;
  vrn_stream_control #(
    .Pointers({0})
  ) u_control (
    .clk_i(ap_clk),
    .rst_ni(ap_rst_n){2},
    .interrupt_o(interrupt),
    .start_o(start),
    .idle_i(&idle),
    .errors_i(errors),
    .halt_o(halt),
    .clear_o(clear),
    .pointers_o(pointers),
    .frames_o(frames)
  );
)", pointers, kRegisters, connected(signals_of(AxiPort::kRegisters, 12, 4), kRegisters, "bresp rresp"));
}

std::string top_module(const Design& design, const std::string& kernel, const std::string& inner) {
  const auto ports = memory_ports(design);
  std::string list = "  input  logic ap_clk,\n  input  logic ap_rst_n,\n  output logic interrupt" + declared(signals_of(AxiPort::kRegisters, 12, 4), kRegisters);
  std::string body = control_module(ports.size()), pins;
  for (const auto& p : ports) {
    list += declared(signals_of(p.port.load ? AxiPort::kReads : AxiPort::kWrites, 64, p.axi_bytes()), fmt::format("m_axi_gmem{}", p.index));
    body += memory_module(p);
    pins += fmt::format("    .{0}_tvalid,\n    .{0}_tready,\n    .{0}_tdata,\n", p.port.name);
  }
  return fmt::format("/// The streaming design behind registers and memory ports; kernel.xml describes it.\nmodule {} (\n{}\n);\n{}\n  logic [{}:0] unused_frames;\n  {} u_design (\n    .clk_i(ap_clk),\n    .rst_ni(run_n),\n{}"
                     "    .frame_o(unused_frames)\n  );\nendmodule\n",
                     kernel, list, body, design.fifos.size() - 1, inner, pins);
}

std::string kernel_xml(const Design& design, const std::string& kernel) {
  std::string ports, args;
  int offset = kFirstArgument;
  std::size_t id = 0;
  for (const auto& p : memory_ports(design)) {
    ports += fmt::format("      <port name=\"m_axi_gmem{}\" mode=\"master\" range=\"0xFFFFFFFFFFFFFFFF\" dataWidth=\"{}\" portType=\"addressable\" base=\"0x0\"/>\n", p.index, 8 * p.axi_bytes());
    args += fmt::format("      <arg name=\"{}\" addressQualifier=\"1\" id=\"{}\" port=\"m_axi_gmem{}\" size=\"0x8\" offset=\"{:#x}\" hostOffset=\"0x0\" hostSize=\"0x8\" type=\"char*\"/>\n", p.port.name, id++, p.index, offset);
    offset += kPointerStep;
  }
  args += fmt::format("      <arg name=\"frames\" addressQualifier=\"0\" id=\"{}\" port=\"s_axi_control\" size=\"0x4\" offset=\"{:#x}\" hostOffset=\"0x0\" hostSize=\"0x4\" type=\"int\"/>\n", id, offset);
  return fmt::format(R"(<?xml version="1.0" encoding="UTF-8"?>
<root versionMajor="1" versionMinor="9">
  <kernel name="{0}" language="ip_c" vlnv="vernier:kernel:{0}:1.0" attributes="" preferredWorkGroupSizeMultiple="0" workGroupSize="1" interrupt="true" hwControlProtocol="ap_ctrl_hs">
    <ports>
      <port name="s_axi_control" mode="slave" range="0x1000" dataWidth="32" portType="addressable" base="0x0"/>
{1}    </ports>
    <args>
{2}    </args>
  </kernel>
</root>
)", kernel, ports, args);
}

/// Streams between the chosen stages and the others.
struct CutStream {
  std::size_t fifo = 0;
  int bits = 0;
  bool enters = false;  ///< the chosen stages
};
std::vector<CutStream> cut_streams(const Design& design, const std::vector<bool>& stages) {
  std::vector<CutStream> cut;
  for (std::size_t f = 0; f < design.fifos.size(); ++f) {
    const auto& fifo = design.fifos[f];
    if (stages[fifo.writer] != stages[fifo.reader]) cut.push_back({f, 8 * fifo.lanes, stages[fifo.reader]});
  }
  return cut;
}

}  // namespace

Result<std::vector<bool>> choose_stages(const Design& design, const std::vector<std::string>& names) {
  std::vector<bool> chosen(design.stages.size());
  for (const auto& name : names) {
    bool found = false;
    for (std::size_t i = 0; i < design.stages.size(); ++i) {
      const auto& stage = design.stages[i];
      if (stage.name != name && stage.node != name) continue;
      if (std::holds_alternative<LoadSizes>(stage.sizes) || std::holds_alternative<StoreSizes>(stage.sizes)) {
        return fail(ErrorCode::kInvalidInput, fmt::format("is a {}: it moves to RTL with all others or not at all", kernel_of(stage.sizes)), "stage " + name);
      }
      found = chosen[i] = true;
    }
    if (found) continue;
    std::string known;
    for (const auto& stage : design.stages) known += (known.empty() ? "" : ", ") + stage.name;
    return fail(ErrorCode::kInvalidInput, "no stage or operator has this name; there are " + known, "stage " + name);
  }
  return chosen;
}

std::map<std::string, std::string> emit_rtl_part(const Design& design, const std::string& kernel, const std::vector<bool>& stages) {
  const RtlOptions inner{.module = kernel + "_design", .stages = stages};
  auto files = emit_rtl(design, inner);
  std::string pins, connections, ports, args;
  std::size_t id = 0;
  for (const auto& c : cut_streams(design, stages)) {
    pins += fmt::format(fmt::runtime(c.enters ? ",\n  input  logic s{0}_tvalid,\n  output logic s{0}_tready,\n  input  logic [{1}:0] s{0}_tdata"
                                              : ",\n  output logic s{0}_tvalid,\n  input  logic s{0}_tready,\n  output logic [{1}:0] s{0}_tdata"), c.fifo, c.bits - 1);
    connections += fmt::format(",\n    .s{0}_tvalid,\n    .s{0}_tready,\n    .s{0}_tdata", c.fifo);
    ports += fmt::format("      <port name=\"s{}\" mode=\"{}\" dataWidth=\"{}\" portType=\"stream\"/>\n", c.fifo, c.enters ? "read_only" : "write_only", c.bits);
    args += fmt::format("      <arg name=\"s{0}\" addressQualifier=\"4\" id=\"{1}\" port=\"s{0}\" size=\"0x0\" offset=\"0x0\" hostOffset=\"0x0\" hostSize=\"0x0\" type=\"stream\"/>\n", c.fifo, id++);
  }
  files[kernel + ".sv"] = fmt::format("/// Stages of a streaming design between streams of others; kernel.xml describes it.\nmodule {} (\n  input  logic ap_clk,\n  input  logic ap_rst_n{}\n);\n  {} u_design (\n    .clk_i(ap_clk),\n    .rst_ni(ap_rst_n){}\n  );\nendmodule\n",
                                      kernel, pins, inner.module, connections);
  files["kernel.xml"] = fmt::format(R"(<?xml version="1.0" encoding="UTF-8"?>
<root versionMajor="1" versionMinor="9">
  <kernel name="{0}" language="ip_c" vlnv="vernier:kernel:{0}:1.0" attributes="" preferredWorkGroupSizeMultiple="0" workGroupSize="1" interrupt="false" hwControlProtocol="ap_ctrl_none">
    <ports>
{1}    </ports>
    <args>
{2}    </args>
  </kernel>
</root>
)", kernel, ports, args);
  return files;
}

std::uint32_t error_register(const Design& design) {
  return static_cast<std::uint32_t>(kFirstArgument + kPointerStep * static_cast<int>(ports_of(design).size()) + kFramesStep);
}

std::map<std::string, std::string> emit_rtl_kernel(const Design& design, const std::string& kernel) {
  const RtlOptions inner{.module = kernel + "_design"};
  auto files = emit_rtl(design, inner);
  files[kernel + ".sv"] = top_module(design, kernel, inner.module);
  files["kernel.xml"] = kernel_xml(design, kernel);
  return files;
}

}  // namespace vernier::stages
