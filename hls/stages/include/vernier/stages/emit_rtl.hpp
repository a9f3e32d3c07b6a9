// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include <vernier/stages/design.hpp>

namespace vernier::stages {

struct RtlOptions {
  std::string module = "stream_design";  ///< name of the top module, and what the names of its files begin with
  std::string constants_folder;          ///< where $readmemh looks for the constants; empty: the working folder
};

/// A design in SystemVerilog, by file name: one top module that connects the modules of rtl/stream, and the constants of
/// the stages for $readmemh. The top has an AXI4-Stream port for every load (in0, in1 ...) and store (out0 ...), and
/// frame_o: a bit a FIFO, set in the cycle in which the last beat of a frame is taken from it.
[[nodiscard]] std::map<std::string, std::string> emit_rtl(const Design& design, const RtlOptions& options);

/// The same as a kernel that Vitis packs, and `vernier kernel pack`: beside those files a top module named `kernel` with the
/// registers and arguments that the HLS function of emit_project() has, an AXI4 port a load and store, and kernel.xml. Its
/// constants lie where the simulator or the synthesis runs.
[[nodiscard]] std::map<std::string, std::string> emit_rtl_kernel(const Design& design, const std::string& kernel);

}  // namespace vernier::stages
