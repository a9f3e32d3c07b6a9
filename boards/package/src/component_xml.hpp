// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include <vernier/package/kernel.hpp>

namespace vernier::package {

/// A packaged IP: the kernel's interface and its RTL in compile order.
struct Component {
  Kernel kernel;
  std::vector<std::filesystem::path> sources;
};

/// Reads IP-XACT component.xml (1685-2009) as Vivado's packager writes it for kernels. Arguments are the registers from
/// 0x10 on, then the streams. The control protocol is not in it: ap_ctrl_hs, unless the caller knows better.
[[nodiscard]] Result<Component> read_component_xml(const std::filesystem::path& file);

}  // namespace vernier::package
