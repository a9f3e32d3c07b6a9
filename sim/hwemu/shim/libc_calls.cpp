// SPDX-License-Identifier: Apache-2.0
// What the emulation driver calls in place of libc. Each replacement says which defect of the driver it is there for;
// nothing outside the driver is affected.
#include <malloc.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "simulators.hpp"

using namespace vernier::shim;

namespace {

// Room behind every allocation of the driver, untouched pages that cost nothing. Its messages are at most 8 MiB.
constexpr std::size_t kSlack = std::size_t{64} << 20;

bool is_socket(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode);
}

}  // namespace

extern "C" {

void* __real_malloc(std::size_t size);
void* __real_realloc(void* block, std::size_t size);
ssize_t __real_read(int fd, void* buffer, std::size_t size);
ssize_t __real_write(int fd, const void* buffer, std::size_t size);
int __real_kill(pid_t pid, int signal);
pid_t __real_fork();
int __real_select(int count, fd_set* read, fd_set* write, fd_set* except, timeval* timeout);
char* __real_getenv(const char* name);
int __real_bind(int fd, const sockaddr* address, socklen_t size);
int __real_system(const char* command);

// The driver grows message buffers with realloc and drops the result in Debian's build: the block must not move.
void* __wrap_malloc(std::size_t size) { return __real_malloc(size + kSlack); }
void* __wrap_realloc(void* block, std::size_t size) {
  if (block != nullptr && ::malloc_usable_size(block) >= size) return block;
  return __real_realloc(block, size + kSlack);
}

// Completion is awaited in steps of a second (the first of ten), messages in steps of ten. Waits for a run become
// 0.2 ms; a thread that keeps sleeping long is the message thread and backs off to 50 ms.
unsigned __wrap_sleep(unsigned seconds) {
  static thread_local useconds_t long_sleep_us = 1000;
  if (seconds < 10) {
    ::usleep(200);
  } else {
    ::usleep(long_sleep_us);
    long_sleep_us = std::min<useconds_t>(2 * long_sleep_us, 50'000);
  }
  return 0;
}

// The driver takes end of file for "nothing yet" and reads for ever.
ssize_t __wrap_read(int fd, void* buffer, std::size_t size) {
  const ssize_t got = __real_read(fd, buffer, size);
  if (size != 0 && (got == 0 || (got < 0 && errno == ECONNRESET)) && is_socket(fd)) simulator_ended();
  return got;
}
// A simulator that has gone must not end the host by SIGPIPE.
ssize_t __wrap_write(int fd, const void* buffer, std::size_t size) {
  if (!is_socket(fd)) return __real_write(fd, buffer, size);
  const ssize_t sent = ::send(fd, buffer, size, MSG_NOSIGNAL);
  if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) simulator_ended();
  return sent;
}

// The driver waits 300 s for a simulator that may have failed at start.
int __wrap_select(int count, fd_set* read, fd_set* write, fd_set* except, timeval* timeout) {
  constexpr suseconds_t kSliceUs = 20'000;
  long long left_us = timeout == nullptr ? -1 : timeout->tv_sec * 1'000'000LL + timeout->tv_usec;
  fd_set none;
  FD_ZERO(&none);
  const fd_set wanted[] = {read != nullptr ? *read : none, write != nullptr ? *write : none, except != nullptr ? *except : none};
  fd_set* const sets[] = {read, write, except};
  for (;;) {
    for (int i = 0; i < 3; ++i) {
      if (sets[i] != nullptr) *sets[i] = wanted[i];
    }
    timeval slice{0, left_us >= 0 && left_us < kSliceUs ? static_cast<suseconds_t>(left_us) : kSliceUs};
    const int ready = __real_select(count, read, write, except, &slice);
    if (ready != 0) return ready;
    if (left_us >= 0 && (left_us -= kSliceUs) <= 0) return 0;
    if (any_simulator_failed()) simulator_ended();
  }
}

// Simulators are the only children the driver starts. They learn where the sockets are.
pid_t __wrap_fork() {
  const std::string& folder = socket_folder();
  const pid_t child = __real_fork();
  if (child == 0) ::setenv("VERNIER_HWEMU_SOCKETS", folder.c_str(), 1);
  if (child > 0) note_simulator(child);
  return child;
}
// At close the driver waits for any child of the process group: for somebody else's, or for ever.
pid_t __wrap_waitpid(pid_t, int* status, int) { return reap_simulator(status); }
// Its handler of fatal signals passes them to the whole process group, the shell's other jobs included.
int __wrap_kill(pid_t pid, int signal) {
  if (pid != 0) return __real_kill(pid, signal);
  ::signal(signal, SIG_DFL);
  return ::raise(signal);
}

// Sockets lie in /tmp/$USER, or without USER all under one name. They go to a private folder.
char* __wrap_getenv(const char* name) {
  if (std::strcmp(name, "USER") == 0) return const_cast<char*>(socket_folder_name());
  return __real_getenv(name);
}
int __wrap_bind(int fd, const sockaddr* address, socklen_t size) {
  if (address->sa_family == AF_UNIX) note_socket(reinterpret_cast<const sockaddr_un*>(address)->sun_path);
  return __real_bind(fd, address, size);
}
// The run folder is opened to everybody; the owner is enough.
int __wrap_system(const char* command) {
  constexpr const char* kOpen = "chmod -R 777 ";
  if (std::strncmp(command, kOpen, std::strlen(kOpen)) != 0) return __real_system(command);
  return __real_system((std::string("chmod -R u+rwx ") + (command + std::strlen(kOpen))).c_str());
}

}  // extern "C"
