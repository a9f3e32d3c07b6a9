// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/package/board.hpp>
#include <vernier/program/target.hpp>

namespace vernier::package {

/// One kernel of an xclbin and how often it stands on the card.
struct KernelSource {
  /// Holds the RTL, unless `sources` names it, and kernel.xml or an IP-XACT component.xml; or is a .xo archive; or the C++
  /// source of a Vitis HLS kernel.
  std::filesystem::path folder;
  std::vector<std::filesystem::path> sources;   ///< in compile order; empty: *.v and *.sv of the folder, packages first
  std::vector<std::filesystem::path> extra_sources;  ///< beside those of the folder or of `sources`
  std::vector<std::filesystem::path> include_folders;
  std::vector<std::filesystem::path> simulation_settings;  ///< .vlt files of Verilator
  std::vector<std::string> parameters;          ///< "Name=Value" of the top module
  std::filesystem::path description;            ///< kernel.xml of a C++ kernel; empty: its pragmas and types
  std::string top;                              ///< empty: what the description says; of C++: the function
  /// With `top` and in place of a description: "NAME:PORT[:BYTES][@OFFSET]" an argument; the port's name tells its kind.
  std::vector<std::string> arguments;
  std::string protocol;                         ///< ap_ctrl_hs and so on, over what the description says
  std::vector<std::string> stubs;               ///< modules defined nowhere that are left out: their outputs stay 0
  std::vector<std::string> units;               ///< names of the instances; empty: KERNEL_1
};

struct PackOptions {
  std::vector<KernelSource> kernels;
  std::string board = "emulated";             ///< name in boards/, or a file
  /// "unit.argument", "unit.port", "argument" or "port" to a bank's tag; what is not named goes to the first bank.
  std::map<std::string, std::string> banks;
  std::vector<std::string> streams;           ///< "writer_1.port:reader_1.port[:DEPTH]"
  std::map<std::string, double> clocks;       ///< "ap_clk_2" or "unit.ap_clk_2" to MHz; else the board's clock
  std::string memory = "ideal:latency=80,bytes_per_cycle=64";  ///< behind every port, unless the run chooses another
  bool waves = false;                         ///< kernels that can record waveforms (slower)
  std::filesystem::path vitis;                ///< folder for v++'s files of the real card; empty: none
  std::filesystem::path xclbin;               ///< to write; emconfig.json and hw_emu.env go beside it
};

/// Builds the kernels (cached by content) and writes an .xclbin for hardware emulation, emconfig.json, and
/// hw_emu.env, which a shell sources to run any XRT or OpenCL host on it.
/// @retval kInvalidInput  kernel.xml, options or sources are wrong; the message names file and element
/// @retval kUnsupported   an interface that is not emulated
/// @retval kUnavailable   Verilator, a compiler or vernier-hwemu is missing
[[nodiscard]] Result<void> pack_kernel(const PackOptions& options);

/// The NPU of `target`, ready for pack_kernel(): each argument in a bank of its own where the board has five.
[[nodiscard]] PackOptions npu_options(const program::Target& target, const std::filesystem::path& xclbin);

/// The bring-up kernel, one compute unit for each of the first banks in the card's memory: unit bringup_N in bank N.
[[nodiscard]] PackOptions bringup_options(const Board& board, const std::filesystem::path& xclbin);

}  // namespace vernier::package
