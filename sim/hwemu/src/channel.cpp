// SPDX-License-Identifier: Apache-2.0
#include <vernier/hwemu/channel.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <vernier/hwemu/wire.hpp>

namespace vernier::hwemu {
namespace {

constexpr std::size_t kCallHeader = 14;   // size as fixed64, function as fixed32
constexpr std::size_t kReplyHeader = 9;   // size as fixed64 alone
constexpr std::uint64_t kLongestBody = std::uint64_t{256} << 20;
constexpr int kSocketBuffer = 4 << 20;

tl::unexpected<Error> gone() { return fail(ErrorCode::kUnavailable, "the host has closed the connection", "socket"); }

}  // namespace

Result<Channel> Channel::connect(const std::string& path, double patience_s, const std::function<bool()>& host_lives) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(ErrorCode::kInvalidInput, "path of a socket is too long", path);
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(patience_s);
  for (;;) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail(ErrorCode::kIo, std::strerror(errno), path);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof kSocketBuffer);
      return Channel(fd);
    }
    ::close(fd);
    if (!host_lives()) return gone();
    if (std::chrono::steady_clock::now() > deadline) return fail(ErrorCode::kTimeout, "no host listens", path);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

Channel::~Channel() {
  if (fd_ >= 0) ::close(fd_);
}
Channel::Channel(Channel&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), in_(std::move(other.in_)), out_(std::move(other.out_)) {}
Channel& Channel::operator=(Channel&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(in_, other.in_);
  std::swap(out_, other.out_);
  return *this;
}

bool Channel::readable(int timeout_ms) const {
  pollfd wanted{fd_, POLLIN, 0};
  return ::poll(&wanted, 1, timeout_ms) > 0;
}

Result<void> Channel::read_all(std::span<std::byte> into) const {
  while (!into.empty()) {
    const ssize_t got = ::read(fd_, into.data(), into.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return gone();
    into = into.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

Result<void> Channel::write_all(std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return gone();
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<Call> Channel::receive() {
  std::array<std::byte, kCallHeader> header;
  if (auto r = read_all(header); !r) return forward_error(r);
  WireReader reader(header);
  Call call;
  std::uint64_t size = 0;
  while (const auto field = reader.next()) {
    if (field->number == 1) size = field->value;
    if (field->number == 2) call.api = static_cast<std::uint32_t>(field->value);
  }
  if (reader.bad() || size > kLongestBody) {
    return fail(ErrorCode::kInvalidInput, fmt::format("malformed message header (body of {} bytes, at most {})", size, kLongestBody), "socket");
  }
  if (in_.size() < size) in_.resize(size);
  const auto body = std::span(in_).first(size);
  if (auto r = read_all(body); !r) return forward_error(r);
  call.body = body;
  return call;
}

std::vector<std::byte>& Channel::reply_body() {
  out_.resize(kReplyHeader);
  return out_;
}

Result<void> Channel::reply() {
  const std::uint64_t size = out_.size() - kReplyHeader;
  out_[0] = std::byte{1 << 3 | 1};
  std::memcpy(out_.data() + 1, &size, sizeof size);
  return write_all(out_);
}

Result<void> Channel::call(std::uint32_t api, std::span<const std::byte> body) {
  std::vector<std::byte> message;
  WireWriter writer(message);
  writer.fixed64(1, body.size());
  writer.fixed32(2, api);
  message.insert(message.end(), body.begin(), body.end());
  return write_all(message);
}

}  // namespace vernier::hwemu
