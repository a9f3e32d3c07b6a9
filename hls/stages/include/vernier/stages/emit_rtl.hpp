// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/stages/design.hpp>

namespace vernier::stages {

struct RtlOptions {
  std::string module = "stream_design";  ///< name of the top module, and what the names of its files begin with
  std::string constants_folder{};        ///< where $readmemh looks for the constants; empty: the working folder
  std::vector<bool> stages{};            ///< those that the module holds; empty: all
};

/// A design in SystemVerilog, by file name: one top module that connects the modules of rtl/stream, and the constants of
/// the stages for $readmemh. The top has an AXI4-Stream port for every load (in0, in1 ...) and store (out0 ...), and
/// frame_o: a bit a FIFO, set in the cycle in which the last beat of a frame is taken from it. Of a part of the stages, streams
/// from and to the others are ports as well (s and the FIFO's number), and frame_o is not there.
[[nodiscard]] std::map<std::string, std::string> emit_rtl(const Design& design, const RtlOptions& options);

/// The same as a kernel that Vitis packs, and `vernier kernel pack`: beside those files a top module named `kernel` with the
/// registers and arguments that the HLS function of emit_project() has, an AXI4 port a load and store, and kernel.xml. Its
/// constants lie where the simulator or the synthesis runs.
[[nodiscard]] std::map<std::string, std::string> emit_rtl_kernel(const Design& design, const std::string& kernel);

/// Where that kernel keeps the first error that memory answered with in its latest run: bits 7:0 as in the NPU's error
/// register (0 none, 1 a read answered SLVERR, 2 a read DECERR, 3 a write SLVERR, 4 a write DECERR), bits 15:8 the port's
/// number. The HLS function has nothing there and reads as 0.
[[nodiscard]] std::uint32_t error_register(const Design& design);

/// Which stages a list of names chooses: of stages, or of operators with all that brings their inputs into order.
/// @retval kInvalidInput  no such stage, or one that reads or writes memory
[[nodiscard]] Result<std::vector<bool>> choose_stages(const Design& design, const std::vector<std::string>& names);

/// Some stages as a kernel that runs by itself (ap_ctrl_none), an AXI4-Stream port for every stream from and to the others.
[[nodiscard]] std::map<std::string, std::string> emit_rtl_part(const Design& design, const std::string& kernel, const std::vector<bool>& stages);

}  // namespace vernier::stages
