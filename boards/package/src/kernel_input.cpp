// SPDX-License-Identifier: Apache-2.0
#include "kernel_input.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iterator>

#include <fmt/format.h>

#include <vernier/core/files.hpp>

#include "component_xml.hpp"
#include "function_kernel.hpp"
#include "numbers.hpp"
#include "unzip.hpp"

namespace vernier::package {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFirstArgument = 0x10;
constexpr std::uint64_t kControlRange = 0x1000;

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// "NAME:PORT[:BYTES][@OFFSET]"
struct ArgumentText {
  std::string name, port;
  std::optional<std::uint64_t> bytes, offset;
};

Result<ArgumentText> parse_argument(const std::string& text) {
  const auto wrong = [&text] {
    return fail(ErrorCode::kInvalidInput, "is not NAME:PORT[:BYTES][@OFFSET], for instance count:s_axi_control:4@0x34", "--arg " + text);
  };
  ArgumentText out;
  std::string rest = text;
  if (const auto at = rest.find('@'); at != std::string::npos) {
    out.offset = integer_of(std::string_view(rest).substr(at + 1));
    if (!out.offset) return wrong();
    rest.resize(at);
  }
  const auto first = rest.find(':');
  if (first == std::string::npos || first == 0) return wrong();
  const auto second = rest.find(':', first + 1);
  out.name = rest.substr(0, first);
  out.port = rest.substr(first + 1, second == std::string::npos ? second : second - first - 1);
  if (second != std::string::npos) {
    out.bytes = integer_of(std::string_view(rest).substr(second + 1));
    if (!out.bytes || *out.bytes < 1 || *out.bytes > 8) return wrong();
  }
  if (out.port.empty()) return wrong();
  return out;
}

/// A kernel without a description: the names of its ports tell their kinds, as the tools' defaults have them, and
/// arguments lie where Vitis HLS would put them.
Result<Kernel> kernel_of_arguments(const KernelSource& source) {
  Kernel kernel;
  kernel.name = kernel.top = source.top;
  kernel.protocol = "ap_ctrl_hs";
  kernel.language = "ip";
  kernel.ports.push_back({"s_axi_control", false, false, 32, kControlRange, ""});
  std::uint64_t next = kFirstArgument;
  for (const auto& text : source.arguments) {
    const auto parsed = parse_argument(text);
    if (!parsed) return forward_error(parsed);
    const auto port = lower_case(parsed->port);
    const bool pointer = port.starts_with("m_axi_"), stream = port.starts_with("axis_in") || port.starts_with("axis_out"), scalar = port.starts_with("s_axi_");
    if (!pointer && !stream && !scalar) {
      return fail(ErrorCode::kInvalidInput, fmt::format("port {}: allowed are s_axi_control (a scalar), m_axi_NAME (a pointer), axis_inNAME and axis_outNAME (streams); give a kernel.xml for others", parsed->port),
                  "--arg " + text);
    }
    KernelArgument argument;
    argument.name = parsed->name;
    argument.port = parsed->port;
    argument.id = static_cast<std::uint32_t>(kernel.arguments.size());
    argument.qualifier = stream ? 4 : pointer ? 1 : 0;
    argument.type = stream ? "stream" : pointer ? "void*" : "unsigned int";
    if (!stream) {
      argument.size = argument.host_size = parsed->bytes.value_or(pointer ? 8 : 4);
      argument.offset = parsed->offset.value_or(next);
      next = argument.offset + (argument.size > 4 ? 12 : 8);
    }
    if (kernel.port(argument.port) == nullptr) {
      kernel.ports.push_back({argument.port, pointer || port.starts_with("axis_out"), stream, 0, pointer ? ~std::uint64_t{0} : 0, ""});
    }
    kernel.arguments.push_back(std::move(argument));
  }
  if (auto r = check_kernel(kernel, "module " + source.top); !r) return forward_error(r);
  return kernel;
}

bool is_package(const fs::path& file) { return file.stem().string().ends_with("_pkg"); }

std::vector<fs::path> rtl_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    const auto extension = entry.path().extension();
    if (extension == ".sv" || extension == ".v") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::ranges::stable_partition(files, is_package);
  return files;
}

/// The first file of that name below a folder.
std::optional<fs::path> find_below(const fs::path& folder, const std::string& name) {
  std::error_code ec;
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ec)) {
    if (entry.path().filename() == name) found.push_back(entry.path());
  }
  if (found.empty()) return std::nullopt;
  return std::ranges::min(found);
}

