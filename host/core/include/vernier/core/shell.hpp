// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace vernier {

struct ShellResult {
  int code = -1;     ///< exit code; 128 and the signal's number for a killed command; -1 when no shell could be started
  std::string text;  ///< standard output, and standard error where the command joins them
};

/// Runs `command` as a shell reads it and waits for its end.
[[nodiscard]] ShellResult shell(const std::string& command);

}  // namespace vernier
