// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/log_files.hpp>

#include <fmt/format.h>

#include <vernier/core/files.hpp>

namespace vernier::scenarios {

std::filesystem::path LogOutput::file(std::string_view name, std::string_view extension) const {
  return directory / fmt::format("{}{}{}.{}", prefix, name, suffix, extension);
}

std::string_view unofficial_notice() {
  return "Unverified MLPerf(TM)-style result in simulated time, not produced by MLCommons LoadGen. Result not verified by "
         "MLCommons Association. Unverified results have not been through an MLPerf(TM) review and may use measurement "
         "methodologies and/or workload implementations that are inconsistent with the MLPerf(TM) specification for "
         "verified results. The MLPerf(TM) name and logo are trademarks of MLCommons Association in the United States and "
         "other countries. All rights reserved. Unauthorized use strictly prohibited. See www.mlcommons.org for more "
         "information.";
}

Result<void> write_logs(const LogOutput& output, const LogFiles& files) {
  std::error_code failed;
  std::filesystem::create_directories(output.directory, failed);
  if (failed) return fail(ErrorCode::kIo, failed.message(), output.directory.string());
  const std::pair<std::filesystem::path, const std::string*> all[] = {
      {output.file("summary", "txt"), &files.summary},
      {output.file("detail", "txt"), &files.detail},
      {output.file("accuracy", "json"), &files.accuracy},
      {output.file("trace", "json"), &files.trace},
  };
  for (const auto& [file, text] : all) {
    if (auto written = write_atomically(file, *text); !written) return written;
  }
  return {};
}

}  // namespace vernier::scenarios