/// A .xo is a zip: KERNEL/kernel.xml and a packaged IP below ip_repo/.
Result<KernelInput> read_xo(const KernelSource& source) {
  const auto bytes = read_bytes(source.folder);
  if (!bytes) return forward_error(bytes);
  const auto cache = cache_folder();
  if (!cache) return forward_error(cache);
  const fs::path folder = *cache / ("xo-" + sha256_hex(*bytes).substr(0, 24));
  std::error_code ec;
  if (!fs::exists(folder, ec)) {
    std::string fresh = folder.string() + ".part-XXXXXX";
    if (::mkdtemp(fresh.data()) == nullptr) return fail(ErrorCode::kIo, "cannot be made", fresh);
    auto unpacked = unzip(source.folder, fresh);
    if (unpacked) fs::rename(fresh, folder, ec);
    if (!unpacked || ec) fs::remove_all(fresh, ec);
    if (!unpacked) return forward_error(unpacked);
  }
  KernelInput out{{}, source, std::nullopt};
  const auto description = find_below(folder, "kernel.xml"), component = find_below(folder, "component.xml");
  if (!description) return fail(ErrorCode::kInvalidInput, "holds no kernel.xml", source.folder.string());
  auto kernel = read_kernel_xml(*description);
  if (!kernel) return forward_error(kernel);
  out.kernel = std::move(*kernel);
  if (component) {
    auto ip = read_component_xml(*component);
    if (!ip) return forward_error(ip);
    out.kernel.top = ip->kernel.top;
    out.kernel.clocks = ip->kernel.clocks;
    out.source.folder = component->parent_path();
    if (out.source.sources.empty()) out.source.sources = ip->sources;
  }
  if (!out.source.sources.empty()) return out;
  // HLS output names no files in compile order: hdl/verilog of the IP, or src
  for (const char* place : {"hdl/verilog", "src", ""}) {
    out.source.sources = rtl_in(out.source.folder / place);
    if (!out.source.sources.empty()) break;
  }
  return out;
}

Result<KernelInput> read_folder(const KernelSource& source) {
  std::error_code ec;
  KernelInput out{{}, source, std::nullopt};
  if (fs::exists(source.folder / "kernel.xml", ec)) {
    auto kernel = read_kernel_xml(source.folder / "kernel.xml");
    if (!kernel) return forward_error(kernel);
    out.kernel = std::move(*kernel);
  } else if (fs::exists(source.folder / "component.xml", ec)) {
    auto component = read_component_xml(source.folder / "component.xml");
    if (!component) return forward_error(component);
    out.kernel = std::move(component->kernel);
    if (out.source.sources.empty()) out.source.sources = std::move(component->sources);
  } else if (!source.top.empty() && !source.arguments.empty()) {
    auto kernel = kernel_of_arguments(source);
    if (!kernel) return forward_error(kernel);
    out.kernel = std::move(*kernel);
  } else {
    return fail(ErrorCode::kInvalidInput, "holds neither kernel.xml nor component.xml; without them, give --top and --arg", source.folder.string());
  }
  return out;
}

}  // namespace

Result<KernelInput> read_kernel(const KernelSource& source) {
  std::error_code ec;
  if (!fs::exists(source.folder, ec)) return fail(ErrorCode::kInvalidInput, "no such folder or archive", source.folder.string());
  if (is_function(source.folder)) {
    auto function = build_function(source);
    if (!function) return forward_error(function);
    return KernelInput{std::move(function->kernel), source, std::move(function->built)};
  }
  auto out = source.folder.extension() == ".xo" ? read_xo(source) : read_folder(source);
  if (!out) return out;
  if (!source.top.empty()) out->kernel.top = source.top;
  if (!source.protocol.empty()) {
    out->kernel.protocol = source.protocol;
    if (auto r = check_kernel(out->kernel, source.folder.string()); !r) return forward_error(r);
  }
  auto& files = out->source.sources;
  if (files.empty()) files = rtl_in(out->source.folder);
  std::ranges::remove_copy_if(source.extra_sources, std::back_inserter(files), is_function);  // C++ belongs to a function beside it
  if (files.empty()) return fail(ErrorCode::kInvalidInput, "holds no .v or .sv file", source.folder.string());
  for (auto& file : files) {
    file = fs::absolute(file, ec);
    if (!fs::exists(file, ec)) return fail(ErrorCode::kInvalidInput, "no such source file", file.string());
  }
  return out;
}

}  // namespace vernier::package
