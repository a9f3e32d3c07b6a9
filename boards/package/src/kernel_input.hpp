// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/package/kernel.hpp>
#include <vernier/package/pack.hpp>

namespace vernier::package {

struct KernelInput {
  Kernel kernel;
  KernelSource source;  ///< with its files named
};

/// Finds the description and the RTL of a kernel: a .xo archive, a folder with kernel.xml or component.xml, or a folder
/// with a top module and its arguments.
[[nodiscard]] Result<KernelInput> read_kernel(const KernelSource& source);

/// Where Verilated kernels and unpacked archives are kept: VERNIER_CACHE, else the build folder.
[[nodiscard]] Result<std::filesystem::path> cache_folder();

}  // namespace vernier::package
