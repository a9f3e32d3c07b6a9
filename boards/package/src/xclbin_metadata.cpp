// SPDX-License-Identifier: Apache-2.0
#include "xclbin_metadata.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace vernier::package {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string kernel_element(const Layout& layout, std::size_t index) {
  const Kernel& k = layout.kernels[index];
  std::string xml = fmt::format(
      "        <kernel name=\"{}\" language=\"{}\" vlnv=\"vernier:kernel:{}:1.0\" attributes=\"\" preferredWorkGroupSizeMultiple=\"0\" "
      "workGroupSize=\"1\" interrupt=\"{}\" hwControlProtocol=\"{}\">\n",
      escaped(k.name), escaped(k.language), escaped(k.top), k.interrupt, k.protocol);
  for (const auto& p : k.ports) {
    if (p.stream) {
      xml += fmt::format("          <port name=\"{}\" mode=\"{}\" range=\"\" dataWidth=\"{}\" portType=\"stream\" base=\"\"/>\n", escaped(p.name),
                         p.master ? "write_only" : "read_only", p.bits);
      continue;
    }
    xml += fmt::format("          <port name=\"{}\" mode=\"{}\" range=\"{:#x}\" dataWidth=\"{}\" portType=\"addressable\" base=\"0x0\"/>\n",
                       escaped(p.name), p.master ? "master" : "slave", p.range, p.bits);
  }
  for (const auto& a : k.arguments) {
    xml += fmt::format("          <arg name=\"{}\" addressQualifier=\"{}\" id=\"{}\" port=\"{}\" size=\"{:#x}\" offset=\"{:#x}\" "
                       "hostOffset=\"0x0\" hostSize=\"{:#x}\" type=\"{}\"/>\n",
                       escaped(a.name), a.qualifier, a.id, escaped(a.port), a.size, a.offset, a.host_size, escaped(a.type));
  }
  xml += "          <compileWorkGroupSize x=\"1\" y=\"1\" z=\"1\"/>\n          <maxWorkGroupSize x=\"1\" y=\"1\" z=\"1\"/>\n";
  for (const auto& u : layout.units) {
    if (u.kernel != index) continue;
    xml += fmt::format("          <instance name=\"{}\">", escaped(u.name));
    if (u.base != kNoBase) xml += fmt::format("<addrRemap base=\"{:#x}\" range=\"{:#x}\" port=\"{}\"/>", u.base, kUnitStride, escaped(k.control()->name));
    xml += "</instance>\n";
  }
  return xml + "        </kernel>\n";
}

}  // namespace

double second_clock_hz(const Layout& layout) {
  for (const auto& clocks : layout.clocks) {
    if (clocks.size() > 1) return clocks[1].hz;
  }
  return 0;
}

std::string embedded_metadata(const Layout& layout) {
  const double second = second_clock_hz(layout);
  std::string xml = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<project name=\"{}\">\n"
      "  <platform vendor=\"vernier\" boardid=\"{}\" name=\"{}\" featureRomTime=\"0\">\n    <version major=\"1\" minor=\"0\"/>\n"
      "    <device name=\"fpga0\" fpgaDevice=\"emulated:{}\" addrWidth=\"0\">\n"
      "      <core name=\"OCL_REGION_0\" target=\"hw_em\" type=\"clc_region\" clockFreq=\"0MHz\" numComputeUnits=\"60\">\n"
      "        <kernelClocks>\n          <clock port=\"DATA_CLK\" frequency=\"{:.1f}MHz\"/>\n{}        </kernelClocks>\n",
      escaped(layout.name), escaped(layout.board.name), escaped(layout.board.platform), escaped(layout.board.part), layout.board.clock.count() / 1e6,
      second == 0 ? "" : fmt::format("          <clock port=\"KERNEL_CLK\" frequency=\"{:.1f}MHz\"/>\n", second / 1e6));
  for (std::size_t i = 0; i < layout.kernels.size(); ++i) xml += kernel_element(layout, i);
  return xml + "      </core>\n    </device>\n  </platform>\n</project>\n";
}

