// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace vernier::package {

struct Ended {
  int code = 127;      ///< exit code, 128 after a signal, 127 when it could not be started
  std::string output;  ///< both streams, when they were asked for
};

/// Runs a program and waits for it.
[[nodiscard]] Ended run_program(const std::vector<std::string>& command, bool capture = false);

}  // namespace vernier::package
