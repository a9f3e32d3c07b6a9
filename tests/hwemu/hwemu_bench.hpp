// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "../e2e/process.hpp"

/// What the tests of hardware emulation share: packed kernels, hosts in the environment of hw_emu.env.
namespace bench {

namespace fs = std::filesystem;

inline const std::string kTools = std::string(VERNIER_BINARY_DIR) + "/tests/hwemu/";
inline const std::string kVadd = std::string(VERNIER_SOURCE_DIR) + "/tests/hwemu/vadd";

inline e2e::Ran pack_vadd(int units, const std::string& xclbin, const std::string& more = "") {
  return e2e::shell(kTools + "hwemu_pack vadd " + kVadd + " " + std::to_string(units) + " " + xclbin + " " + more);
}

/// `vernier kernel pack` of what must go well.
inline void pack(const std::string& arguments) {
  const auto packed = e2e::vernier("kernel pack " + arguments);
  INFO(arguments << ": " << packed.text);
  REQUIRE(packed.code == 0);
}

/// And of what must be refused, with that exit code and these words.
inline void refused(const std::string& arguments, int code, const std::vector<std::string>& words) {
  const auto ran = e2e::vernier("kernel pack " + arguments);
  INFO(arguments << ": " << ran.text);
  CHECK(ran.code == code);
  for (const auto& word : words) CHECK(ran.text.find(word) != std::string::npos);
}

/// Runs `command` as a host of the xclbin in `folder`; in a session of its own, as the driver signals process groups.
inline e2e::Ran host(const e2e::Folder& folder, const std::string& command, const std::string& environment = "") {
  return e2e::shell("set -a; . " + (folder / "hw_emu.env") + "; SDACCEL_EM_RUN_DIR=" + folder.str() + "; " + environment + " set +a; cd " +
                    folder.str() + " && timeout -s KILL 120 setsid -w " + command);
}

/// A host that runs beside the test, its output in a file.
class Background {
 public:
  Background(const e2e::Folder& folder, const std::string& command, const std::string& environment = "") : log_(folder / "host.log") {
    fs::remove(log_);
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::setsid();
    const int out = ::open(log_.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    ::dup2(out, 1);
    ::dup2(out, 2);
    const std::string line = "set -a; . " + (folder / "hw_emu.env") + "; SDACCEL_EM_RUN_DIR=" + folder.str() + "; " + environment +
                             " set +a; cd " + folder.str() + " && exec " + command;
    ::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    ::_exit(127);
  }
  ~Background() {
    if (!reaped_) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string output() const {
    std::ifstream in(log_);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  [[nodiscard]] bool says(const std::string& text, double patience_s) const {
    return eventually(patience_s, [&] { return output().find(text) != std::string::npos; });
  }
  /// The exit code, 128 + signal, or -1 when it has not ended in time.
  [[nodiscard]] int ends_within(double patience_s) {
    int status = 0;
    if (!eventually(patience_s, [&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; })) return -1;
    reaped_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  template <class Condition>
  static bool eventually(double patience_s, Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(patience_s);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
  }

 private:
  std::string log_;
  pid_t pid_ = -1;
  bool reaped_ = false;
};

/// The child of `host` that is a simulator by now, or 0.
inline pid_t simulator_child(pid_t host) {
  std::ifstream children("/proc/" + std::to_string(host) + "/task/" + std::to_string(host) + "/children");
  for (pid_t child = 0; children >> child;) {
    std::ifstream comm("/proc/" + std::to_string(child) + "/comm");
    std::string name;
    if (comm >> name && name == "vernier-hwemu") return child;
  }
  return 0;
}

/// The simulator a host has started; loading an xclbin does not wait for it.
inline pid_t simulator_of(pid_t host) {
  pid_t simulator = 0;
  (void)Background::eventually(5, [&] { return (simulator = simulator_child(host)) != 0; });
  return simulator;
}

/// Whether `pid` is a living process (a zombie is not).
inline bool alive(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name, state;
  return static_cast<bool>(stat >> number >> name >> state) && state != "Z";
}

/// Simulators that serve the host `pid`, whoever their parent is by now: its process id ends their socket's name.
inline int simulators_of(pid_t pid) {
  int count = 0;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator("/proc", ec)) {
    std::ifstream comm(entry.path() / "comm"), environ(entry.path() / "environ", std::ios::binary);
    std::string name;
    if (!(comm >> name) || name != "vernier-hwemu") continue;
    for (std::string variable; std::getline(environ, variable, '\0');) {
      count += variable.starts_with("EMULATION_SOCKETID=") && variable.ends_with("_" + std::to_string(pid)) ? 1 : 0;
    }
  }
  return count;
}

/// Sockets of the host `pid`; their names end in its process id.
inline int sockets_of(pid_t pid) {
  int count = 0;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator("/tmp/vernier-" + std::to_string(::getuid()), ec)) {
    count += entry.path().filename().string().ends_with("_" + std::to_string(pid)) ? 1 : 0;
  }
  return count;
}

}  // namespace bench
