// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel_build.hpp"

namespace vernier::package {

struct FunctionKernel {
  Kernel kernel;
  BuiltKernel built;
};

/// Whether a kernel is given as C++ source.
[[nodiscard]] bool is_function(const std::filesystem::path& file);

/// A kernel from a Vitis HLS function: reads the source, compiles it with the compute unit around it (from the cache, else
/// now), takes registers and widths from the types.
/// @retval kUnsupported  an interface that is not emulated, by file and line
[[nodiscard]] Result<FunctionKernel> build_function(const KernelSource& source);

}  // namespace vernier::package
