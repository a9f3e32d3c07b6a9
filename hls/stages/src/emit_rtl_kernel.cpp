// SPDX-License-Identifier: Apache-2.0
// The shell around a stitched design: registers, memory ports, and their description for Vitis.
#include <vernier/stages/emit_rtl.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "emit_sources.hpp"

namespace vernier::stages {
namespace {

/// Arguments as Vitis HLS lays them out: pointers from here on, so far apart, the frames behind them.
constexpr int kFirstArgument = 0x10, kPointerStep = 12;

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

constexpr const char* kControlPorts = R"(  input  logic ap_clk,
  input  logic ap_rst_n,
  output logic interrupt,
  input  logic s_axi_control_awvalid,
  output logic s_axi_control_awready,
  input  logic [11:0] s_axi_control_awaddr,
  input  logic s_axi_control_wvalid,
  output logic s_axi_control_wready,
  input  logic [31:0] s_axi_control_wdata,
  input  logic [3:0] s_axi_control_wstrb,
  output logic s_axi_control_bvalid,
  input  logic s_axi_control_bready,
  output logic [1:0] s_axi_control_bresp,
  input  logic s_axi_control_arvalid,
  output logic s_axi_control_arready,
  input  logic [11:0] s_axi_control_araddr,
  output logic s_axi_control_rvalid,
  input  logic s_axi_control_rready,
  output logic [31:0] s_axi_control_rdata,
  output logic [1:0] s_axi_control_rresp)";

/// Ports of one direction, {0} the index, {1} the highest data bit, {2} the highest strobe.
constexpr const char* kReadPorts = R"(,
  output logic m_axi_gmem{0}_arvalid,
  input  logic m_axi_gmem{0}_arready,
  output logic [63:0] m_axi_gmem{0}_araddr,
  output logic [7:0] m_axi_gmem{0}_arlen,
  output logic [2:0] m_axi_gmem{0}_arsize,
  output logic [1:0] m_axi_gmem{0}_arburst,
  input  logic m_axi_gmem{0}_rvalid,
  output logic m_axi_gmem{0}_rready,
  input  logic [{1}:0] m_axi_gmem{0}_rdata,
  input  logic [1:0] m_axi_gmem{0}_rresp,
  input  logic m_axi_gmem{0}_rlast)";
constexpr const char* kWritePorts = R"(,
  output logic m_axi_gmem{0}_awvalid,
  input  logic m_axi_gmem{0}_awready,
  output logic [63:0] m_axi_gmem{0}_awaddr,
  output logic [7:0] m_axi_gmem{0}_awlen,
  output logic [2:0] m_axi_gmem{0}_awsize,
  output logic [1:0] m_axi_gmem{0}_awburst,
  output logic m_axi_gmem{0}_wvalid,
  input  logic m_axi_gmem{0}_wready,
  output logic [{1}:0] m_axi_gmem{0}_wdata,
  output logic [{2}:0] m_axi_gmem{0}_wstrb,
  output logic m_axi_gmem{0}_wlast,
  input  logic m_axi_gmem{0}_bvalid,
  output logic m_axi_gmem{0}_bready,
  input  logic [1:0] m_axi_gmem{0}_bresp)";

