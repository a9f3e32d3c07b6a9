// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace vernier::package {

struct Ended {
  int code = 127;      ///< exit code, 128 after a signal, 127 when it could not be started
  std::string output;  ///< both streams, when they were asked for
};

/// Runs a program in a process group of its own and waits for it. When the process is interrupted, so is the whole group: a
/// script and the tools it runs, whether the signal came from a terminal or from `kill`.
[[nodiscard]] Ended run_program(const std::vector<std::string>& command, bool capture = false);

}  // namespace vernier::package
