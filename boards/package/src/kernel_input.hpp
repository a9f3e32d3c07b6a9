// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <vernier/package/verilated.hpp>

#include "kernel_build.hpp"

namespace vernier::package {

struct KernelInput {
  Kernel kernel;
  KernelSource source;               ///< with its files named
  std::optional<BuiltKernel> built;  ///< a C++ kernel: only its compiler knows its interface
};

/// Finds the description and the sources of a kernel: C++ of a function, a .xo archive, a folder with kernel.xml or component.xml, or a folder
/// with a top module and its arguments.
[[nodiscard]] Result<KernelInput> read_kernel(const KernelSource& source);

}  // namespace vernier::package