/// {0} the index, {1} the stream, {2} lanes, {3} beats, {4} bytes of a word, {5} the size code.
constexpr const char* kReader = R"(
  logic {1}_tvalid, {1}_tready;
  logic [8*{2}-1:0] {1}_tdata;
  assign m_axi_gmem{0}_arsize  = 3'd{5};
  assign m_axi_gmem{0}_arburst = 2'd1;
  vrn_stream_reader #(
    .Lanes({2}),
    .Beats({3}),
    .AxiBytes({4})
  ) u_{1} (
    .clk_i(ap_clk),
    .rst_ni(ap_rst_n),
    .start_i(start),
    .base_i(pointers[64*{0} +: 64]),
    .frames_i(frames),
    .idle_o(idle[{0}]),
    .ar_valid_o(m_axi_gmem{0}_arvalid),
    .ar_ready_i(m_axi_gmem{0}_arready),
    .ar_addr_o(m_axi_gmem{0}_araddr),
    .ar_len_o(m_axi_gmem{0}_arlen),
    .r_valid_i(m_axi_gmem{0}_rvalid),
    .r_ready_o(m_axi_gmem{0}_rready),
    .r_data_i(m_axi_gmem{0}_rdata),
    .m_axis_tvalid({1}_tvalid),
    .m_axis_tready({1}_tready),
    .m_axis_tdata({1}_tdata)
  );
)";
constexpr const char* kWriter = R"(
  logic {1}_tvalid, {1}_tready;
  logic [8*{2}-1:0] {1}_tdata;
  assign m_axi_gmem{0}_awsize  = 3'd{5};
  assign m_axi_gmem{0}_awburst = 2'd1;
  vrn_stream_writer #(
    .Lanes({2}),
    .Beats({3}),
    .AxiBytes({4})
  ) u_{1} (
    .clk_i(ap_clk),
    .rst_ni(ap_rst_n),
    .start_i(start),
    .base_i(pointers[64*{0} +: 64]),
    .frames_i(frames),
    .idle_o(idle[{0}]),
    .s_axis_tvalid({1}_tvalid),
    .s_axis_tready({1}_tready),
    .s_axis_tdata({1}_tdata),
    .aw_valid_o(m_axi_gmem{0}_awvalid),
    .aw_ready_i(m_axi_gmem{0}_awready),
    .aw_addr_o(m_axi_gmem{0}_awaddr),
    .aw_len_o(m_axi_gmem{0}_awlen),
    .w_valid_o(m_axi_gmem{0}_wvalid),
    .w_ready_i(m_axi_gmem{0}_wready),
    .w_data_o(m_axi_gmem{0}_wdata),
    .w_strb_o(m_axi_gmem{0}_wstrb),
    .w_last_o(m_axi_gmem{0}_wlast),
    .b_valid_i(m_axi_gmem{0}_bvalid),
    .b_ready_o(m_axi_gmem{0}_bready)
  );
)";

constexpr const char* kControl = R"(
  logic start;
  logic [{0}:0] idle;
  logic [64*{1}-1:0] pointers;
  logic [31:0] frames;
  assign s_axi_control_bresp = 2'b00;
  assign s_axi_control_rresp = 2'b00;
  vrn_stream_control #(
    .Pointers({1})
  ) u_control (
    .clk_i(ap_clk),
    .rst_ni(ap_rst_n),
    .aw_valid_i(s_axi_control_awvalid),
    .aw_ready_o(s_axi_control_awready),
    .aw_addr_i(s_axi_control_awaddr),
    .w_valid_i(s_axi_control_wvalid),
    .w_ready_o(s_axi_control_wready),
    .w_data_i(s_axi_control_wdata),
    .w_strb_i(s_axi_control_wstrb),
    .b_valid_o(s_axi_control_bvalid),
    .b_ready_i(s_axi_control_bready),
    .ar_valid_i(s_axi_control_arvalid),
    .ar_ready_o(s_axi_control_arready),
    .ar_addr_i(s_axi_control_araddr),
    .r_valid_o(s_axi_control_rvalid),
    .r_ready_i(s_axi_control_rready),
    .r_data_o(s_axi_control_rdata),
    .interrupt_o(interrupt),
    .start_o(start),
    .idle_i(&idle),
    .pointers_o(pointers),
    .frames_o(frames)
  );
)";

std::string top_module(const Design& design, const std::string& kernel, const std::string& inner) {
  const auto ports = memory_ports(design);
  std::string list = kControlPorts, body = fmt::format(kControl, ports.size() - 1, ports.size()), pins;
  for (const auto& p : ports) {
    const int bytes = p.axi_bytes(), size = std::countr_zero(static_cast<unsigned>(bytes));
    list += fmt::format(fmt::runtime(p.port.load ? kReadPorts : kWritePorts), p.index, 8 * bytes - 1, bytes - 1);
    body += fmt::format(fmt::runtime(p.port.load ? kReader : kWriter), p.index, p.port.name, p.lanes, p.beats, bytes, size);
    pins += fmt::format("    .{0}_tvalid,\n    .{0}_tready,\n    .{0}_tdata,\n", p.port.name);
  }
  return fmt::format("/// The streaming design behind registers and memory ports; kernel.xml describes it.\nmodule {} (\n{}\n);\n{}\n  logic [{}:0] unused_frames;\n  {} u_design (\n    .clk_i(ap_clk),\n    .rst_ni(ap_rst_n),\n{}"
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

std::map<std::string, std::string> emit_rtl_kernel(const Design& design, const std::string& kernel) {
  const RtlOptions inner{.module = kernel + "_design"};
  auto files = emit_rtl(design, inner);
  files[kernel + ".sv"] = top_module(design, kernel, inner.module);
  files["kernel.xml"] = kernel_xml(design, kernel);
  return files;
}

}  // namespace vernier::stages
