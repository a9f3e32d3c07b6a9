// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <vernier/package/kernel.hpp>
#include <vernier/package/pack.hpp>

namespace vernier::package {

/// A pin of the top module, as Verilator sees it, or of the unit around a function.
struct RtlPort {
  std::string name;
  std::uint32_t bits = 1;
  bool input = false;
};

struct BuiltKernel {
  std::filesystem::path object;
  std::vector<RtlPort> ports;
};

/// "NAME BITS in|out" a line, as the build scripts leave it beside the object.
[[nodiscard]] Result<std::vector<RtlPort>> read_ports(const std::filesystem::path& file);

/// The Verilated shared object of a kernel: from the cache, else built now (said on stderr). `source` names its files.
/// @retval kUnsupported  a module is defined nowhere; the message holds its instance path
[[nodiscard]] Result<BuiltKernel> build_kernel(const Kernel& kernel, const KernelSource& source, bool waves);

/// Holds the description against the RTL: every port is there in the stated width, every pin belongs to an interface.
/// Fills in clocks and widths that the description leaves open.
[[nodiscard]] Result<void> match_rtl(Kernel& kernel, const std::vector<RtlPort>& ports);

}  // namespace vernier::package
