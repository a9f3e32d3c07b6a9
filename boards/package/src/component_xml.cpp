// SPDX-License-Identifier: Apache-2.0
#include "component_xml.hpp"

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <cctype>
#include <map>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "numbers.hpp"

namespace vernier::package {
namespace {

using boost::property_tree::ptree;
namespace fs = std::filesystem;

constexpr std::uint64_t kFirstArgument = 0x10;  // below are control and interrupt registers
constexpr const char* kSources = "xilinx_anylanguagesynthesis_view_fileset";

const ptree& child(const ptree& tree, const char* path) {
  static const ptree none;
  const auto found = tree.get_child_optional(path);
  return found ? *found : none;
}
std::string text(const ptree& tree, const char* path) { return tree.get<std::string>(path, ""); }

std::map<std::string, std::string> parameters_of(const ptree& tree) {
  std::map<std::string, std::string> out;
  for (const auto& [key, parameter] : child(tree, "spirit:parameters")) {
    if (key == "spirit:parameter") out[text(parameter, "spirit:name")] = text(parameter, "spirit:value");
  }
  return out;
}

bool ends_with_ignoring_case(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && std::equal(end.rbegin(), end.rend(), text.rbegin(), [](unsigned char a, unsigned char b) {
           return std::tolower(a) == std::tolower(b);
         });
}

/// What the pins of a bus have in common: "m_axi_gmem" of m_axi_gmem_AWADDR. Empty when a pin is named otherwise.
std::string prefix_of(const ptree& bus) {
  std::string prefix;
  for (const auto& [key, map] : child(bus, "spirit:portMaps")) {
    if (key != "spirit:portMap") continue;
    const auto logical = text(map, "spirit:logicalPort.spirit:name"), pin = text(map, "spirit:physicalPort.spirit:name");
    if (!ends_with_ignoring_case(pin, "_" + logical)) return "";
    const auto own = pin.substr(0, pin.size() - logical.size() - 1);
    if (!prefix.empty() && own != prefix) return "";
    prefix = own;
  }
  return prefix;
}

std::string pin_of(const ptree& bus) {
  for (const auto& [key, map] : child(bus, "spirit:portMaps")) {
    if (key == "spirit:portMap") return text(map, "spirit:physicalPort.spirit:name");
  }
  return "";
}

struct Buses {
  std::map<std::string, std::string> pins;   ///< name of a bus to the prefix of its pins
  std::map<std::string, std::string> clocks; ///< name of a bus to its clock
};

Result<void> read_bus(const ptree& bus, Kernel& kernel, Buses& buses, const std::string& where) {
  const auto name = text(bus, "spirit:name"), type = text(bus, "spirit:busType.<xmlattr>.spirit:name");
  if (type == "clock") {
    const auto parameters = parameters_of(bus);
    const auto reset = parameters.find("ASSOCIATED_RESET");
    kernel.clocks.push_back({pin_of(bus), reset == parameters.end() ? "" : reset->second});
    if (const auto list = parameters.find("ASSOCIATED_BUSIF"); list != parameters.end()) {
      std::istringstream names(list->second);
      for (std::string one; std::getline(names, one, ':');) buses.clocks[one] = kernel.clocks.back().name;
    }
    return {};
  }
  if (type == "interrupt") kernel.interrupt = true;
  if (type != "aximm" && type != "axis") return {};
  KernelPort port;
  port.name = prefix_of(bus);
  if (port.name.empty()) return fail(ErrorCode::kUnsupported, fmt::format("the pins of bus {} have no common name followed by the signal's", name), where);
  port.stream = type == "axis";
  port.master = bus.get_child_optional("spirit:master").has_value();
  port.bits = port.stream || port.master ? 0 : 32;  // what the RTL has
  port.range = port.master ? ~std::uint64_t{0} : 0;
  buses.pins[name] = port.name;
  kernel.ports.push_back(std::move(port));
  return {};
}

Result<void> read_register(const ptree& entry, const Buses& buses, const std::string& control, Kernel& kernel, const std::string& where) {
  const auto offset = integer_of(text(entry, "spirit:addressOffset")), bits = integer_of(text(entry, "spirit:size"));
  const auto name = text(entry, "spirit:name");
  if (!offset || !bits) return fail(ErrorCode::kInvalidInput, fmt::format("register {}: offset or size is no number", name), where);
  if (*offset < kFirstArgument) return {};
  KernelArgument argument;
  argument.name = name;
  argument.offset = *offset;
  argument.size = argument.host_size = *bits / 8;
  argument.port = control;
  argument.type = *bits > 32 ? "unsigned long" : "unsigned int";
  const auto parameters = parameters_of(entry);
  if (const auto bus = parameters.find("ASSOCIATED_BUSIF"); bus != parameters.end()) {
    const auto port = buses.pins.find(bus->second);
    if (port == buses.pins.end()) return fail(ErrorCode::kInvalidInput, fmt::format("register {} belongs to bus {}, which does not exist", name, bus->second), where);
    argument.qualifier = 1;
    argument.port = port->second;
    argument.type = "void*";
  }
  kernel.arguments.push_back(std::move(argument));
  return {};
}

}  // namespace

Result<Component> read_component_xml(const fs::path& file) {
  ptree document;
  try {
    boost::property_tree::read_xml(file.string(), document);
  } catch (const boost::property_tree::xml_parser_error& e) {
    return fail(ErrorCode::kInvalidInput, fmt::format("line {}: {}", e.line(), e.message()), file.string());
  }
  const auto root = document.get_child_optional("spirit:component");
  if (!root) return fail(ErrorCode::kInvalidInput, "has no element spirit:component", file.string());
  Component out;
  Kernel& kernel = out.kernel;
  kernel.name = text(*root, "spirit:name");
  kernel.protocol = "ap_ctrl_hs";
  kernel.language = "ip";
  Buses buses;
  for (const auto& [key, bus] : child(*root, "spirit:busInterfaces")) {
    if (key != "spirit:busInterface") continue;
    if (auto r = read_bus(bus, kernel, buses, file.string()); !r) return forward_error(r);
  }
  for (const auto& [bus, clock] : buses.clocks) {
    const auto pins = buses.pins.find(bus);
    if (pins == buses.pins.end()) continue;
    for (auto& port : kernel.ports) {
      if (port.name == pins->second) port.clock = clock;
    }
  }
  // the clock of the control port is the first one
  const KernelPort* control = kernel.control();
  if (control != nullptr) {
    std::ranges::stable_partition(kernel.clocks, [control](const KernelClock& c) { return c.name == control->clock; });
  }
  const std::string control_name = control == nullptr ? "" : control->name;
  for (const auto& [key, map] : child(*root, "spirit:memoryMaps")) {
    if (key != "spirit:memoryMap") continue;
    for (const auto& [block_key, block] : map) {
      if (block_key != "spirit:addressBlock") continue;
      if (const auto range = integer_of(text(block, "spirit:range"))) {
        for (auto& port : kernel.ports) {
          if (port.name == control_name) port.range = std::min<std::uint64_t>(*range, 65536);
        }
      }
      for (const auto& [register_key, entry] : block) {
        if (register_key != "spirit:register") continue;
        if (auto r = read_register(entry, buses, control_name, kernel, file.string()); !r) return forward_error(r);
      }
    }
  }
  std::ranges::stable_sort(kernel.arguments, {}, &KernelArgument::offset);
  for (const auto& port : kernel.ports) {
    if (port.stream) kernel.arguments.push_back({port.name, 4, 0, port.name, 0, 0, 0, "stream"});
  }
  for (std::size_t i = 0; i < kernel.arguments.size(); ++i) kernel.arguments[i].id = static_cast<std::uint32_t>(i);
  for (const auto& [key, view] : child(*root, "spirit:model.spirit:views")) {
    if (text(view, "spirit:name") == "xilinx_anylanguagesynthesis") kernel.top = text(view, "spirit:modelName");
  }
  if (kernel.top.empty()) kernel.top = kernel.name;
  for (const auto& [key, set] : child(*root, "spirit:fileSets")) {
    if (key != "spirit:fileSet" || text(set, "spirit:name") != kSources) continue;
    for (const auto& [file_key, entry] : set) {
      const fs::path name = text(entry, "spirit:name");
      if (file_key != "spirit:file" || text(entry, "spirit:isIncludeFile") == "true") continue;
      if (name.extension() == ".v" || name.extension() == ".sv") out.sources.push_back(file.parent_path() / name);
    }
  }
  if (auto r = check_kernel(kernel, file.string()); !r) return forward_error(r);
  return out;
}

}  // namespace vernier::package
