// SPDX-License-Identifier: Apache-2.0
#include <vernier/sweep/run.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <deque>
#include <thread>

#include <vernier/core/files.hpp>
#include <vernier/core/interrupt.hpp>

#include "log.hpp"

namespace vernier::sweep {
namespace {
namespace fs = std::filesystem;

constexpr auto kPoll = std::chrono::milliseconds(20), kReportEvery = std::chrono::milliseconds(200);

std::vector<std::string> command_of(const std::string& program, const Plan& plan, const Point& p, const fs::path& record) {
  std::vector<std::string> command{program, "run", p.model, "--target", p.target, "--ruler", p.ruler, "--json", record.string()};
  if (!p.memory.empty()) command.insert(command.end(), {"--memory", p.memory});
  command.insert(command.end(), plan.options.begin(), plan.options.end());
  return command;
}

/// Starts a command whose output goes to `log` and that ends with this process.
Result<pid_t> start(const std::vector<std::string>& command, const fs::path& log) {
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (out < 0) return fail(ErrorCode::kIo, std::string("cannot be opened: ") + std::strerror(errno), log.string());
  std::vector<char*> arguments;
  for (const auto& a : command) arguments.push_back(const_cast<char*>(a.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(out);
  if (pid < 0) return fail(ErrorCode::kIo, std::string("no process could be started: ") + std::strerror(errno), command[0]);
  return pid;
}

class LocalRun {
 public:
  LocalRun(const Plan& plan, const Folder& folder, const Work& work) : plan_(plan), folder_(folder), work_(work) {
    for (std::size_t i = work.share; i < plan.points.size(); i += work.shares) waiting_.push_back(&plan.points[i]);
  }
  ~LocalRun() {
    for (const auto& r : running_) {
      ::kill(r.pid, SIGKILL);
      ::waitpid(r.pid, nullptr, 0);
    }
  }
  LocalRun(const LocalRun&) = delete;
  LocalRun& operator=(const LocalRun&) = delete;

  Result<std::vector<Failure>> run() {
    while (!waiting_.empty() || !running_.empty()) {
      if (interrupted()) return fail(ErrorCode::kInterrupted, "stopped; records stay, and the same command goes on from them", folder_.path().string());
      bool moved = reap();
      const auto started = start_one();
      if (!started) return forward_error(started);
      moved = moved || *started;
      if (moved && std::chrono::steady_clock::now() - reported_ >= kReportEvery) report();
      if (!moved) std::this_thread::sleep_for(kPoll);
    }
    report();
    return std::move(failures_);
  }

 private:
  struct Running {
    const Point* point;
    pid_t pid;
    Claim claim;
  };

  /// Takes the next point that nobody has; false where there is nothing to take now.
  Result<bool> start_one() {
    if (running_.size() >= static_cast<std::size_t>(work_.jobs)) return false;
    for (std::size_t tried = waiting_.size(); tried > 0; --tried) {
      const Point* p = waiting_.front();
      waiting_.pop_front();
      if (folder_.has_record(*p)) return true;
      auto claim = folder_.claim(*p);
      if (!claim) return forward_error(claim);
      if (!*claim) {
        waiting_.push_back(p);
        continue;
      }
      if (folder_.has_record(*p)) return true;  // written since, by the process that had the claim
      folder_.remove_unfinished(*p);
      const auto pid = start(command_of(work_.program, plan_, *p, folder_.record(*p)), folder_.log(*p));
      if (!pid) return forward_error(pid);
      running_.push_back({p, *pid, std::move(**claim)});
      return true;
    }
    return false;
  }

  bool reap() {
    for (std::size_t i = 0; i < running_.size(); ++i) {
      int status = 0;
      if (::waitpid(running_[i].pid, &status, WNOHANG) != running_[i].pid) continue;
      const auto& p = *running_[i].point;
      if (!folder_.has_record(p)) failures_.push_back({p, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), last_line(folder_.log(p))});
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      return true;
    }
    return false;
  }

  /// Looks at every point's record: other processes may have written some.
  void report() {
    if (!work_.progress) return;
    reported_ = std::chrono::steady_clock::now();
    const auto done = std::ranges::count_if(plan_.points, [this](const Point& p) { return folder_.has_record(p); });
    work_.progress({static_cast<std::size_t>(done), failures_.size(), running_.size(), plan_.points.size()});
  }

  const Plan& plan_;
  const Folder& folder_;
  const Work& work_;
  std::deque<const Point*> waiting_;
  std::vector<Running> running_;
  std::vector<Failure> failures_;
  std::chrono::steady_clock::time_point reported_{};
};

}  // namespace

Result<std::vector<Failure>> run_local(const Plan& plan, const Folder& folder, const Work& work) { return LocalRun(plan, folder, work).run(); }

}  // namespace vernier::sweep
