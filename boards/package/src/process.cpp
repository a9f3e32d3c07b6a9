// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace vernier::package {

Ended run_program(const std::vector<std::string>& command, bool capture) {
  std::vector<char*> argv;
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  Ended ended;
  int ends[2] = {-1, -1};
  if (capture && ::pipe(ends) != 0) return ended;
  const pid_t child = ::fork();
  if (child == 0) {
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
  if (child > 0 && capture) {
    std::array<char, 4096> chunk{};
    for (ssize_t n = 0; (n = ::read(ends[0], chunk.data(), chunk.size())) != 0;) {
      if (n > 0) ended.output.append(chunk.data(), static_cast<std::size_t>(n));
      if (n < 0 && errno != EINTR) break;
    }
  }
  if (capture) ::close(ends[0]);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) < 0) return ended;
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return ended;
}

}  // namespace vernier::package
