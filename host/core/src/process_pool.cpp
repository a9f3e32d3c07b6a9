// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/process_pool.hpp>

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace vernier {
namespace {

[[noreturn]] void be_child(const ProcessPool::Job& job, int pipe, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it ended before the line above
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  const auto bytes = job();
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto n = ::write(pipe, bytes.data() + sent, bytes.size() - sent);
    if (n < 0 && errno != EINTR) ::_exit(1);
    if (n > 0) sent += static_cast<std::size_t>(n);
  }
  ::_exit(0);  // what the parent holds is the parent's to close
}

}  // namespace

ProcessPool::~ProcessPool() {
  for (const auto& child : children_) {
    ::kill(child.pid, SIGKILL);
    ::close(child.pipe);
    while (::waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {}
  }
}

Result<void> ProcessPool::start(std::size_t id, std::string name, const Job& job) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return fail(ErrorCode::kUnavailable, std::string("no pipe: ") + std::strerror(errno), name);
  std::fflush(nullptr);  // else a child could write it once more
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    be_child(job, ends[1], parent);
  }
  ::close(ends[1]);
  if (pid < 0) {
    ::close(ends[0]);
    return fail(ErrorCode::kUnavailable, std::string("no process: ") + std::strerror(errno), name);
  }
  children_.push_back({id, std::move(name), pid, ends[0], {}});
  return {};
}

std::optional<ProcessPool::Finished> ProcessPool::next(std::chrono::milliseconds timeout) {
  std::vector<pollfd> waiting;
  for (const auto& child : children_) waiting.push_back({child.pipe, POLLIN, 0});
  if (::poll(waiting.data(), waiting.size(), static_cast<int>(timeout.count())) <= 0) return std::nullopt;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    if (waiting[i].revents == 0) continue;
    std::array<std::byte, 65536> chunk;
    const auto n = ::read(waiting[i].fd, chunk.data(), chunk.size());
    if (n > 0) children_[i].bytes.insert(children_[i].bytes.end(), chunk.begin(), chunk.begin() + n);
    else if (n == 0 || errno != EINTR) return reap(i);
  }
  return std::nullopt;
}

ProcessPool::Finished ProcessPool::reap(std::size_t index) {
  auto child = std::move(children_[index]);
  children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(index));
  ::close(child.pipe);
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {}
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {child.id, std::move(child.bytes)};
  const auto how = WIFSIGNALED(status) ? fmt::format("was ended by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)))
                                       : fmt::format("ended with status {}", WEXITSTATUS(status));
  return {child.id, fail(ErrorCode::kUnavailable, "the process of this job " + how, child.name)};
}

}  // namespace vernier
