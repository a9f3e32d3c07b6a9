// SPDX-License-Identifier: Apache-2.0
#include "function_kernel.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>

#include <fmt/format.h>

#include <vernier/core/file_lock.hpp>
#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>

#include "function_edits.hpp"
#include "function_source.hpp"
#include "kernel_input.hpp"
#include "process.hpp"

namespace vernier::package {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kControlRange = 0x1000;
constexpr std::uint32_t kMemoryBits = 512;

/// A line of OUT.so.arguments, as build_function.sh leaves it.
struct Described {
  std::string name, kind, refusal;
  std::uint32_t bytes = 0, bits = 0;
  std::uint64_t offset = 0;
};

Result<std::vector<Described>> read_arguments(const fs::path& file) {
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  std::vector<Described> all;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    Described d;
    words >> d.name >> d.kind >> d.bytes >> d.offset >> d.bits >> std::ws;
    std::getline(words, d.refusal);
    all.push_back(std::move(d));
  }
  return all;
}

/// The port of a parameter by its pragma or its type; streams say which way they flow.
std::string port_of(const FunctionParameter& p, const Kernel* description) {
  if (description != nullptr) {
    const auto argument = std::ranges::find(description->arguments, p.name, &KernelArgument::name);
    const auto* port = description->port(argument->port);
    return (port->stream ? port->master ? ">" : "<" : "") + port->name;
  }
  if (p.mode == "axis" || p.type.find("stream") != std::string::npos) return (p.written ? ">" : "<") + p.name;
  if (p.mode == "m_axi" || (p.type.ends_with("*") && p.mode != "s_axilite")) return "m_axi_" + p.bundle;
  return "s_axi_control";
}

/// What the compiler turns into the function's arguments: names, ports and registers behind the source.
std::string definition_text(const FunctionSource& f, const Kernel* description) {
  std::string arguments;
  for (const auto& p : f.parameters) {
    std::int64_t offset = -1;
    if (description != nullptr) offset = static_cast<std::int64_t>(std::ranges::find(description->arguments, p.name, &KernelArgument::name)->offset);
    arguments += fmt::format("{{\"{}\", \"{}\", {}}}, ", p.name, port_of(p, description), offset);
  }
  return fmt::format("\nnamespace vernier_unit {{ Function& the_function() {{ static Function& f = define(&::{0}, \"{0}\", \"{1}\", {{{2}}}); return f; }} }}\n", f.name, f.protocol, arguments);
}

/// A description beside the source, held against the function.
Result<void> check_description(const Kernel& description, const FunctionSource& f, const std::string& where) {
  if (description.name != f.name) return fail(ErrorCode::kInvalidInput, fmt::format("describes kernel {}, the function is {}", description.name, f.name), where);
  for (const auto& p : f.parameters) {
    if (std::ranges::find(description.arguments, p.name, &KernelArgument::name) == description.arguments.end()) return fail(ErrorCode::kInvalidInput, fmt::format("has no argument {} of {}", p.name, f.name), where);
  }
  if (description.arguments.size() != f.parameters.size()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("has {} arguments, {} has {}", description.arguments.size(), f.name, f.parameters.size()), where);
  }
  return {};
}

/// Types against pragmas.
Result<void> check_types(const FunctionSource& f, const std::vector<Described>& described) {
  for (std::size_t i = 0; i < f.parameters.size(); ++i) {
    const auto& p = f.parameters[i];
    const auto& d = described[i];
    if (d.kind == "refused") return fail(ErrorCode::kUnsupported, fmt::format("parameter {} of {} is {}", p.name, f.name, d.refusal), p.where);
    const char* wanted = d.kind == "memory" ? "m_axi" : d.kind == "stream" ? "axis" : "s_axilite";
    if (d.kind == "output" && p.read) {
      return fail(ErrorCode::kUnsupported, fmt::format("parameter {} ({}) is a register that {} reads as well; emulated are those that are assigned alone (*{} = ...)", p.name, p.type, f.name, p.name), p.where);
    }
    if (!p.mode.empty() && p.mode != wanted) {
      return fail(ErrorCode::kUnsupported, fmt::format("parameter {} ({}) as {}; emulated are pointers as m_axi, or as s_axilite where they are assigned alone, hls::stream& as axis, values as s_axilite", p.name, p.type, p.mode), p.where);
    }
  }
  return {};
}

Kernel kernel_of(const FunctionSource& f, const std::vector<Described>& described) {
  Kernel kernel;
  kernel.name = kernel.top = f.name;
  kernel.protocol = f.protocol;
  kernel.language = "c";
  const bool registers = f.protocol != "ap_ctrl_none" || std::ranges::any_of(described, [](const Described& d) { return d.kind != "stream"; });
  if (registers) kernel.ports.push_back({"s_axi_control", false, false, 32, kControlRange, ""});
  for (std::size_t i = 0; i < f.parameters.size(); ++i) {
    const auto& d = described[i];
    const std::string port = port_of(f.parameters[i], nullptr);
    const bool stream = d.kind == "stream", memory = d.kind == "memory", written = port.starts_with('>');
    const std::string name = stream ? port.substr(1) : port;
    if (kernel.port(name) == nullptr) kernel.ports.push_back({name, memory || written, stream, stream ? d.bits : kMemoryBits, memory ? ~std::uint64_t{0} : 0, ""});
    kernel.arguments.push_back({f.parameters[i].name, stream ? 4U : memory ? 1U : 0U, static_cast<std::uint32_t>(i), name, d.bytes, stream ? 0 : d.offset, d.bytes, f.parameters[i].type});
  }
  return kernel;
}

