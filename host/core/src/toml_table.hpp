// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/toml.hpp>

namespace vernier {

/// A table of a TOML file whose getters name file and key in their errors. Absent keys are empty optionals.
class TomlTable {
 public:
  [[nodiscard]] static Result<TomlTable> read(const std::filesystem::path& file);

  [[nodiscard]] Result<std::optional<std::string>> text(const std::string& key) const;
  [[nodiscard]] Result<std::string> required_text(const std::string& key) const;
  [[nodiscard]] Result<std::optional<bool>> boolean(const std::string& key) const;
  [[nodiscard]] Result<std::optional<std::vector<double>>> numbers(const std::string& key) const;        ///< one, or a list
  [[nodiscard]] Result<std::optional<std::vector<std::int64_t>>> integers(const std::string& key) const; ///< one, or a list
  [[nodiscard]] Result<std::optional<std::vector<std::string>>> texts(const std::string& key) const;
  [[nodiscard]] Result<std::optional<TomlTable>> table(const std::string& key) const;
  [[nodiscard]] std::vector<std::string> keys() const;
  /// kInvalidInput for a key that is not in `known`.
  [[nodiscard]] Result<void> allow(std::span<const std::string_view> known) const;
  /// An existing file named relative to the TOML file.
  [[nodiscard]] Result<std::optional<std::filesystem::path>> file(const std::string& key) const;
  [[nodiscard]] tl::unexpected<Error> bad(const std::string& key, const std::string& what) const;

 private:
  TomlTable(std::filesystem::path file, std::string prefix, toml::table table)
      : file_(std::move(file)), prefix_(std::move(prefix)), table_(std::move(table)) {}
  [[nodiscard]] const toml::value* find(const std::string& key) const;

  std::filesystem::path file_;
  std::string prefix_;  ///< of this table's keys, "input.float32."
  toml::table table_;
};

}  // namespace vernier
