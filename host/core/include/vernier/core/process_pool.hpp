// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier {

/// Runs jobs in child processes that begin as copies of this one and send bytes back. A job may use whatever this process
/// has built, as it is at start(), but no thread of it and no library that has threads of its own.
/// Children end with the pool and with this process, and on Ctrl-C at once.
class ProcessPool {
 public:
  using Job = std::function<std::vector<std::byte>()>;
  struct Finished {
    std::size_t id = 0;
    Result<std::vector<std::byte>> bytes;  ///< kUnavailable when the child died: names the job and the signal
  };

  explicit ProcessPool(std::size_t most) : most_(most) {}
  ~ProcessPool();
  ProcessPool(const ProcessPool&) = delete;
  ProcessPool& operator=(const ProcessPool&) = delete;

  [[nodiscard]] bool full() const { return children_.size() >= most_; }
  [[nodiscard]] bool empty() const { return children_.empty(); }
  /// @param id    comes back with the result
  /// @param name  for error messages: "group 3 (conv1 to conv2)"
  [[nodiscard]] Result<void> start(std::size_t id, std::string name, const Job& job);
  /// A job that has ended, waiting up to `timeout` for one.
  [[nodiscard]] std::optional<Finished> next(std::chrono::milliseconds timeout);

 private:
  struct Child {
    std::size_t id;
    std::string name;
    pid_t pid;
    int pipe;
    std::vector<std::byte> bytes;
  };
  [[nodiscard]] Finished reap(std::size_t child);

  std::size_t most_;
  std::vector<Child> children_;
};

}  // namespace vernier
