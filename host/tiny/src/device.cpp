// SPDX-License-Identifier: Apache-2.0
#include <vernier/tiny/device.hpp>

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <sstream>

namespace vernier::tiny {
namespace {

constexpr double kNever = 1e9;  // a device waits for its host
constexpr std::uint64_t kDefaultWarmUp = 10;

std::vector<std::string> words_of(const std::string& command) {
  std::istringstream in(command);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(std::move(word));
  return words;
}

std::optional<std::uint64_t> count_of(const std::string& word, int base = 10) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base);
  return error == std::errc{} && end == word.data() + word.size() ? std::optional(value) : std::nullopt;
}

std::string error_line(const std::string& text) { return fmt::format("e-[{}]\r\n", text); }

}  // namespace

Result<void> Device::serve(Link& link) {
  if (auto ok = link.write("m-timestamp-mode-" + std::string(mode_ == Mode::kEnergy ? "energy" : "performance") + "\r\nm-ready\r\n"); !ok) return ok;
  while (true) {
    const auto command = link.read_until('%', kNever);
    if (!command) return forward_error(command);
    if (!*command) return {};
    if (auto ok = link.write(answer(**command)); !ok) return ok;
  }
}

std::string Device::timestamp() {
  if (mode_ == Mode::kPerformance) return fmt::format("m-lap-us-{}\r\n", target_.now_us());
  if (target_.edge) target_.edge();
  return "";
}

std::string Device::results() const {
  std::string list;
  for (const float v : results_) list += fmt::format("{}{:.3f}", list.empty() ? "" : ",", v);
  return fmt::format("m-results-[{}]\r\n", list);
}

std::string Device::buffer(const std::vector<std::string>& words) {
  if (words.size() == 3 && words[1] == "load") {
    const auto count = count_of(words[2]);
    if (!count || *count == 0 || *count > target_.input_bytes) return error_line(fmt::format("db load {}: 1 to {} bytes fit", words[2], target_.input_bytes));
    expected_ = *count;
    buffer_.clear();
    return fmt::format("m-[Expecting {} bytes]\r\n", expected_);
  }
  if (words.size() == 2 && words[1] == "print") {
    std::string out = "m-buffer-";
    for (const auto b : buffer_) out += fmt::format("{:02X}", std::to_integer<int>(b));
    return out + "\r\n";
  }
  if (words.size() != 2 || words[1].size() % 2 != 0) return error_line("db takes load N, print or pairs of hexadecimal digits");
  if (buffer_.size() + words[1].size() / 2 > expected_) return error_line(fmt::format("more than the {} bytes expected", expected_));
  for (std::size_t i = 0; i < words[1].size(); i += 2) {
    const auto byte = count_of(words[1].substr(i, 2), 16);
    if (!byte) return error_line(fmt::format("'{}' is not hexadecimal", words[1].substr(i, 2)));
    buffer_.push_back(static_cast<std::byte>(*byte));
  }
  return buffer_.size() == expected_ ? "m-load-done\r\n" : "";
}

std::string Device::infer(const std::vector<std::string>& words) {
  const auto times = words.size() > 1 ? count_of(words[1]) : std::optional<std::uint64_t>(1);
  const auto warm_up = words.size() > 2 ? count_of(words[2]) : std::optional(kDefaultWarmUp);
  if (!times || !warm_up || *times == 0 || words.size() > 3) return error_line("infer takes a count above 0, and one of warm-up runs");
  if (buffer_.size() != target_.input_bytes) return error_line(fmt::format("the input holds {} bytes, the model takes {}", buffer_.size(), target_.input_bytes));
  std::string out = fmt::format("m-warmup-start-{}\r\n", *warm_up);
  if (*warm_up > 0) {
    if (const auto ran = target_.infer(buffer_, *warm_up); !ran) return error_line(to_string(ran.error()));
  }
  out += fmt::format("m-warmup-done\r\nm-infer-start-{}\r\n", *times);
  out += timestamp();
  auto ran = target_.infer(buffer_, *times);
  if (!ran) return error_line(to_string(ran.error()));
  out += timestamp();
  results_ = std::move(*ran);
  return out + "m-infer-done\r\n" + results();
}

std::string Device::answer(const std::string& command) {
  const auto words = words_of(command);
  const auto verb = words.empty() ? std::string() : words[0];
  std::string out;
  if (verb == "name") {
    out = fmt::format("m-name-{}-[{}]\r\n", target_.name, target_.vendor);
  } else if (verb == "profile") {
    out = fmt::format("m-profile-[MLPerf Tiny text protocol]\r\nm-model-[{}]\r\n", target_.model);
  } else if (verb == "timestamp") {
    out = timestamp();
  } else if (verb == "db") {
    out = buffer(words);
  } else if (verb == "infer") {
    out = infer(words);
  } else if (verb == "results") {
    out = results();
  } else {
    out = error_line("Unknown command: " + verb);
  }
  return out + "m-ready\r\n";
}

}  // namespace vernier::tiny
