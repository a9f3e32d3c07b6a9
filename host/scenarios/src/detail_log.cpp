// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/detail_log.hpp>

#include <array>
#include <cstdio>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>

namespace vernier::scenarios {
namespace {

std::string quoted(std::string_view text) {
  return nlohmann::json(std::string(text)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string_view file_name(const std::source_location& at) {
  const std::string_view path = at.file_name();
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

std::string general(double value) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%g", value);
  return {text.data(), static_cast<std::size_t>(length)};
}

void DetailLog::line(std::string_view key, std::string_view json, Severity severity, const std::source_location& at) {
  const bool is_error = severity == Severity::kError;
  if (is_error) ++errors_;
  fmt::format_to(std::back_inserter(out_),
                 ":::MLLOG {{\"key\": {}, \"value\": {}, \"time_ms\": {}.{:06}, \"namespace\": \"mlperf::logging\", "
                 "\"event_type\": \"POINT_IN_TIME\", \"metadata\": {{\"is_error\": {}, \"is_warning\": {}, "
                 "\"file\": \"{}\", \"line_no\": {}, \"pid\": 0, \"tid\": 0}}}}\n",
                 quoted(key), json, time_ns_ / 1'000'000, time_ns_ % 1'000'000, is_error,
                 severity == Severity::kWarning, file_name(at), at.line());
}

void DetailLog::text(std::string_view key, std::string_view value, std::source_location at) {
  line(key, quoted(value), Severity::kInfo, at);
}

void DetailLog::error(std::string_view key, std::string_view value, std::source_location at) {
  line(key, quoted(value), Severity::kError, at);
}

void DetailLog::flag(std::string_view key, bool value, std::source_location at) {
  line(key, value ? "true" : "false", Severity::kInfo, at);
}

void DetailLog::decimal(std::string_view key, double value, std::source_location at) {
  line(key, general(value), Severity::kInfo, at);
}

void DetailLog::list(std::string_view key, std::span<const std::uint32_t> values, std::source_location at) {
  line(key, fmt::format("[{}]", fmt::join(values, ",")), Severity::kInfo, at);
}

}  // namespace vernier::scenarios
