// SPDX-License-Identifier: Apache-2.0
#include "missing_modules.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vernier/core/files.hpp>

#include "process.hpp"

namespace vernier::package {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "vernier stand-in for ";  // of the message that tells an instance's path
constexpr int kMostRounds = 20;

std::string text_of(const std::string& name, const MissingModule& module, bool tells_path) {
  std::string text = "module " + name;
  std::vector<std::string> parts;
  for (const auto& p : module.parameters) parts.push_back("parameter " + p + " = 0");
  if (!parts.empty()) text += fmt::format(" #({})", fmt::join(parts, ", "));
  // inputs: whatever an instance connects to a pin, nothing is driven by it
  parts.clear();
  for (const auto& p : module.pins) parts.push_back("input [4095:0] " + p);
  text += fmt::format(" ({});\n", fmt::join(parts, ", "));
  if (tells_path) text += fmt::format("  $fatal(1, \"{}{}\");\n", kMark, name);
  return text + "endmodule\n";
}

/// The text between `before` and `after` in a line.
std::optional<std::string> between(std::string_view line, std::string_view before, std::string_view after) {
  const auto from = line.find(before);
  if (from == std::string_view::npos) return std::nullopt;
  const auto begin = from + before.size(), end = after.empty() ? line.size() : line.find(after, begin);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(line.substr(begin, end - begin));
}

/// Takes what Verilator's messages say into the table; true when something was new.
bool learn(const std::string& output, std::map<std::string, MissingModule>& table) {
  bool news = false;
  std::istringstream lines(output);
  std::string last_mark;
  for (std::string line; std::getline(lines, line);) {
    if (const auto name = between(line, "Cannot find file containing module: '", "'")) news |= table.try_emplace(*name).second;
    const auto pin = between(line, "Pin not found: '", "'");
    auto parameter = between(line, "Param '", "'");
    if (!parameter) parameter = between(line, "Parameter pin not found: '", "'");
    for (auto& [name, module] : table) {  // the message does not say which of them: more pins than needed do no harm
      if (pin) news |= module.pins.insert(*pin).second;
      if (parameter) news |= module.parameters.insert(*parameter).second;
    }
    if (const auto mark = between(line, kMark, "")) last_mark = *mark;
    if (const auto instance = between(line, "... In instance ", ""); instance && !last_mark.empty()) {
      if (const auto at = table.find(last_mark); at != table.end() && at->second.instance.empty()) at->second.instance = *instance;
      last_mark.clear();
    }
  }
  return news;
}

}  // namespace

std::map<std::string, MissingModule> missing_modules(const std::string& top, const std::vector<std::string>& words) {
  std::map<std::string, MissingModule> table;
  std::string name = (fs::temp_directory_path() / "vernier-missing-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return table;
  const fs::path file = fs::path(name) / "stand_ins.v";
  for (int round = 0; round < kMostRounds; ++round) {
    std::string text;
    for (const auto& [module, what] : table) text += text_of(module, what, true);
    if (!write_atomically(file, text)) break;
    std::vector<std::string> command{"verilator", "--lint-only", "-Wno-fatal", "-Wno-lint", "-Wno-style", "--unroll-count", "64", "--top-module", top};
    command.insert(command.end(), words.begin(), words.end());
    if (!table.empty()) command.push_back(file.string());
    if (!learn(run_program(command, true).output, table)) break;
  }
  std::error_code ec;
  fs::remove_all(name, ec);
  return table;
}

std::string stub_text(const std::string& name, const MissingModule& module) { return text_of(name, module, false); }

}  // namespace vernier::package
