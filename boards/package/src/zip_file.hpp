// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vernier::package {

/// A zip archive of stored (uncompressed) files, in memory.
class ZipFile {
 public:
  void add(const std::string& name, std::span<const std::byte> content);
  void add(const std::string& name, const std::string& content) { add(name, std::as_bytes(std::span(content))); }
  /// The archive; nothing can be added afterwards.
  [[nodiscard]] std::vector<std::byte> finish();

 private:
  std::vector<std::byte> bytes_, directory_;
  std::uint16_t files_ = 0;
};

}  // namespace vernier::package
