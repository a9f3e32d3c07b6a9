// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include <vernier/core/shell.hpp>

/// Runs the built `vernier` as a user would, and what its tests share.
namespace e2e {

using Ran = ::vernier::ShellResult;

/// `command` as a shell reads it, standard output and error together.
inline Ran shell(const std::string& command) { return ::vernier::shell(command + " 2>&1"); }

inline Ran vernier(const std::string& arguments) { return shell(std::string(VERNIER_BINARY_DIR) + "/vernier " + arguments); }

/// An empty folder that goes with the test.
class Folder {
 public:
  explicit Folder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / ("vernier-e2e-" + name + "-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& file) const { return (path_ / file).string(); }
  [[nodiscard]] std::string str() const { return path_.string(); }
  [[nodiscard]] bool empty() const { return std::filesystem::is_empty(path_); }
  /// No file of an unfinished write is left anywhere below.
  [[nodiscard]] bool whole() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      if (entry.path().filename().string().find(".tmp-") != std::string::npos) return false;
    }
    return true;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace e2e
