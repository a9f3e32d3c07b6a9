// SPDX-License-Identifier: Apache-2.0
#include "simulators.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <vector>

// the driver's calls are replaced, this file wants the real ones
extern "C" pid_t __real_waitpid(pid_t pid, int* status, int options);
extern "C" int __real_kill(pid_t pid, int signal);

namespace vernier::shim {
namespace {

constexpr int kEndedStatus = 70;  // EX_SOFTWARE
constexpr useconds_t kPollUs = 1000;
constexpr int kClosePatience = 10'000;  // polls
constexpr int kStatusPatience = 500;    // polls from end of file to a status

struct State {
  std::mutex mutex;
  std::vector<pid_t> simulators;
  std::vector<std::string> sockets;
};
State& state() {
  static auto* const kept = new State;  // outlives static destructors: the driver closes devices from one
  return *kept;
}

/// How `pid` ended, without reaping it; false while it runs.
bool ended(pid_t pid, siginfo_t& how) {
  how = {};
  return ::waitid(P_PID, static_cast<id_t>(pid), &how, WEXITED | WNOHANG | WNOWAIT) == 0 && how.si_pid == pid;
}
bool failed(const siginfo_t& how) { return how.si_code != CLD_EXITED || how.si_status != 0; }

}  // namespace

const std::string& socket_folder() {
  static const std::string folder = [] {
    std::string name = "/tmp/vernier-" + std::to_string(::getuid());
    ::mkdir(name.c_str(), 0700);
    struct stat info {};
    if (::lstat(name.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::getuid() || (info.st_mode & 0077) != 0) {
      std::fprintf(stderr, "vernier: %s must be a folder of yours that nobody else can enter (mode 0700); remove it\n", name.c_str());
      ::_exit(kEndedStatus);
    }
    return name;
  }();
  return folder;
}

const char* socket_folder_name() { return socket_folder().c_str() + std::strlen("/tmp/"); }

void note_simulator(pid_t pid) {
  const std::lock_guard lock(state().mutex);
  state().simulators.push_back(pid);
}

void note_socket(const char* path) {
  const std::lock_guard lock(state().mutex);
  state().sockets.emplace_back(path);
}

bool any_simulator_failed() {
  const std::lock_guard lock(state().mutex);
  return std::ranges::any_of(state().simulators, [](pid_t pid) {
    siginfo_t how;
    return ended(pid, how) && failed(how);
  });
}

void simulator_ended() {
  static std::mutex once;
  once.lock();  // a second thread that notices the same end stops here
  int status = kEndedStatus;
  char how_text[64] = "no status";
  {
    const std::lock_guard lock(state().mutex);
    siginfo_t how{};
    bool known = false;
    for (int i = 0; i < kStatusPatience && !known && !state().simulators.empty(); ++i) {
      known = std::ranges::any_of(state().simulators, [&how](pid_t pid) { return ended(pid, how); });
      if (!known) ::usleep(kPollUs);
    }
    if (known && how.si_code == CLD_EXITED) {
      std::snprintf(how_text, sizeof how_text, "exit status %d", how.si_status);
      if (how.si_status >= 1 && how.si_status <= 6) status = how.si_status;
    } else if (known) {
      std::snprintf(how_text, sizeof how_text, "signal %d", how.si_status);
    }
    for (const auto& path : state().sockets) ::unlink(path.c_str());
  }
  std::fflush(stdout);
  std::fprintf(stderr, "vernier: the device simulator ended (%s) while this program was using it\n", how_text);
  ::_exit(status);
}

pid_t reap_simulator(int* status) {
  for (int i = 0;; ++i) {
    {
      const std::lock_guard lock(state().mutex);
      auto& pids = state().simulators;
      if (pids.empty()) return 0;
      if (i == kClosePatience) __real_kill(pids.front(), SIGKILL);
      for (auto pid = pids.begin(); pid != pids.end(); ++pid) {
        const pid_t done = __real_waitpid(*pid, status, WNOHANG);
        if (done == 0) continue;
        const pid_t which = *pid;
        pids.erase(pid);  // ended, or reaped by the host itself
        return which;
      }
    }
    ::usleep(kPollUs);
  }
}

}  // namespace vernier::shim
