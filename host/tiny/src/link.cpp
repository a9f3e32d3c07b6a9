// SPDX-License-Identifier: Apache-2.0
#include <vernier/tiny/link.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <vernier/core/interrupt.hpp>

namespace vernier::tiny {
namespace {

std::optional<speed_t> speed_of(int baud) {
  switch (baud) {
    case 9'600: return B9600;
    case 115'200: return B115200;
    case 921'600: return B921600;
    default: return std::nullopt;
  }
}

/// No echo, no line editing, no translation of line ends.
bool make_raw(int descriptor, speed_t speed) {
  termios settings{};
  if (::tcgetattr(descriptor, &settings) != 0) return false;
  ::cfmakeraw(&settings);
  ::cfsetspeed(&settings, speed);
  return ::tcsetattr(descriptor, TCSANOW, &settings) == 0;
}

}  // namespace

Result<Link> Link::open(const std::string& path, int baud) {
  const auto speed = speed_of(baud);
  if (!speed) return fail(ErrorCode::kUnavailable, fmt::format("{} baud; 9600, 115200 and 921600 are known", baud), path);
  Link link(::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC), path);
  if (link.descriptor_ < 0) return fail(ErrorCode::kUnavailable, fmt::format("cannot be opened: {}", std::strerror(errno)), path);
  if (!make_raw(link.descriptor_, *speed)) return fail(ErrorCode::kUnavailable, fmt::format("is no serial line: {}", std::strerror(errno)), path);
  return link;
}

Result<std::pair<Link, Link>> Link::pair() {
  int keeper = -1, peer = -1;
  std::array<char, 128> name{};
  if (::openpty(&keeper, &peer, name.data(), nullptr, nullptr) != 0) {
    return fail(ErrorCode::kUnavailable, fmt::format("no pseudo terminal: {}", std::strerror(errno)), "pty");
  }
  // a simulator that a ruler starts must not hold the line open
  for (const int end : {keeper, peer}) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  std::pair<Link, Link> ends(Link(keeper, name.data()), Link(peer, name.data()));
  if (!make_raw(peer, B115200)) return fail(ErrorCode::kUnavailable, std::strerror(errno), name.data());
  return ends;
}

Link::Link(Link&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)), pending_(std::move(other.pending_)) {}

Link& Link::operator=(Link&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  std::swap(pending_, other.pending_);
  return *this;
}

Link::~Link() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> Link::write(std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(descriptor_, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(ErrorCode::kIo, fmt::format("cannot be written: {}", std::strerror(errno)), path_);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<std::optional<std::string>> Link::read_until(char end, double timeout_s) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::duration<double>(timeout_s);
  std::size_t searched = 0;
  while (true) {
    if (const auto at = pending_.find(end, searched); at != std::string::npos) {
      auto text = pending_.substr(0, at);
      pending_.erase(0, at + 1);
      return std::optional(std::move(text));
    }
    searched = pending_.size();
    if (interrupted()) return fail(ErrorCode::kInterrupted, "interrupted", path_);
    if (Clock::now() >= deadline) return fail(ErrorCode::kTimeout, fmt::format("no answer within {:g} s; so far '{}'", timeout_s, pending_), path_);
    pollfd ready{descriptor_, POLLIN, 0};
    if (::poll(&ready, 1, 100) <= 0) continue;
    std::array<char, 4096> chunk{};
    const auto n = ::read(descriptor_, chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::optional<std::string>();  // the other side is gone; a pseudo terminal says so with EIO
    pending_.append(chunk.data(), static_cast<std::size_t>(n));
  }
}

void Link::drain(double quiet_s) {
  pending_.clear();
  pollfd ready{descriptor_, POLLIN, 0};
  std::array<char, 4096> chunk{};
  while (::poll(&ready, 1, static_cast<int>(1e3 * quiet_s)) > 0 && ::read(descriptor_, chunk.data(), chunk.size()) > 0) {
  }
}

}  // namespace vernier::tiny