std::string emulation_config(const Board& board) {
  nlohmann::json banks = nlohmann::json::array();
  for (const auto& b : board.banks) {
    if (b.type == "host") continue;
    // a fixed list of powers of two is understood
    std::uint64_t gib = 1;
    while (gib < 64 && (gib << 30) < b.bytes) gib *= 2;
    banks.push_back({{"Size", fmt::format("{}GB", gib)}});
  }
  const nlohmann::json device = {
      {"Name", board.platform}, {"HalMajorVersion", 1}, {"HalMinorVersion", 0}, {"VendorId", 0x10ee}, {"SubsystemVendorId", 0x10ee},
      {"DeviceVersion", 0}, {"DataAlignment", 4096}, {"OclFreqency", static_cast<int>(board.clock.count() / 1e6)}, {"NumDevices", 1},
      {"DdrBanks", banks},
      {"FeatureRom", {{"Major_Version", 10}, {"Minor_Version", 0}, {"Vivado_Build_Id", 0}, {"IP_Build_Id", 0}, {"Time_Since_Epoch", 0},
                      {"Ddr_Channel_Count", banks.size()}, {"Ddr_Channel_Size", 16}, {"Dr_Base_Address", 0}, {"Feature_Bitmap", 0},
                      {"Cdma_Base_Address0", 0}, {"Cdma_Base_Address1", 0}, {"Cdma_Base_Address2", 0}, {"Cdma_Base_Address3", 0}}},
      {"PlatformData", {{"plp", {{"ert", "disabled"}, {"m2m", "enabled"}, {"dma", "xdma"}, {"numCdma", 0}}}}}};
  const nlohmann::json config = {
      {"Version", {{"FileVersion", "2.0"}, {"ToolVersion", "vernier"}}},
      {"Platform", {{"UnifiedPlatform", "true"}, {"ExpandedPR", "false"}, {"Boards", {{{"NumBoards", 1}, {"Devices", {device}}}}}}}};
  return config.dump(2) + "\n";
}

std::string simulation_description(const Layout& layout, const std::vector<SimulationModel>& models, const std::string& memory) {
  nlohmann::json j = {{"memory", memory}, {"banks", nlohmann::json::array()}, {"units", nlohmann::json::array()}, {"links", nlohmann::json::array()}};
  for (const auto& b : layout.board.banks) j["banks"].push_back({{"tag", b.tag}, {"base", b.base}, {"bytes", b.bytes}});
  for (std::size_t i = 0; i < layout.units.size(); ++i) {
    const PlacedUnit& u = layout.units[i];
    const Kernel& k = layout.kernels[u.kernel];
    nlohmann::json clocks = nlohmann::json::array();
    for (const auto& c : layout.clocks[i]) clocks.push_back({{"name", c.clock.name}, {"reset", c.clock.reset}, {"hz", c.hz}});
    nlohmann::json ports = nlohmann::json::array();
    for (const auto& p : k.ports) {
      if (!p.master || p.stream) continue;
      std::set<int> banks;
      for (std::size_t a = 0; a < k.arguments.size(); ++a) {
        if (k.port(k.arguments[a].port) == &p && u.argument_banks[a] >= 0) banks.insert(u.argument_banks[a]);
      }
      ports.push_back({{"name", lower_case(p.name)}, {"bits", p.bits}, {"banks", banks}});
    }
    j["units"].push_back({{"name", u.name}, {"kernel", k.name}, {"model", models[u.kernel].file}, {"model_sha256", models[u.kernel].sha256}, {"function", models[u.kernel].function}, {"protocol", k.protocol},
                          {"base", u.base == kNoBase ? 0 : u.base}, {"range", u.base == kNoBase ? 0 : kUnitStride}, {"ports", ports}, {"clocks", clocks}});
  }
  for (const auto& l : layout.links) {
    j["links"].push_back({{"writer", layout.units[l.writer].name}, {"writer_port", l.writer_port}, {"reader", layout.units[l.reader].name},
                          {"reader_port", l.reader_port}, {"depth", l.depth}});
  }
  return j.dump(2) + "\n";
}

}  // namespace vernier::package
