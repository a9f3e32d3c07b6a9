// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::sweep {

/// One run of a sweep.
struct Point {
  std::string id;      ///< 16 hexadecimal digits of all that the run depends on, contents of its target file too
  std::string model;   ///< name or file
  std::string target;  ///< name or file
  std::string memory;
  std::string ruler;
};

struct Plan {
  std::string name;
  std::vector<Point> points;         ///< rulers innermost, then memories, targets, models
  std::vector<std::string> options;  ///< that every run takes besides
};

/// Reads a sweep file. Keys; any other is kInvalidInput, and errors name file and key:
///   models    names or files, a file's path from the sweep file          required
///   targets   the same                                                   this or [grid] required
///   memories  as --memory takes them                                     default: that of `vernier run`
///   rulers    names                                                      required
///   samples, seed                                                        default: 1, 1
///   name      of the sweep                                               default: the file's
///   options   further options of `vernier run`, for instance ["--timing-only"]
///   [grid]    base = a target; every further key is a list of values of the target's key of that name
/// @param folder  where the targets of the grid are written, in folder/targets
[[nodiscard]] Result<Plan> read_plan(const std::filesystem::path& file, const std::filesystem::path& folder);

}  // namespace vernier::sweep
