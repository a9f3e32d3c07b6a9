// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <vernier/core/result.hpp>

namespace vernier::store {

/// Name of a record: the first 16 hexadecimal digits of the SHA-256 of its canonical text.
[[nodiscard]] std::string record_id(const nlohmann::json& record);

/// "model-target-ruler-id.json", safe in every file system.
[[nodiscard]] std::string record_file_name(const nlohmann::json& record);

/// Validates, then writes the whole file or nothing. "-" is standard output.
[[nodiscard]] Result<void> write_record(const std::filesystem::path& file, const nlohmann::json& record);

/// Reads and validates one record.
[[nodiscard]] Result<nlohmann::json> read_record(const std::filesystem::path& file);

/// Records of a file (one record or a list of them), or of all *.json files of a folder in the order of their names.
[[nodiscard]] Result<std::vector<nlohmann::json>> read_records(const std::filesystem::path& file_or_folder);

}  // namespace vernier::store
