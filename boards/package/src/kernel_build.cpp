// SPDX-License-Identifier: Apache-2.0
#include "kernel_build.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include <vernier/core/file_lock.hpp>
#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>

#include "kernel_input.hpp"
#include "missing_modules.hpp"
#include "process.hpp"

namespace vernier::package {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMacroFolder = "sim/hwemu/xpm";

/// What the build depends on and Verilator reads by itself.
void add_included(const fs::path& folder, std::vector<fs::path>& files) {
  std::error_code ec;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    const auto extension = entry.path().extension();
    if (extension == ".svh" || extension == ".vh" || extension == ".sv" || extension == ".v") found.push_back(entry.path());
  }
  std::ranges::sort(found);
  files.insert(files.end(), found.begin(), found.end());
}

/// The first error of a build log.
std::string first_error(const fs::path& log) {
  const auto text = read_text(log);
  if (!text) return "no log";
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("%Error")) return line;
  }
  return fmt::format("the last lines are: {}", text->substr(text->size() > 400 ? text->size() - 400 : 0));
}

/// Verilator's words for one design.
std::vector<std::string> design_words(const KernelSource& source, const std::vector<fs::path>& sources, const std::vector<fs::path>& folders) {
  std::vector<std::string> words;
  for (const auto& p : source.parameters) words.push_back("-G" + p);
  for (const auto& f : source.simulation_settings) words.push_back(f.string());
  for (const auto& f : folders) words.push_back("+incdir+" + fs::absolute(f).string());
  // models of the vendor's macros: a file of that name is read when a module is defined nowhere else
  words.insert(words.end(), {"-y", (home() / kMacroFolder).string(), "+incdir+" + (home() / kMacroFolder).string()});
  for (const auto& f : sources) words.push_back(f.string());
  return words;
}

/// Stand-ins for the modules that the user leaves out; the rest of what is missing is refused.
Result<std::string> stubs_of(const Kernel& kernel, const KernelSource& source, const std::string& top, const std::vector<std::string>& words) {
  std::string text;
  auto missing = missing_modules(top, words);
  for (const auto& name : source.stubs) {
    const auto module = missing.find(name);
    if (module == missing.end()) return fail(ErrorCode::kInvalidInput, fmt::format("stub {}: no module of that name is missing", name), "kernel " + kernel.name);
    text += stub_text(name, module->second);
    missing.erase(module);
  }
  if (missing.empty()) return text;
  const auto& [name, module] = *missing.begin();
  return fail(ErrorCode::kUnsupported,
              fmt::format("module {} is defined nowhere: instance {}; give its source, or leave it out with a stub (--stub {}) if the kernel works without",
                          name, module.instance.empty() ? "path unknown" : module.instance, name), "kernel " + kernel.name);
}

}  // namespace

Result<std::vector<RtlPort>> read_ports(const fs::path& file) {
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  std::vector<RtlPort> ports;
  std::istringstream lines(*text);
  std::string direction;
  for (RtlPort port; lines >> port.name >> port.bits >> direction;) {
    port.input = direction == "in";
    ports.push_back(port);
  }
  return ports;
}

Result<BuiltKernel> build_kernel(const Kernel& kernel, const KernelSource& source, bool waves) {
  const std::string& top = kernel.top;
  std::vector<fs::path> folders = source.include_folders;
  folders.push_back(source.folder);
  auto words = design_words(source, source.sources, folders);

  const fs::path script = home() / "sim/hwemu/build_kernel.sh", plugin = home() / "sim/hwemu/plugin";
  std::string identity = fmt::format("{} march={} waves={}\n", top, VERNIER_SIM_MARCH, waves);
  for (const auto& p : source.parameters) identity += p + "\n";
  for (const auto& s : source.stubs) identity += "stub " + s + "\n";
  std::vector<fs::path> inputs = source.sources;
  folders.push_back(home() / kMacroFolder);
  for (const auto& f : folders) add_included(f, inputs);
  inputs.insert(inputs.end(), source.simulation_settings.begin(), source.simulation_settings.end());
  inputs.insert(inputs.end(), {script, plugin / "kernel_api.h", plugin / "kernel_plugin.cpp"});
  for (const auto& file : inputs) {
    const auto bytes = read_bytes(file);
    if (!bytes) return forward_error(bytes);
    identity += file.filename().string() + " " + sha256_hex(*bytes) + "\n";
  }
  const auto hash = sha256_hex(std::as_bytes(std::span(identity))).substr(0, 24);

  const auto folder = cache_folder();
  if (!folder) return forward_error(folder);
  const fs::path object = *folder / fmt::format("kernel-{}-{}.so", kernel.name, hash), ports = object.string() + ".ports";
  const auto built = [&]() -> Result<BuiltKernel> {
    auto list = read_ports(ports);
    if (!list) return forward_error(list);
    return BuiltKernel{object, std::move(*list)};
  };
  std::error_code ec;
  if (fs::exists(object, ec)) return built();
  const FileLock lock(object.string() + ".lock");
  if (fs::exists(object, ec)) return built();
  fmt::print(stderr, "vernier: building kernel {} (module {}) ...\n", kernel.name, top);
  const fs::path stubs = object.string() + ".stubs.v";
  if (!source.stubs.empty()) {
    const auto text = stubs_of(kernel, source, top, words);
    if (!text) return forward_error(text);
    if (auto r = write_atomically(stubs, *text); !r) return forward_error(r);
    words.push_back(stubs.string());
  }
  std::vector<std::string> command{script.string(), object.string(), top, VERNIER_SIM_MARCH, waves ? "1" : "0"};
  command.insert(command.end(), words.begin(), words.end());
  const int code = run_program(command).code;
  if (code == 0) return built();
  if (code == 4) return fail(ErrorCode::kUnavailable, "Verilator or a C++ compiler is missing: apt-get install verilator clang-14 make", "kernel " + kernel.name);
  if (const auto nothing = stubs_of(kernel, source, top, words); !nothing && nothing.error().code == ErrorCode::kUnsupported) return forward_error(nothing);
  const fs::path log = object.string() + ".log";
  return fail(ErrorCode::kInvalidInput, fmt::format("the RTL does not build: {} (log: {})", first_error(log), log.string()), "kernel " + kernel.name);
}

Result<fs::path> verilated_object(const std::string& top, const KernelSource& source, bool waves) {
  Kernel kernel;
  kernel.name = kernel.top = top;
  const auto built = build_kernel(kernel, source, waves);
  if (!built) return forward_error(built);
  return built->object;
}

}  // namespace vernier::package
