// SPDX-License-Identifier: Apache-2.0
#include "clock.hpp"

#include <atomic>
#include <chrono>
#include <ctime>

namespace {

std::atomic<bool> is_virtual{false};
std::atomic<std::int64_t> virtual_ns{0};
thread_local std::vector<std::int64_t>* recording = nullptr;

}  // namespace

extern "C" {

// std::chrono::system_clock::now()
std::int64_t __real__ZNSt6chrono3_V212system_clock3nowEv();
std::int64_t __wrap__ZNSt6chrono3_V212system_clock3nowEv() {
  if (is_virtual) return virtual_ns;
  const std::int64_t now = __real__ZNSt6chrono3_V212system_clock3nowEv();
  if (recording != nullptr) recording->push_back(now);
  return now;
}

int __real_nanosleep(const timespec* wanted, timespec* left);
int __wrap_nanosleep(const timespec* wanted, timespec* left) {
  if (!is_virtual) return __real_nanosleep(wanted, left);
  virtual_ns += std::int64_t{wanted->tv_sec} * 1'000'000'000 + wanted->tv_nsec;
  return 0;
}

}  // extern "C"

namespace vernier::conformance {

VirtualClock::VirtualClock(std::int64_t start_ns) {
  virtual_ns = start_ns;
  is_virtual = true;
}
VirtualClock::~VirtualClock() { is_virtual = false; }
void VirtualClock::set(std::int64_t ns) { virtual_ns = ns; }
std::int64_t VirtualClock::now() const { return virtual_ns; }

ClockRecorder::ClockRecorder() { recording = &readings_; }
ClockRecorder::~ClockRecorder() { recording = nullptr; }

}  // namespace vernier::conformance
