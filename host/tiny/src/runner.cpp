// SPDX-License-Identifier: Apache-2.0
#include <vernier/tiny/runner.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace vernier::tiny {
namespace {

constexpr std::size_t kBytesALine = 32;  // devices keep short command buffers
constexpr double kMargin = 1.05;         // on the length of a window, so that jitter does not cut it short

/// Text between a prefix and an end, of the first line that starts so.
std::optional<std::string> after(const std::vector<std::string>& lines, std::string_view prefix) {
  for (const auto& line : lines) {
    if (line.starts_with(prefix)) return line.substr(prefix.size());
  }
  return std::nullopt;
}

std::vector<float> numbers_in(const std::string& list) {
  std::vector<float> numbers;
  const char* at = list.c_str();
  for (char* end = nullptr;; at = end + 1) {
    const float v = std::strtof(at, &end);
    if (end == at) return numbers;
    numbers.push_back(v);
    if (*end != ',') return numbers;
  }
}

}  // namespace

Result<std::vector<std::string>> Runner::command(const std::string& text) {
  if (auto ok = link_.write(text + "%"); !ok) return forward_error(ok);
  std::vector<std::string> lines;
  while (true) {
    auto line = link_.read_until('\n', options_.answer_timeout_s);
    if (!line) return forward_error(line);
    if (!*line) return fail(ErrorCode::kUnavailable, "the device closed the line", link_.path());
    auto& answer = **line;
    while (!answer.empty() && (answer.back() == '\r' || answer.back() == ' ')) answer.pop_back();
    if (answer == "m-ready") return lines;
    if (answer.starts_with("e-[")) return fail(ErrorCode::kMismatch, fmt::format("the device answers {} to '{}'", answer, text.substr(0, 40)), link_.path());
    lines.push_back(std::move(answer));
  }
}

Result<Identity> Runner::identify() {
  constexpr double kQuiet = 0.3;  // a device greets when it starts: what it has said is no answer
  link_.drain(kQuiet);
  const auto named = command("name");
  if (!named) return forward_error(named);
  const auto profile = command("profile");
  if (!profile) return forward_error(profile);
  const auto name = after(*named, "m-name-");
  const auto model = after(*profile, "m-model-[");
  if (!name || !model) return fail(ErrorCode::kUnsupported, "does not answer name and profile as MLPerf Tiny's protocol has it", link_.path());
  return Identity{*name, model->substr(0, model->find(']'))};
}

Result<void> Runner::load(std::span<const std::byte> input) {
  if (const auto lines = command(fmt::format("db load {}", input.size())); !lines) return forward_error(lines);
  std::optional<std::string> done;
  for (std::size_t at = 0; at < input.size(); at += kBytesALine) {
    std::string hex = "db ";
    for (const auto b : input.subspan(at, std::min(kBytesALine, input.size() - at))) hex += fmt::format("{:02X}", std::to_integer<int>(b));
    const auto lines = command(hex);
    if (!lines) return forward_error(lines);
    done = after(*lines, "m-load-done");
  }
  if (!done) return fail(ErrorCode::kMismatch, fmt::format("did not take {} bytes of input", input.size()), link_.path());
  return {};
}

Result<Runner::Timed> Runner::infer(std::uint64_t times, std::uint64_t warm_up) {
  const auto lines = command(fmt::format("infer {} {}", times, warm_up));
  if (!lines) return forward_error(lines);
  Timed timed;
  for (const auto& line : *lines) {
    if (line.starts_with("m-lap-us-")) timed.laps_us.push_back(std::strtoull(line.c_str() + 9, nullptr, 10));
  }
  const auto list = after(*lines, "m-results-[");
  if (!list) return fail(ErrorCode::kMismatch, "gave no m-results", link_.path());
  timed.results = numbers_in(*list);
  return timed;
}

Result<std::vector<Window>> Runner::windows(std::span<const std::vector<std::byte>> inputs, const TimeOf& time_of) {
  if (inputs.empty()) return fail(ErrorCode::kInvalidInput, "no inputs to time", "runner");
  std::vector<Window> windows;
  std::uint64_t times = options_.least_inferences;
  while (windows.size() < options_.windows) {
    if (auto ok = load(inputs[windows.size() % inputs.size()]); !ok) return forward_error(ok);
    while (true) {
      const auto timed = infer(times, options_.warm_up);
      if (!timed) return forward_error(timed);
      auto window = time_of(*timed);
      if (!window) return forward_error(window);
      window->inferences = times;
      if (window->seconds >= options_.window_s) {
        windows.push_back(*window);
        break;
      }
      // a clock that has not moved says only that the window must grow
      const double factor = window->seconds > 1e-4 ? kMargin * options_.window_s / window->seconds : 1000;
      times = std::max(times + 1, static_cast<std::uint64_t>(std::ceil(factor * static_cast<double>(times))));
    }
  }
  return windows;
}

Result<std::vector<Window>> Runner::performance(std::span<const std::vector<std::byte>> inputs) {
  return windows(inputs, [this](const Timed& timed) -> Result<Window> {
    if (timed.laps_us.size() != 2 || timed.laps_us[1] < timed.laps_us[0]) {
      return fail(ErrorCode::kMismatch, fmt::format("gave {} laps of time in order, 2 are needed: is it in energy mode?", timed.laps_us.size()), link_.path());
    }
    return Window{0, 1e-6 * static_cast<double>(timed.laps_us[1] - timed.laps_us[0]), 0};
  });
}

Result<std::vector<Window>> Runner::energy(std::span<const std::vector<std::byte>> inputs, const Meter& meter) {
  return windows(inputs, [&meter](const Timed&) -> Result<Window> {
    const auto read = meter();
    if (!read) return forward_error(read);
    return Window{0, read->seconds, read->joules};
  });
}

Result<std::vector<std::vector<float>>> Runner::results(std::span<const std::vector<std::byte>> inputs) {
  std::vector<std::vector<float>> all;
  for (const auto& input : inputs) {
    if (auto ok = load(input); !ok) return forward_error(ok);
    auto timed = infer(1, 0);
    if (!timed) return forward_error(timed);
    all.push_back(std::move(timed->results));
  }
  return all;
}

}  // namespace vernier::tiny
