// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include <vernier/core/interrupt.hpp>

namespace vernier::package {
namespace {

constexpr int kLookMs = 20, kPatienceMs = 5000;

/// Passes an interrupt on, and after a while kills what does not end.
class Interrupter {
 public:
  explicit Interrupter(pid_t group) : group_(group) {}
  void look() {
    if (!interrupted()) return;
    if (waited_ == 0) ::kill(-group_, SIGTERM);
    if (waited_ >= kPatienceMs) ::kill(-group_, SIGKILL);
    waited_ += kLookMs;
  }

 private:
  pid_t group_;
  int waited_ = 0;
};

}  // namespace

Ended run_program(const std::vector<std::string>& command, bool capture) {
  std::vector<char*> argv;
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  Ended ended;
  int ends[2] = {-1, -1};
  if (capture && ::pipe(ends) != 0) return ended;
  const pid_t child = ::fork();
  if (child == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (capture) {
      ::dup2(ends[1], 1);
      ::dup2(ends[1], 2);
      ::close(ends[0]);
      ::close(ends[1]);
    }
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  if (capture) ::close(ends[1]);
  if (child > 0) ::setpgid(child, child);  // both sides: whoever is first
  Interrupter interrupter(child);
  while (child > 0 && capture) {
    interrupter.look();
    pollfd readable{ends[0], POLLIN, 0};
    if (::poll(&readable, 1, kLookMs) <= 0) continue;
    std::array<char, 4096> chunk{};
    const auto n = ::read(ends[0], chunk.data(), chunk.size());
    if (n <= 0) break;
    ended.output.append(chunk.data(), static_cast<std::size_t>(n));
  }
  if (capture) ::close(ends[0]);
  if (child < 0) return ended;
  int status = 0;
  pid_t done = 0;
  while ((done = ::waitpid(child, &status, WNOHANG)) == 0) {
    interrupter.look();
    ::poll(nullptr, 0, kLookMs);
  }
  if (done < 0) return ended;
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return ended;
}

}  // namespace vernier::package
