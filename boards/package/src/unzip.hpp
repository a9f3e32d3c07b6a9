// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <vernier/core/result.hpp>

namespace vernier::package {

/// Unpacks a zip archive (stored or deflated files) into a folder that exists. Names that leave the folder, damaged
/// entries and files above 256 MiB are refused; checksums are compared.
[[nodiscard]] Result<void> unzip(const std::filesystem::path& archive, const std::filesystem::path& into);

}  // namespace vernier::package
