// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/units.hpp>
#include <vernier/stages/design.hpp>

namespace vernier::stages {

/// Frames for the testbench, of each input and output, in the order of the stream, all frames one behind another.
struct TestFrames {
  int frames = 0;
  std::vector<std::vector<std::int8_t>> inputs, outputs;
};

struct EmitOptions {
  std::string kernel = "streaming";  ///< name of the top function
  std::string part;                  ///< for vitis_hls; empty: the script asks for it
  std::string platform;              ///< for v++
  Hertz clock{200e6};
  bool rtl = false;                  ///< beside the functions the same kernel in SystemVerilog, in folder rtl
  /// Stages or operators that a second build of the kernel has in SystemVerilog, the others as functions: folder mixed.
  std::vector<std::string> rtl_stages{};
};

/// What of a design becomes a kernel behind XRT.
enum class KernelForm : std::uint8_t {
  kFunction,  ///< the HLS function
  kRtl,       ///< its twin in SystemVerilog
};

/// One kernel of emit_project() alone, by path below a folder, and what `vernier kernel pack` is to be given of it.
struct EmittedKernel {
  std::map<std::string, std::string> files;
  std::string source;   ///< a .cpp, or the folder of the RTL
  std::string include;  ///< folder of headers; empty: none
};
[[nodiscard]] Result<EmittedKernel> emit_kernel(const Design& design, const EmitOptions& options, KernelForm form);

/// The files of a Vitis HLS project, by path below its folder: kernels and their constants, a top function with
/// interface pragmas, a testbench with golden data, scripts for vitis_hls and v++, an XRT host, a Makefile that compiles
/// and runs the testbench with g++ alone. No path in it leads outside.
[[nodiscard]] Result<std::map<std::string, std::string>> emit_project(const Design& design, const TestFrames& test, const EmitOptions& options);

/// Emitted files below `folder`, with the folders they need.
[[nodiscard]] Result<void> write_files(const std::filesystem::path& folder, const std::map<std::string, std::string>& files);

}  // namespace vernier::stages
