// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::hwemu {

/// One call of the host: which function, and its message. The bytes are valid until the next receive().
struct Call {
  std::uint32_t api = 0;
  std::span<const std::byte> body;
};

/// A connected stream socket that carries calls and replies of the emulation driver, each a header and a body.
class Channel {
 public:
  /// Retries until somebody listens at `path`; kTimeout after `patience_s`, kUnavailable when `host_lives` says no more.
  [[nodiscard]] static Result<Channel> connect(const std::string& path, double patience_s, const std::function<bool()>& host_lives);
  explicit Channel(int fd) : fd_(fd) {}
  ~Channel();
  Channel(Channel&& other) noexcept;
  Channel& operator=(Channel&& other) noexcept;

  /// True when a call (or the end of the stream) can be read; waits at most `timeout_ms` (-1: for ever).
  [[nodiscard]] bool readable(int timeout_ms) const;
  /// Next call. kUnavailable when the other side has closed, kInvalidInput for a malformed header.
  [[nodiscard]] Result<Call> receive();
  /// The buffer of the next reply's body, empty; reply() sends it.
  [[nodiscard]] std::vector<std::byte>& reply_body();
  [[nodiscard]] Result<void> reply();
  /// A call from the device side: header with function number, then the body.
  [[nodiscard]] Result<void> call(std::uint32_t api, std::span<const std::byte> body);
  /// The answer to call(); its header has the same form as a call's.
  [[nodiscard]] Result<Call> answer() { return receive(); }

 private:
  [[nodiscard]] Result<void> read_all(std::span<std::byte> into) const;
  [[nodiscard]] Result<void> write_all(std::span<const std::byte> bytes) const;

  int fd_ = -1;
  std::vector<std::byte> in_, out_;  // kept between messages: fresh pages would cost more than the copy
};

}  // namespace vernier::hwemu