/// All that the object depends on: the prepared source holds every header already.
Result<std::string> identity_of(const FunctionSource& f, const std::string& definition) {
  std::string identity = definition;
  for (const auto& text : f.texts) identity += sha256_hex(std::as_bytes(std::span(text))) + "\n";
  std::vector<fs::path> files{home() / "sim/hwemu/build_function.sh", home() / "sim/hwemu/plugin/kernel_api.h", home() / "sim/hwemu/plugin/function_api.h"};
  std::error_code ec;
  for (const char* folder : {"sim/hwemu/function/src", "sim/hwemu/function/include", "sim/hwemu/function/include/vernier_unit", "hls/shim/include"}) {
    for (const auto& entry : fs::directory_iterator(home() / folder, ec)) {
      if (entry.is_regular_file(ec)) files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    const auto bytes = read_bytes(file);
    if (!bytes) return forward_error(bytes);
    identity += file.filename().string() + " " + sha256_hex(*bytes) + "\n";
  }
  return sha256_hex(std::as_bytes(std::span(identity))).substr(0, 24);
}

Result<void> compile(const FunctionSource& f, const std::string& definition, const fs::path& object) {
  std::error_code ec;
  const FileLock lock(object.string() + ".lock");
  if (fs::exists(object, ec)) return {};
  fmt::print(stderr, "vernier: building kernel {} ({}) ...\n", f.name, f.where);
  std::vector<std::string> command{(home() / "sim/hwemu/build_function.sh").string(), object.string()};
  for (std::size_t i = 0; i < f.texts.size(); ++i) {
    const auto file = fmt::format("{}.{}.cpp", object.string(), i);
    if (auto r = write_atomically(file, i == 0 ? f.texts[i] + definition : f.texts[i]); !r) return r;
    command.push_back(file);
  }
  const int code = run_program(command).code;
  if (code == 0) {
    for (std::size_t i = 0; i < f.texts.size(); ++i) fs::remove(command[i + 2], ec);
    return {};
  }
  if (code == 4) return fail(ErrorCode::kUnavailable, "g++ is missing: apt-get install g++", "kernel " + f.name);
  const fs::path log = object.string() + ".log";
  const auto text = read_text(log);
  return fail(ErrorCode::kInvalidInput, fmt::format("does not compile: {} (log: {})", text ? first_error_line(*text) : "no log", log.string()), "kernel " + f.name);
}

}  // namespace

bool is_function(const fs::path& file) {
  const auto extension = file.extension();
  return extension == ".cpp" || extension == ".cc" || extension == ".cxx";
}

Result<FunctionKernel> build_function(const KernelSource& source) {
  std::vector<fs::path> files{source.folder};
  std::ranges::copy_if(source.extra_sources, std::back_inserter(files), is_function);  // the others belong to RTL beside it
  std::error_code ec;
  for (auto& file : files) {
    if (!fs::is_regular_file(file, ec)) return fail(ErrorCode::kInvalidInput, "no such source file", file.string());
    file = fs::absolute(file, ec);
  }
  auto function = read_function(files, source.include_folders, source.top);
  if (!function) return forward_error(function);
  if (!source.protocol.empty()) function->protocol = source.protocol;
  std::optional<Kernel> description;
  if (!source.description.empty()) {
    auto read = read_kernel_xml(source.description);
    if (!read) return forward_error(read);
    if (auto r = check_description(*read, *function, source.description.string()); !r) return forward_error(r);
    function->protocol = read->protocol;
    description = std::move(*read);
  }
  const auto* given = description ? &*description : nullptr;
  const auto definition = definition_text(*function, given);
  const auto identity = identity_of(*function, definition);
  if (!identity) return forward_error(identity);
  const auto folder = cache_folder();
  if (!folder) return forward_error(folder);
  const fs::path object = *folder / fmt::format("kernel-{}-{}.so", function->name, *identity);
  if (!fs::exists(object, ec)) {
    if (auto r = compile(*function, definition, object); !r) return forward_error(r);
  }
  const auto described = read_arguments(object.string() + ".arguments");
  if (!described) return forward_error(described);
  if (described->size() != function->parameters.size()) return fail(ErrorCode::kInvalidInput, "is damaged: remove it", object.string() + ".arguments");
  if (auto r = check_types(*function, *described); !r) return forward_error(r);
  auto ports = read_ports(object.string() + ".ports");
  if (!ports) return forward_error(ports);
  FunctionKernel out{given != nullptr ? std::move(*description) : kernel_of(*function, *described), {object, std::move(*ports)}};
  if (given != nullptr) {
    for (auto& port : out.kernel.ports) {
      if (port.master && !port.stream) port.bits = kMemoryBits;  // whatever Vitis made it
    }
  }
  if (auto r = check_kernel(out.kernel, function->where); !r) return forward_error(r);
  return out;
}

}  // namespace vernier::package
