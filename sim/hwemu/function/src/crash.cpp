// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "processes.hpp"
#include "windows.hpp"

namespace vernier_unit {
namespace {

constexpr int kExitCode = 1;  // as for every other access outside of memory
constexpr std::array kSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
char g_unit[64];
std::array<struct sigaction, kSignals.size()> g_before;

void on_signal(int signal, siginfo_t* info, void* context) {
  const char* process = processes().current_name();
  if (process == nullptr) {  // not in this unit's function
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      if (kSignals[i] != signal) continue;
      if ((g_before[i].sa_flags & SA_SIGINFO) != 0) return g_before[i].sa_sigaction(signal, info, context);
      ::sigaction(signal, &g_before[i], nullptr);
    }
    ::raise(signal);
    return;
  }
  char text[512];
  int size = 0;
  if (signal == SIGSEGV || signal == SIGBUS) {
    const char* where = describe_address(info->si_addr);
    size = std::snprintf(text, sizeof text, "vernier-hwemu: %s: the function (in %s) touched address %p, %s\n", g_unit, process, info->si_addr,
                         where != nullptr ? where : "which belongs to no argument: a wrong index of an array, a null pointer, or local arrays larger than the stack");
  } else {
    size = std::snprintf(text, sizeof text, "vernier-hwemu: %s: the function (in %s) ended with %s\n", g_unit, process,
                         signal == SIGABRT ? "abort() or a failed assertion" : signal == SIGFPE ? "a division by zero" : "an illegal instruction");
  }
  const int log = ::open("simulate.log", O_WRONLY | O_APPEND | O_CREAT, 0600);
  for (const int fd : {2, log}) (void)!::write(fd, text, static_cast<std::size_t>(size));
  ::_exit(kExitCode);
}

}  // namespace

void report_crashes(const char* unit) {
  std::strncpy(g_unit, unit, sizeof g_unit - 1);
  // a stack of its own: the process's may be what ended
  static char stack[65536];
  const stack_t alternative{stack, 0, sizeof stack};
  ::sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &g_before[i]);
}

}  // namespace vernier_unit
