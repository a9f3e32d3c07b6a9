// SPDX-License-Identifier: Apache-2.0
#include <vernier/scenarios/power_log.hpp>

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <fmt/format.h>

namespace vernier::scenarios {
namespace {

/// The field after `name,`, or nothing.
std::string_view field(std::string_view line, std::string_view name) {
  const std::string key = std::string(name) + ",";
  auto at = line.find(key);
  while (at != std::string_view::npos && at != 0 && line[at - 1] != ',') at = line.find(key, at + 1);
  if (at == std::string_view::npos) return {};
  const auto first = at + key.size();
  return line.substr(first, std::min(line.find(',', first), line.size()) - first);
}

}  // namespace

std::string power_time(WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%m-%d-%Y %T", &parts);
  return fmt::format("{}.{:03}", std::string_view(text.data(), size), std::chrono::floor<std::chrono::milliseconds>(time - whole).count());
}

Result<WallTime> parse_power_time(std::string_view text, std::string_view where) {
  std::tm parts{};
  int ms = 0, used = 0;
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%2d-%2d-%4d %2d:%2d:%2d.%3d%n", &parts.tm_mon, &parts.tm_mday, &parts.tm_year, &parts.tm_hour,
                  &parts.tm_min, &parts.tm_sec, &ms, &used) != 7 || static_cast<std::size_t>(used) != copy.size()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is not a time like 08-16-2021 21:57:27.139", text), std::string(where));
  }
  parts.tm_mon -= 1;
  parts.tm_year -= 1900;
  return std::chrono::system_clock::from_time_t(timegm(&parts)) + std::chrono::milliseconds(ms);
}

std::string spl_text(std::span<const PowerSample> samples, std::string_view mark) {
  std::string out;
  for (const auto& s : samples) {
    out += fmt::format("Time,{},Watts,{:.6f},Volts,-1.000000,Amps,-1.000000,PF,-1.000000,Mark,{}\n", power_time(s.time), s.watts, mark);
  }
  return out;
}

Result<std::vector<PowerSample>> parse_spl(std::string_view text, std::string_view where) {
  std::vector<PowerSample> samples;
  for (std::size_t at = 0, number = 1; at < text.size(); ++number) {
    const auto end = std::min(text.find('\n', at), text.size());
    auto line = text.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) continue;
    const auto place = fmt::format("{}:{}", where, number);
    const auto time = parse_power_time(field(line, "Time"), place);
    if (!time) return forward_error(time);
    const auto watts = field(line, "Watts");
    PowerSample sample{*time, 0};
    const auto [last, error] = std::from_chars(watts.data(), watts.data() + watts.size(), sample.watts);
    if (error != std::errc{} || last != watts.data() + watts.size()) {
      return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is no number of watts", watts), place);
    }
    samples.push_back(sample);
  }
  return samples;
}

Result<PowerMetric> power_metric(std::span<const PowerSample> samples, WallTime begin, WallTime end, Scenario scenario,
                                 std::uint64_t queries) {
  PowerMetric metric;
  metric.window_s = std::chrono::duration<double>(end - begin).count();
  double sum = 0;
  for (const auto& s : samples) {
    if (s.time <= begin || s.time >= end || s.watts <= 0) continue;
    sum += s.watts;
    ++metric.readings;
  }
  if (metric.readings == 0) {
    return fail(ErrorCode::kInvalidInput, fmt::format("no reading above 0 W between {} and {}", power_time(begin), power_time(end)), "power");
  }
  metric.watts = sum / static_cast<double>(metric.readings);
  if (scenario == Scenario::kServer || scenario == Scenario::kOffline) return metric;
  if (queries == 0) return fail(ErrorCode::kInvalidInput, "no queries to share the energy", "power");
  metric.joules_per_query = metric.watts * metric.window_s / static_cast<double>(queries);
  return metric;
}

}  // namespace vernier::scenarios
