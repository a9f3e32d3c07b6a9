// SPDX-License-Identifier: Apache-2.0
#include "simulation_process.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include <vernier/core/interrupt.hpp>

#include "npu_model.hpp"

// Part of SystemC's interface to its library: the kernel starts in SimulationProcess::start(), never through here.
extern "C" int sc_main(int, char**);
extern "C" int sc_main(int, char**) { return 0; }

namespace vernier::systemc {
namespace {

struct Head {
  std::uint32_t kind;
  std::uint32_t bytes;
};

bool write_all(int fd, const void* data, std::size_t bytes) {
  const auto* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const auto n = ::write(fd, at, bytes);
    if (n <= 0) return false;
    at += n;
    bytes -= static_cast<std::size_t>(n);
  }
  return true;
}

bool read_all(int fd, void* data, std::size_t bytes) {
  auto* at = static_cast<char*>(data);
  while (bytes > 0) {
    const auto n = ::read(fd, at, bytes);
    if (n <= 0) return false;
    at += n;
    bytes -= static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

void Home::send(std::uint32_t kind, const void* data, std::size_t bytes) {
  const Head head{kind, static_cast<std::uint32_t>(bytes)};
  if (!write_all(fd_, &head, sizeof head) || !write_all(fd_, data, bytes)) ::_exit(1);  // nobody listens any more
}

Result<SimulationProcess> SimulationProcess::start(const std::function<void(Home&)>& work) {
  int ends[2];
  if (::pipe(ends) != 0) return fail(ErrorCode::kIo, "no pipe can be made", "ruler systemc");
  const pid_t pid = ::fork();
  if (pid < 0) return fail(ErrorCode::kIo, "no process can be made", "ruler systemc");
  if (pid == 0) {
    ::close(ends[0]);
    std::signal(SIGINT, SIG_IGN);  // the parent ends this process
    silence_kernel();
    Home home(ends[1]);
    work(home);
    ::_exit(0);  // no destructors, no exit handlers: both belong to the parent
  }
  ::close(ends[1]);
  return SimulationProcess(pid, ends[0]);
}

SimulationProcess::SimulationProcess(SimulationProcess&& other) noexcept : pid_(std::exchange(other.pid_, -1)), fd_(other.fd_) {}

SimulationProcess::~SimulationProcess() {
  if (pid_ < 0) return;
  ::close(fd_);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Result<SimulationProcess::Frame> SimulationProcess::receive() {
  for (;;) {
    pollfd waiting{fd_, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, 100);
    if (interrupted()) return fail(ErrorCode::kInterrupted, "interrupted", "ruler systemc");
    if (ready > 0) break;
  }
  Head head{};
  if (!read_all(fd_, &head, sizeof head)) return fail(ErrorCode::kMismatch, "the simulating process ended without a report", "ruler systemc");
  Frame frame{head.kind, std::vector<char>(head.bytes)};
  if (!read_all(fd_, frame.bytes.data(), frame.bytes.size())) return fail(ErrorCode::kMismatch, "the simulating process ended in the middle of a report", "ruler systemc");
  return frame;
}

}  // namespace vernier::systemc
