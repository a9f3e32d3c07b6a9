// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/interrupt.hpp>

#include <csignal>

namespace vernier {
namespace {
volatile std::sig_atomic_t g_interrupted = 0;  // the one thing a signal handler may touch

void on_signal(int number) {
  g_interrupted = 1;
  std::signal(number, SIG_DFL);
}
}  // namespace

void install_interrupt_handler() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

bool interrupted() { return g_interrupted != 0; }

}  // namespace vernier
