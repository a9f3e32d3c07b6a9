// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <vernier/core/result.hpp>
#include <vernier/sweep/plan.hpp>

namespace vernier::sweep {

/// A point that one process works on. While it lives no other process takes the point; it goes with the process, however
/// that ends.
class Claim {
 public:
  explicit Claim(int descriptor) : descriptor_(descriptor) {}
  Claim(Claim&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Claim& operator=(Claim&& other) noexcept;
  ~Claim();

 private:
  int descriptor_;
};

/// What lies in a sweep's folder: records/<id>.json, logs/<id>.log, locks/<id>, targets/.
class Folder {
 public:
  [[nodiscard]] static Result<Folder> open(const std::filesystem::path& path);

  /// A record is there as a whole or not at all.
  [[nodiscard]] bool has_record(const Point& p) const { return std::filesystem::exists(record(p)); }
  [[nodiscard]] std::filesystem::path record(const Point& p) const { return path_ / "records" / (p.id + ".json"); }
  [[nodiscard]] std::filesystem::path log(const Point& p) const { return path_ / "logs" / (p.id + ".log"); }
  /// Nothing where another process has the point.
  [[nodiscard]] Result<std::optional<Claim>> claim(const Point& p) const;
  /// Removes what a killed run began to write. For the holder of the claim.
  void remove_unfinished(const Point& p) const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit Folder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace vernier::sweep
