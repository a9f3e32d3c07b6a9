// SPDX-License-Identifier: Apache-2.0
#include <vernier/package/kernel.hpp>

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <cctype>
#include <optional>

#include <fmt/format.h>

#include "numbers.hpp"

namespace vernier::package {
namespace {

using boost::property_tree::ptree;

bool same_name(const std::string& a, const std::string& b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Attributes of one element, with errors that name it.
class Element {
 public:
  Element(const ptree& tree, std::string where) : tree_(tree), where_(std::move(where)) {}
  [[nodiscard]] std::string text(const char* name, const std::string& otherwise) const {
    return tree_.get(std::string("<xmlattr>.") + name, otherwise);
  }
  [[nodiscard]] Result<std::string> required(const char* name) const {
    const auto value = tree_.get_optional<std::string>(std::string("<xmlattr>.") + name);
    if (!value || value->empty()) return fail(ErrorCode::kInvalidInput, fmt::format("attribute '{}' is missing", name), where_);
    return *value;
  }
  [[nodiscard]] Result<std::uint64_t> integer(const char* name, std::optional<std::uint64_t> otherwise) const {
    const auto value = text(name, "");
    if (value.empty() && otherwise) return *otherwise;
    if (const auto parsed = integer_of(value)) return *parsed;
    return fail(ErrorCode::kInvalidInput, fmt::format("attribute '{}' is '{}', no number", name, value), where_);
  }
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  const ptree& tree_;
  std::string where_;
};

Result<KernelPort> read_port(const Element& e) {
  KernelPort port;
  const auto name = e.required("name");
  if (!name) return forward_error(name);
  port.name = *name;
  const auto mode = e.text("mode", "");
  port.stream = e.text("portType", "") == "stream" || mode == "read_only" || mode == "write_only";
  port.master = mode == "master" || mode == "write_only";
  const auto bits = e.integer("dataWidth", 32);
  if (!bits) return forward_error(bits);
  port.bits = static_cast<std::uint32_t>(*bits);
  const auto range = e.integer("range", 0);
  if (!range) return forward_error(range);
  port.range = *range;
  return port;
}

Result<KernelArgument> read_argument(const Element& e) {
  KernelArgument argument;
  const auto name = e.required("name");
  if (!name) return forward_error(name);
  argument.name = *name;
  argument.port = e.text("port", "");
  argument.type = e.text("type", "");
  const auto take = [&e](const char* key, auto& into, std::optional<std::uint64_t> otherwise) -> Result<void> {
    const auto value = e.integer(key, otherwise);
    if (!value) return forward_error(value);
    into = static_cast<std::remove_reference_t<decltype(into)>>(*value);
    return {};
  };
  if (auto r = take("addressQualifier", argument.qualifier, std::nullopt); !r) return forward_error(r);
  if (auto r = take("id", argument.id, std::nullopt); !r) return forward_error(r);
  if (auto r = take("size", argument.size, 0); !r) return forward_error(r);
  if (auto r = take("offset", argument.offset, 0); !r) return forward_error(r);
  if (auto r = take("hostSize", argument.host_size, argument.size); !r) return forward_error(r);
  return argument;
}

}  // namespace

Result<void> check_kernel(const Kernel& kernel, const std::string& where) {
  constexpr std::string_view kProtocols[] = {"ap_ctrl_hs", "ap_ctrl_chain", "ap_ctrl_none", "user_managed"};
  if (std::ranges::find(kProtocols, kernel.protocol) == std::end(kProtocols)) {
    return fail(ErrorCode::kUnsupported, fmt::format("hwControlProtocol '{}'; allowed: ap_ctrl_hs, ap_ctrl_chain, ap_ctrl_none, user_managed", kernel.protocol), where);
  }
  const KernelPort* control = kernel.control();
  if (control == nullptr && kernel.protocol != "ap_ctrl_none") return fail(ErrorCode::kInvalidInput, "no AXI4-Lite port: a port with mode slave", where);
  if (control != nullptr && (control->range < 4 || control->range > 65536)) {
    return fail(ErrorCode::kInvalidInput, fmt::format("range of {} is {:#x}; allowed: 4 to 0x10000", control->name, control->range), where);
  }
  for (const auto& port : kernel.ports) {
    if (port.stream && (port.bits % 8 != 0 || port.bits > 1024)) {
      return fail(ErrorCode::kUnsupported, fmt::format("stream {} is {} bits wide; allowed: whole bytes up to 1024 bits", port.name, port.bits), where);
    }
    if (port.master && !port.stream && port.bits != 0 && (port.bits < 32 || port.bits > 512)) {
      return fail(ErrorCode::kUnsupported, fmt::format("port {} is {} bits wide; allowed: 32 to 512", port.name, port.bits), where);
    }
  }
  for (const auto& argument : kernel.arguments) {
    if (argument.qualifier != 0 && argument.qualifier != 1 && argument.qualifier != 4) {
      return fail(ErrorCode::kUnsupported, fmt::format("argument {} has addressQualifier {} (constant or local memory); emulated are 0, 1 and 4", argument.name, argument.qualifier), where);
    }
    const KernelPort* port = kernel.port(argument.port);
    if (port == nullptr) return fail(ErrorCode::kInvalidInput, fmt::format("argument {} is of port '{}', which does not exist", argument.name, argument.port), where);
    if ((argument.qualifier == 4) != port->stream) {
      return fail(ErrorCode::kInvalidInput, fmt::format("argument {} has addressQualifier {}, but port {} is {}a stream", argument.name, argument.qualifier, port->name, port->stream ? "" : "not "), where);
    }
    if (control != nullptr && argument.qualifier != 4 && argument.offset + argument.size > control->range) {
      return fail(ErrorCode::kInvalidInput, fmt::format("argument {} ends at {:#x}, outside the range {:#x} of {}", argument.name, argument.offset + argument.size, control->range, control->name), where);
    }
  }
  return {};
}

const KernelPort* Kernel::port(const std::string& wanted) const {
  const auto found = std::ranges::find_if(ports, [&wanted](const KernelPort& p) { return same_name(p.name, wanted); });
  return found == ports.end() ? nullptr : &*found;
}

const KernelPort* Kernel::control() const {
  const auto found = std::ranges::find_if(ports, [](const KernelPort& p) { return !p.master && !p.stream; });
  return found == ports.end() ? nullptr : &*found;
}

Result<Kernel> read_kernel_xml(const std::filesystem::path& file) {
  ptree document;
  try {
    boost::property_tree::read_xml(file.string(), document);
  } catch (const boost::property_tree::xml_parser_error& e) {
    return fail(ErrorCode::kInvalidInput, fmt::format("line {}: {}", e.line(), e.message()), file.string());
  }
  const auto tree = document.get_child_optional("root.kernel");
  if (!tree) return fail(ErrorCode::kInvalidInput, "has no element root/kernel", file.string());
  const ptree none;
  const Element element(*tree, file.string() + ": kernel");
  Kernel kernel;
  const auto name = element.required("name");
  if (!name) return forward_error(name);
  kernel.name = *name;
  // vendor:library:name:version; the module is the IP's name, which need not be the kernel's
  const auto vlnv = element.text("vlnv", "");
  const auto last = vlnv.rfind(':'), before = last == std::string::npos ? last : vlnv.rfind(':', last - 1);
  kernel.top = before == std::string::npos ? kernel.name : vlnv.substr(before + 1, last - before - 1);
  kernel.protocol = element.text("hwControlProtocol", element.text("type", "ap_ctrl_hs"));
  kernel.language = element.text("language", "ip_c");
  kernel.interrupt = element.text("interrupt", "false") == "true";
  for (const auto& [key, child] : tree->get_child("ports", none)) {
    if (key != "port") continue;
    auto port = read_port(Element(child, file.string() + ": port"));
    if (!port) return forward_error(port);
    kernel.ports.push_back(std::move(*port));
  }
  for (const auto& [key, child] : tree->get_child("args", none)) {
    if (key != "arg" || child.get("<xmlattr>.id", "").empty()) continue;  // without an id it is not an argument of the host
    auto argument = read_argument(Element(child, file.string() + ": arg " + child.get("<xmlattr>.name", "")));
    if (!argument) return forward_error(argument);
    kernel.arguments.push_back(std::move(*argument));
  }
  std::ranges::stable_sort(kernel.arguments, {}, &KernelArgument::id);
  if (auto r = check_kernel(kernel, file.string()); !r) return forward_error(r);
  return kernel;
}

}  // namespace vernier::package
