// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <vernier/core/result.hpp>

namespace vernier::store {

/// What tells one measurement of an experiment from another.
struct Case {
  std::string model;
  std::string target;  ///< empty for a ruler without one
  std::string board;   ///< empty for none
  std::string ruler;
  std::string memory;  ///< empty for none
  std::string scenario = "single";
  std::int64_t batch = 1;
  std::uint64_t seed = 1;
  friend auto operator<=>(const Case&, const Case&) = default;
};

[[nodiscard]] Case case_of(const nlohmann::json& record);
[[nodiscard]] std::string to_string(const Case& c);

/// Which records to list; what is not set matches everything.
struct Query {
  std::optional<std::string> model, target, board, ruler, memory, scenario;
  std::optional<bool> valid;
};

/// Records of one output folder, in `records.sqlite`. Several processes may write at once; a killed one leaves whole
/// records and the list of planned cases, so the next one knows what is missing. One object a thread.
class RecordStore {
 public:
  /// Opens or creates the folder's store.
  [[nodiscard]] static Result<RecordStore> open(const std::filesystem::path& folder);
  RecordStore(RecordStore&&) noexcept;
  RecordStore& operator=(RecordStore&&) noexcept;
  ~RecordStore();

  /// Validates and adds a record; adding the same one again changes nothing. Returns its id.
  [[nodiscard]] Result<std::string> add(const nlohmann::json& record);
  /// kInvalidInput if there is no such id.
  [[nodiscard]] Result<nlohmann::json> get(const std::string& id) const;
  /// In the order they were added.
  [[nodiscard]] Result<std::vector<nlohmann::json>> list(const Query& query = {}) const;

  /// Adds cases that ought to be measured; known ones stay.
  [[nodiscard]] Result<void> plan(std::span<const Case> cases);
  /// Planned cases without a record, in the order they were planned.
  [[nodiscard]] Result<std::vector<Case>> missing() const;

 private:
  class Database;
  explicit RecordStore(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace vernier::store
