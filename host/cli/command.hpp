// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/program/target.hpp>

namespace vernier::cli {

/// Options that run, compare and bench share; their defaults are the documented ones.
struct CommonOptions {
  std::string model;                 ///< file, or a name of `vernier models`
  std::string target = "npu8";       ///< file, or a name of `vernier targets`
  std::string memory = "ideal:latency=80,bytes_per_cycle=64";
  std::string energy_table;          ///< empty: the target's
  std::string board;                 ///< whose rest the energy includes; empty: scope chip
  std::string inputs;                ///< .npy file or folder of .npy files
  std::string data;                  ///< data set TOML; empty: the model's own
  std::string labels;                ///< .npy of class indices
  std::string calibration = "minmax";///< minmax, percentile, mse: float models only
  std::int64_t samples = 0;          ///< 0: all
  std::int64_t batch = 1;
  std::vector<std::string> dims;     ///< NAME=SIZE of symbolic dimensions
  std::uint64_t seed = 1;
  int jobs = 1;                      ///< processes of a simulation
  bool unique_layers = false;        ///< simulate one of equal stretches of a program only
  bool fence_layers = false;         ///< a fence between any two layers
  int threads = 0;                   ///< of the CPU baseline; 0: the fastest of a sweep
  std::string provider = "CPU";      ///< of ONNX Runtime as a baseline
  bool assertions = false;           ///< of the RTL, ruler rtl
  bool timing_only = false;          ///< rulers of time alone: no values, so nothing to check or to score
  std::string xclbin;                ///< of the NPU, ruler board
  int compute_units = 1;             ///< of the NPU on the emulated card, ruler hw_emu
  bool stream_function = false;      ///< a streaming design as its C++ function instead of RTL, ruler hw_emu
  std::string device;                ///< part of the device's name, rulers opencl and gpu
  double clock_mhz = 0;              ///< 0: the target's
  bool keep_outputs = false;         ///< in the measurement, for accuracy logs
};

/// What main() runs after parsing: set by the chosen subcommand.
using Action = std::function<int()>;

/// Help text of --memory: every kind there is.
[[nodiscard]] std::string memory_help();
void add_common_options(CLI::App& command, CommonOptions& options);
/// --target and --clock.
void add_target_options(CLI::App& command, CommonOptions& options);
/// --dim, of every command that reads a model.
void add_dims_option(CLI::App& command, CommonOptions& options);
void add_run(CLI::App& app, Action& chosen);
void add_compare(CLI::App& app, Action& chosen);
void add_bench(CLI::App& app, Action& chosen);
void add_explain(CLI::App& app, Action& chosen);
void add_report(CLI::App& app, Action& chosen);  // report, diff
void add_tiny(CLI::App& app, Action& chosen);
void add_published(CLI::App& app, Action& chosen);
void add_lists(CLI::App& app, Action& chosen);   // rulers, targets, models, devices
void add_boards(CLI::App& app, Action& chosen);   // boards, synth
void add_kernel(CLI::App& app, Action& chosen);   // kernel pack
void add_sweep(CLI::App& app, Action& chosen);
void add_import(CLI::App& app, Action& chosen);   // import scalesim, timeloop
void add_board(CLI::App& app, Action& chosen);    // board check, board run
void add_emit(CLI::App& app, Action& chosen);     // emit hls
void add_disasm(CLI::App& app, Action& chosen);
void add_doctor(CLI::App& app, Action& chosen);
/// Examples and exit codes below the help of every command; to be called when all commands are there.
void add_examples(CLI::App& app);

/// "vernier 0.1.0" and the versions of the tools it runs with.
[[nodiscard]] std::string version_text();

/// Prints "vernier: error: where: what" and returns the exit code that belongs to it.
int report_error(const Error& error);

/// Writes to a file atomically, or to standard output for "-".
[[nodiscard]] Result<void> write_output(const std::string& file, const std::string& text);
/// Standard output is for write_output() alone from here on when `file` is "-": what drivers print goes to standard error.
void keep_output_apart(const std::string& file);

/// Target by name (rtl/targets) or file; an unknown name is kInvalidInput and lists the known ones.
[[nodiscard]] Result<program::Target> find_target(const std::string& name_or_file, double clock_mhz);
[[nodiscard]] std::vector<std::string> bundled_targets();

}  // namespace vernier::cli
