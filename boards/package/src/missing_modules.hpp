// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace vernier::package {

/// A module that is instantiated and defined nowhere: pins and parameters as its instances use them.
struct MissingModule {
  std::set<std::string> pins, parameters;
  std::string instance;  ///< path of one instance, from the top module
};

/// Missing modules of a design by name, found by Verilator with ever more complete stand-ins. `words` are its source
/// files and flags.
[[nodiscard]] std::map<std::string, MissingModule> missing_modules(const std::string& top, const std::vector<std::string>& words);

/// A Verilog module that takes the pins and drives nothing.
[[nodiscard]] std::string stub_text(const std::string& name, const MissingModule& module);

}  // namespace vernier::package
