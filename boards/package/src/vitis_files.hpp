// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "kernel_input.hpp"
#include "layout.hpp"

namespace vernier::package {

/// What a user of Vitis needs for the card itself: link.cfg for v++, a packaging script a kernel that is not packaged yet,
/// build.sh that runs both. None of it is run here, and the files say so.
[[nodiscard]] Result<void> write_vitis_files(const Layout& layout, const std::vector<KernelSource>& given, const std::vector<KernelSource>& sources,
                                             const std::filesystem::path& folder);

}  // namespace vernier::package
