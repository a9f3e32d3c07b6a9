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
  show(false);
}

void Progress::cycles(Cycles of_this_run, double share) {
  cycles_ = of_this_run.count();
  share_ = share;
  show(false);
}

void Progress::show(bool force) {
  using namespace std::chrono_literals;
  const auto now = Clock::now();
  const auto pause = terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10000);
  if (!force && (now - start_ < 1s || now - last_ < pause)) return;
  last_ = now;
  shown_ = true;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const double of = of_ > 0 ? static_cast<double>(of_) : 1.0;
  const double total = (static_cast<double>(done_) + share_) / of;
  std::string text = fmt::format("{}: sample {} of {}", title_, done_, of_);
  if (cycles_ > 0) text += fmt::format(", {:.2f} M cycles of this one", static_cast<double>(cycles_) / 1e6);
  text += fmt::format(", {:.0f} %, {:.0f} s", 100 * total, elapsed);
  if (total > 0.01) text += fmt::format(", {:.0f} s left", elapsed / total - elapsed);
  if (terminal_) fmt::print(stderr, "\r\033[K{}", text);
  else fmt::print(stderr, "{}\n", text);
  std::fflush(stderr);
}

void Progress::finish() {
  if (terminal_ && shown_) fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
}

}  // namespace vernier::cli
