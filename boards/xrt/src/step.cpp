// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <vernier/core/files.hpp>
#include <vernier/core/interrupt.hpp>
#include <vernier/xrt/bringup.hpp>

namespace vernier::card {
namespace {

using nlohmann::json;
constexpr std::array<std::string_view, 16> kFaultNames{
    "none", "no device", "wrong UUID", "missing kernel", "register map mismatch", "no done", "slow clock", "dead bank", "stuck data bit",
    "swapped address bits", "aliased address", "wrong memory", "wrong results", "low bandwidth", "wrong network", "crash"};

json as_json(const StepReport& r) {
  return {{"state", static_cast<int>(r.state)}, {"fault", static_cast<int>(r.fault)}, {"finding", r.finding}, {"advice", r.advice}, {"figures", r.figures}};
}

void take(const std::string& text, StepReport& r) {
  const json j = json::parse(text);
  r.state = static_cast<StepState>(j.at("state").get<int>());
  r.fault = static_cast<Fault>(j.at("fault").get<int>());
  r.finding = j.at("finding");
  r.advice = j.at("advice");
  r.figures = j.at("figures").get<std::vector<std::pair<std::string, double>>>();
}

/// The last line that says something, without the driver's chatter.
std::string last_words(const std::string& log) {
  std::istringstream lines(log);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && !line.starts_with("INFO:") && line.find("scheduler") == std::string::npos) last = line;
  }
  return last;
}

[[noreturn]] void child(int result, const std::string& log, StepReport report, const std::function<void(StepReport&)>& work) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a card that hangs outlives nobody
  const int out = ::open(log.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  ::dup2(out, 1);
  ::dup2(out, 2);
  work(report);
  const std::string text = as_json(report).dump();
  (void)!::write(result, text.data(), text.size());
  ::_exit(0);  // the device goes with the process: closing would wait for a kernel that hangs
}

}  // namespace

std::string_view name_of(Fault fault) { return kFaultNames[static_cast<std::size_t>(fault)]; }
std::string_view name_of(StepState state) {
  constexpr std::array<std::string_view, 3> kNames{"passed", "failed", "skipped"};
  return kNames[static_cast<std::size_t>(state)];
}

void StepReport::fail(Fault what, std::string text, std::string try_this) {
  if (state == StepState::kFailed) return;  // the first finding explains the rest
  state = StepState::kFailed;
  fault = what;
  finding = std::move(text);
  advice = std::move(try_this);
}
void StepReport::skip(std::string why) {
  if (state == StepState::kFailed) return;
  state = StepState::kSkipped;
  finding = std::move(why);
}

StepReport run_step(std::string name, std::string proves, double patience_s, const std::function<void(StepReport&)>& work) {
  StepReport report;
  report.name = std::move(name);
  report.proves = std::move(proves);
  const EmulatedRoot folder;
  const std::string log = (folder.path() / "step.log").string();
  std::array<int, 2> ends{};
  if (folder.path().empty() || ::pipe2(ends.data(), O_CLOEXEC) != 0) {
    report.fail(Fault::kCrashed, "no temporary folder or pipe", "free space or raise limits");
    return report;
  }
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) child(ends[1], log, report, work);
  ::close(ends[1]);
  std::string text;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(patience_s);
  bool late = false;
  for (std::array<char, 4096> chunk{};;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    pollfd wanted{ends[0], POLLIN, 0};
    const int ready = left <= 0 ? 0 : ::poll(&wanted, 1, static_cast<int>(left));
    late = ready == 0 || interrupted();
    if (late) break;
    if (ready < 0) continue;
    const ssize_t n = ::read(ends[0], chunk.data(), chunk.size());
    if (n <= 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  int status = 0;
  if (late) ::kill(-pid, SIGKILL);
  if (pid > 0) ::waitpid(pid, &status, 0);
  const auto words = last_words(read_text(log).value_or(""));
  if (!late && !text.empty()) {
    take(text, report);
  } else if (interrupted()) {
    report.skip("interrupted");
  } else if (late) {
    report.fail(Fault::kCrashed, fmt::format("not done after {} s; last said: {}", patience_s, words), "look at dmesg and xbutil examine; on an emulated card at simulate.log");
  } else {
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    const bool hang = code == static_cast<int>(ErrorCode::kTimeout);
    report.fail(hang ? Fault::kNoDone : Fault::kCrashed, fmt::format("the process that used the card ended with {}: {}", code, words),
                "run the host alone under a debugger; on an emulated card see simulate.log");
  }
  return report;
}

}  // namespace vernier::card
