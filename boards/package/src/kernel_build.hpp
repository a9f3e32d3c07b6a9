// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <vernier/package/kernel.hpp>
#include <vernier/package/pack.hpp>

namespace vernier::package {

/// The Verilated shared object of a kernel: from the cache, else built now (said on stderr).
[[nodiscard]] Result<std::filesystem::path> build_kernel(const Kernel& kernel, const KernelSource& source, bool waves);

}  // namespace vernier::package
