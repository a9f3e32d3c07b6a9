// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <vernier/core/result.hpp>

namespace vernier::package {

/// UUIDs of an .xclbin: the one its header states, and for files that Vernier packed (hardware emulation) the one that
/// belongs to its content; the latter is empty for others.
struct XclbinIdentity {
  std::string stated, of_content;
};

[[nodiscard]] Result<XclbinIdentity> identify_xclbin(const std::filesystem::path& file);

}  // namespace vernier::package
