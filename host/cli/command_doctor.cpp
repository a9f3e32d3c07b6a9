// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <filesystem>
#include <optional>

#include <vernier/core/home.hpp>
#include <vernier/core/shell.hpp>
#include <vernier/ort/session.hpp>

#include "command.hpp"

namespace vernier::cli {
namespace {
namespace fs = std::filesystem;

/// First line a command prints, or nothing when it cannot be run.
std::optional<std::string> first_line(const std::string& command) {
  const auto ran = shell(command + " 2>/dev/null");
  const auto line = ran.text.substr(0, ran.text.find('\n'));
  if (ran.code != 0 || line.empty()) return std::nullopt;
  return line;
}

bool loadable(const char* library) {
  void* handle = ::dlopen(library, RTLD_LAZY | RTLD_LOCAL);
  if (handle != nullptr) ::dlclose(handle);
  return handle != nullptr;
}

struct Check {
  const char* part;
  const char* needed_for;
  std::optional<std::string> found;
  const char* how;  ///< to get it
};

std::vector<Check> checks() {
  const auto library = [](const char* file) { return loadable(file) ? std::optional<std::string>(file) : std::nullopt; };
  const auto data = home() / "rtl/spec/npu.toml";
  return {
      {"Vernier's data", "everything", fs::exists(data) ? std::optional<std::string>(home().string()) : std::nullopt, "set VERNIER_HOME to the source tree"},
      {"ONNX Runtime", "reference, CPU baseline", fmt::format("{} with {}", ort::runtime_version(), fmt::join(ort::providers(), ", ")), "cmake/setup.sh"},
      {"Verilator", "ruler rtl", first_line("verilator --version"), "apt-get install verilator"},
      {"clang++", "ruler rtl (fast models)", first_line("clang++-14 --version || clang++ --version"), "apt-get install clang-14"},
      {"make", "ruler rtl", first_line("make --version"), "apt-get install make"},
      {"Yosys", "lint of the RTL", first_line("yosys -V"), "apt-get install yosys"},
      {"Chromium", "tests of the report", first_line("chromium --version"), "apt-get install chromium"},
      {"SystemC", "ruler systemc", library("libsystemc-2.3.4.so"), "apt-get install libsystemc-dev"},
      {"XRT", "rulers board and hw_emu", library("libxrt_coreutil.so.2"), "apt-get install libxrt-dev libxrt1, or the vendor's package for the card"},
      {"OpenCL loader", "ruler gpu", library("libOpenCL.so.1"), "apt-get install ocl-icd-libopencl1 and a vendor's driver"},
  };
}

}  // namespace

std::string version_text() { return fmt::format("vernier {} (ONNX Runtime {}, {})", VERNIER_VERSION, ort::runtime_version(), first_line("verilator --version").value_or("no Verilator")); }

void add_doctor(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand("doctor", "what this machine has, what is missing and how to get it");
  command->callback([&chosen] {
    chosen = [] {
      for (const auto& c : checks()) {
        fmt::print("{:8} {:15} {:27} {}\n", c.found ? "present" : "missing", c.part, c.needed_for,
                   c.found ? *c.found : fmt::format("get it: {}", c.how));
      }
      return 0;
    };
  });
}

}  // namespace vernier::cli
