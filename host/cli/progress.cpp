// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace vernier::cli {

Progress::Progress(std::string title) : title_(std::move(title)), terminal_(::isatty(STDERR_FILENO) != 0) {}

void Progress::samples(std::int64_t done, std::int64_t of) {
  done_ = done;
  of_ = of;
  cycles_ = 0;
  share_ = 0;
  show();
}

void Progress::cycles(Cycles of_this_run, double share) {
  cycles_ = of_this_run.count();
  share_ = share;
  show();
}

void Progress::text(const std::string& what) {
  if (due()) print(fmt::format("{}: {}", title_, what));
}

bool Progress::due() {
  using namespace std::chrono_literals;
  const auto now = Clock::now();
  const auto pause = terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10000);
  if (now - start_ < 1s || now - last_ < pause) return false;
  last_ = now;
  shown_ = true;
  return true;
}

void Progress::print(const std::string& line) {
  if (terminal_) fmt::print(stderr, "\r\033[K{}", line);
  else fmt::print(stderr, "{}\n", line);
  std::fflush(stderr);
}

void Progress::show() {
  if (!due()) return;
  const double elapsed = std::chrono::duration<double>(last_ - start_).count();
  const double of = of_ > 0 ? static_cast<double>(of_) : 1.0;
  const double total = (static_cast<double>(done_) + share_) / of;
  std::string text = fmt::format("{}: sample {} of {}", title_, done_, of_);
  if (cycles_ > 0) text += fmt::format(", {:.2f} M cycles of this one", static_cast<double>(cycles_) / 1e6);
  text += fmt::format(", {:.0f} %, {:.0f} s", 100 * total, elapsed);
  if (total > 0.01) text += fmt::format(", {:.0f} s left", elapsed / total - elapsed);
  print(text);
}

void Progress::finish() {
  if (terminal_ && shown_) fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
}

}  // namespace vernier::cli
