// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>

namespace vernier {

[[nodiscard]] Result<std::vector<std::byte>> read_bytes(const std::filesystem::path& file);
[[nodiscard]] Result<std::string> read_text(const std::filesystem::path& file);

/// Writes a whole file or none: temporary file in the same folder, flushed, then renamed over `file`.
/// Character devices such as /dev/full are written in place. Errors are kIo and name the file.
[[nodiscard]] Result<void> write_atomically(const std::filesystem::path& file, std::string_view text);

/// NumPy .npy (version 1 to 3, C order; little-endian f4 f8 i1 u1 i2 u2 i4 i8 b1).
[[nodiscard]] Result<Tensor> read_npy(const std::filesystem::path& file);
[[nodiscard]] Result<void> write_npy(const std::filesystem::path& file, const Tensor& tensor);

/// Lower-case hexadecimal SHA-256.
[[nodiscard]] std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace vernier
