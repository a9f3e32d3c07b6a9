// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::systemc {

/// Where a simulating process sends what it has to say: frames of a kind, a length and bytes.
class Home {
 public:
  explicit Home(int fd) : fd_(fd) {}
  void send(std::uint32_t kind, const void* data, std::size_t bytes);

 private:
  int fd_;
};

/// A simulation in a process of its own, because SystemC's kernel runs once in a process. Ends it when it goes out of scope.
class SimulationProcess {
 public:
  /// `work` sees this process' memory as it is now; what it sends is received here.
  [[nodiscard]] static Result<SimulationProcess> start(const std::function<void(Home&)>& work);
  SimulationProcess(SimulationProcess&& other) noexcept;
  SimulationProcess& operator=(SimulationProcess&&) = delete;
  ~SimulationProcess();

  struct Frame {
    std::uint32_t kind = 0;
    std::vector<char> bytes;
  };
  /// The next frame. kInterrupted on Ctrl-C; kMismatch when the process ended without one.
  [[nodiscard]] Result<Frame> receive();

 private:
  SimulationProcess(pid_t pid, int fd) : pid_(pid), fd_(fd) {}
  pid_t pid_;
  int fd_;
};

}  // namespace vernier::systemc
