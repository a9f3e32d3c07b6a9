// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <vernier/core/result.hpp>

namespace vernier::tiny {

/// One end of a serial line: a board's port, or one end of a pseudo terminal. Movable, owns its descriptor.
class Link {
 public:
  /// A serial port or pseudo terminal by its path, raw, at `baud` where it is a real port.
  /// @retval kUnavailable  it cannot be opened, or has no such speed
  [[nodiscard]] static Result<Link> open(const std::string& path, int baud = 115'200);
  /// Both ends of a new pseudo terminal: the one that keeps it alive, and the one programs may open by path().
  [[nodiscard]] static Result<std::pair<Link, Link>> pair();
  Link(Link&& other) noexcept;
  Link& operator=(Link&& other) noexcept;
  ~Link();

  [[nodiscard]] Result<void> write(std::string_view text);
  /// Text up to and without `end`, or nothing when the other side has closed the line.
  /// @retval kTimeout      not within `timeout_s`
  /// @retval kInterrupted  Ctrl-C
  [[nodiscard]] Result<std::optional<std::string>> read_until(char end, double timeout_s);
  /// Drops what the other side says until it has been quiet for so long.
  void drain(double quiet_s);
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  Link(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  int descriptor_ = -1;
  std::string path_;
  std::string pending_;
};

}  // namespace vernier::tiny
