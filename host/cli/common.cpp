// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>
#include <vernier/memory/axi_memory.hpp>
#include <vernier/streaming/deployment.hpp>

#include "command.hpp"

namespace vernier::cli {
namespace fs = std::filesystem;

std::string memory_help() {
  std::string kinds;
  for (const auto& kind : memory::memory_kinds()) kinds += fmt::format("{}{}", kinds.empty() ? "" : ", ", kind.usage);
  return "memory behind the AXI port: " + kinds;
}

void add_dims_option(CLI::App& c, CommonOptions& o) {
  c.add_option("--dim", o.dims, "NAME=SIZE of a symbolic dimension of the model's inputs; one without a name is INPUT.AXIS; may be given again")->take_all();
}

void add_target_options(CLI::App& c, CommonOptions& o) {
  c.add_option("--target", o.target, "accelerator: TOML file, a name that `vernier targets` lists, or a streaming design: stream@RATEfps for a frame rate, stream@RATEfps:BOARD for one that fits a board, stream@board:BOARD for the fastest that does")->capture_default_str();
  c.add_option("--clock", o.clock_mhz, "clock in MHz; default is the target's")->check(CLI::PositiveNumber);
}

void add_common_options(CLI::App& c, CommonOptions& o) {
  c.add_option("MODEL", o.model, "ONNX file, or a name that `vernier models` lists")->required();
  add_target_options(c, o);
  c.add_option("--memory", o.memory, memory_help())->capture_default_str();
  c.add_option("--energy-table", o.energy_table, "energy table: TOML file, or 45nm, 16nm, 7nm, fpga; default is the target's");
  c.add_option("--board-power", o.board, "board whose power beside the accelerator the energy includes; `vernier boards` lists them");
  c.add_option("--samples", o.samples, "how many samples of the data set; 0 is all")->check(CLI::NonNegativeNumber)->capture_default_str();
  c.add_option("--data", o.data, "data set: TOML file; default is the one beside the model");
  c.add_option("--inputs", o.inputs, "model inputs: .npy file or folder of .npy files, in place of a data set");
  c.add_option("--labels", o.labels, "class of each input: .npy file of integers");
  c.add_option("--calibration", o.calibration, "activation ranges of a float model: minmax, percentile, mse")
      ->check(CLI::IsMember({"minmax", "percentile", "mse"}))->capture_default_str();
  c.add_option("--batch", o.batch, "images a run of the accelerator, or fewer where these take less time each; what a file already holds as a batch is one image")->check(CLI::Range(1, 1024))->capture_default_str();
  add_dims_option(c, o);
  c.add_option("--seed", o.seed, "of everything random; kept in the record")->capture_default_str();
  c.add_option("--device", o.device, "rulers opencl and gpu: part of the device's name; `vernier devices` lists them");
  c.add_option("--compute-units", o.compute_units, "ruler hw_emu: kernels on the emulated card, which share the samples; a board has those of its .xclbin")
      ->check(CLI::Range(1, 8))->capture_default_str();
  c.add_flag("--stream-function", o.stream_function, "ruler hw_emu: a streaming design as its C++ function in place of RTL; the function's cycles are estimated");
  c.add_option("--xclbin", o.xclbin, "ruler board: the NPU as v++ linked it for this card");
  c.add_option("-j,--jobs", o.jobs, "ruler rtl: processes that simulate a program's stretches between fences; the sums are those of one run")
      ->check(CLI::Range(1, 1024))->capture_default_str();
  c.add_flag("--unique-layers", o.unique_layers, "ruler rtl: simulate only one of equal stretches between fences; the record says which share that is");
  c.add_flag("--fence-layers", o.fence_layers, "every layer starts on an idle machine: cycles of layers without their neighbours, which add up to the run's");
  c.add_option("--threads", o.threads, "threads of the CPU baseline; 0 sweeps 1, 2, 4, ... and takes the fastest")->check(CLI::NonNegativeNumber)->capture_default_str();
  c.add_option("--provider", o.provider, "rulers cpu and cpu-fp32: execution provider of ONNX Runtime; `vernier doctor` lists them")->capture_default_str();
  c.add_flag("--assertions", o.assertions, "ruler rtl: the assertions of the RTL end the run (a quarter slower)");
  c.add_flag("--timing-only", o.timing_only, "rulers systemc and analytic: one run without values, so nothing is checked or scored");
}

int report_error(const Error& error) {
  std::fputs(fmt::format("vernier: error: {}\n", to_string(error)).c_str(), stderr);  // never throws, unlike fmt::print
  return static_cast<int>(error.code);
}

namespace {
FILE* g_output = nullptr;  // once kept apart
}

void keep_output_apart(const std::string& file) {
  if (file != "-" || g_output != nullptr) return;
  std::fflush(stdout);
  const int fd = ::dup(STDOUT_FILENO);
  if (fd < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return;
  g_output = ::fdopen(fd, "w");
}

Result<void> write_output(const std::string& file, const std::string& text) {
  if (file != "-") return write_atomically(file, text);
  FILE* output = g_output == nullptr ? stdout : g_output;
  if (std::fwrite(text.data(), 1, text.size(), output) != text.size() || std::fflush(output) != 0) {
    return fail(ErrorCode::kIo, "cannot be written", "standard output");
  }
  return {};
}

std::vector<std::string> bundled_targets() {
  std::vector<std::string> names;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(home() / "rtl/targets", ec)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

Result<program::Target> find_target(const std::string& name, double clock_mhz) {
  std::error_code ec;
  const auto bundled = home() / "rtl/targets" / (name + ".toml");
  fs::path file = name;
  if (name.find('/') == std::string::npos && fs::exists(bundled, ec)) {
    file = bundled;
  } else if (!fs::exists(file, ec)) {
    if (streaming::is_stream_target(name)) {
      return fail(ErrorCode::kInvalidInput, "is a streaming design, which is made for one network: `vernier explain MODEL --target ...` says what it takes of a board", "target " + name);
    }
    return fail(ErrorCode::kInvalidInput,
                fmt::format("is neither a file nor a bundled target; bundled are {}", fmt::join(bundled_targets(), ", ")),
                "target " + name);
  }
  auto target = program::load_target(file);
  if (target && clock_mhz > 0) target->clock = Hertz{clock_mhz * 1e6};
  return target;
}

}  // namespace vernier::cli
