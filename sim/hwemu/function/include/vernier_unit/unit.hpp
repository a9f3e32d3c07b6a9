// SPDX-License-Identifier: Apache-2.0
// What the C++ of an emulated compute unit runs on: processes that share one clock. A process is a function on a stack of
// its own; it runs until it has to wait and never at the same time as another.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace vernier_unit {

using Cycle = std::int64_t;

/// What a process waits for; looked at every cycle.
class Wait {
 public:
  [[nodiscard]] virtual bool over() const = 0;
  [[nodiscard]] virtual std::string what() const = 0;

 protected:
  ~Wait() = default;
};

[[nodiscard]] Cycle now();
void sleep_until(Cycle cycle);
void wait_for(const Wait& wait);
/// Whether what runs now stands in a dataflow region whose processes work at the same time: streams are then bounded.
[[nodiscard]] bool in_parallel();

/// Where `#pragma HLS PIPELINE II=interval` stood: an iteration begins that long after the one before, or later.
void begin_iteration(int interval);

/// A thing that does one operation a cycle: an end of a stream, a direction of a memory port.
class Resource {
 public:
  void use() {
    if (free_ > now()) sleep_until(free_);
    free_ = now() + 1;
  }

 private:
  Cycle free_ = 0;
};

/// Where `#pragma HLS DATAFLOW` stood: its calls are processes of their own, or, where they share an array, follow one another.
class Region {
 public:
  explicit Region(bool parallel) : parallel_(parallel) {}
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;
  template <class F>
  void process(const char* name, F&& body) {
    if (parallel_) start(name, std::function<void()>(std::forward<F>(body)));
    else follow(std::function<void()>(std::forward<F>(body)));
  }
  /// Waits for all processes.
  void join();

 private:
  void start(const char* name, std::function<void()> body);
  void follow(const std::function<void()>& body);
  bool parallel_;
  int running_ = 0;
};

/// Where `#pragma HLS STREAM variable=s depth=n` stood; arrays, which become channels of another kind, keep what they are.
template <class T>
auto set_depth(T& stream, long depth, int) -> decltype(stream.vernier_depth(depth)) {
  stream.vernier_depth(depth);
}
template <class T, std::size_t N>
void set_depth(T (&streams)[N], long depth, int) {
  for (auto& one : streams) set_depth(one, depth, 0);
}
template <class T>
void set_depth(T&, long, long) {}

/// The name of a local stream, for messages, where its constructor got none.
template <class T>
auto set_name(T& stream, const char* name, int) -> decltype(stream.vernier_name(name)) {
  stream.vernier_name(name);
}
template <class T>
void set_name(T&, const char*, long) {}

}  // namespace vernier_unit
