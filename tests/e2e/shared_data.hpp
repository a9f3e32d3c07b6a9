// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "process.hpp"

/// Larger models and data sets, which may lie beside the project.
namespace e2e {

inline const std::string kShared = std::string(VERNIER_SOURCE_DIR) + "/../shared/data/";

/// True when the larger models are there; else says so.
inline bool shared_data() {
  if (std::filesystem::exists(kShared + "models")) return true;
  std::cout << "skipped: no data folder beside the project (../shared/data)\n";
  return false;
}

/// A data set file for arrays that have none of their own.
inline std::string describe(const Folder& folder, const std::string& inputs, const std::string& labels, const std::string& form) {
  const auto link = [&folder](const std::string& from, const std::string& name) {
    std::filesystem::create_symlink(std::filesystem::absolute(from), folder / name);
    return name;
  };
  const auto extension = [](const std::string& f) { return std::filesystem::path(f).extension().string(); };
  std::ofstream out(folder / "data.toml");
  out << "name = 'beside'\nlayout = 'NCHW'\nlicence = 'see its README'\norigin = 'data beside the project'\n";
  out << "inputs = '" << link(inputs, "x" + extension(inputs)) << "'\n";
  if (!labels.empty()) out << "labels = '" << link(labels, "y" + extension(labels)) << "'\n";
  out << form;
  return folder / "data.toml";
}

}  // namespace e2e
