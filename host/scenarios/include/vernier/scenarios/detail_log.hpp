// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <source_location>
#include <span>
#include <string>
#include <string_view>

namespace vernier::scenarios {

/// mlperf_log_detail.txt: one JSON object a line behind ":::MLLOG ". Times are those of the clock of the run; process and
/// thread ids are 0, so that equal runs in virtual time leave equal files.
/// @par Source  LoadGen logging.h, AsyncLog::LogDetail
class DetailLog {
 public:
  enum class Severity : std::uint8_t { kInfo, kWarning, kError };

  /// Time of the lines that follow, ns from the start of the log.
  void set_time(std::int64_t ns) { time_ns_ = ns; }

  void text(std::string_view key, std::string_view value, std::source_location at = std::source_location::current());
  void error(std::string_view key, std::string_view value, std::source_location at = std::source_location::current());
  void flag(std::string_view key, bool value, std::source_location at = std::source_location::current());
  void integer(std::string_view key, std::integral auto value,
               std::source_location at = std::source_location::current()) {
    line(key, std::to_string(value), Severity::kInfo, at);
  }
  /// Six significant digits, as LoadGen prints.
  void decimal(std::string_view key, double value, std::source_location at = std::source_location::current());
  void list(std::string_view key, std::span<const std::uint32_t> values,
            std::source_location at = std::source_location::current());

  [[nodiscard]] std::uint64_t errors() const { return errors_; }
  [[nodiscard]] const std::string& str() const { return out_; }

 private:
  void line(std::string_view key, std::string_view json, Severity severity, const std::source_location& at);
  std::string out_;
  std::int64_t time_ns_ = 0;
  std::uint64_t errors_ = 0;
};

/// "%g": what an output stream makes of a double by default.
[[nodiscard]] std::string general(double value);

}  // namespace vernier::scenarios
