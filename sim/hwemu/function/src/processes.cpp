// SPDX-License-Identifier: Apache-2.0
#include "processes.hpp"

#include <boost/context/protected_fixedsize_stack.hpp>
#include <exception>

namespace vernier_unit {
namespace {
// Kernels keep their block RAMs in local arrays. Pages come with their use, so room costs addresses alone.
constexpr std::size_t kFunctionStack = std::size_t{256} << 20, kProcessStack = std::size_t{64} << 20;
}  // namespace

Processes& processes() {
  // never destroyed: leaving the stack of a function that has not ended would run its destructors
  static Processes& all = *new Processes;
  return all;
}

void Processes::add(const std::string& name, std::function<void()> body, bool parallel, std::function<void()> at_end) {
  auto& process = processes_.emplace_back();
  process.name = name;
  process.parallel = parallel;
  process.wake = now_;
  boost::context::protected_fixedsize_stack stack(parallel ? kProcessStack : kFunctionStack);
  process.self = boost::context::fiber(std::allocator_arg, stack, [this, &process, body = std::move(body), at_end = std::move(at_end)](boost::context::fiber&& scheduler) {
    process.scheduler = std::move(scheduler);
    try {
      body();
    } catch (const boost::context::detail::forced_unwind&) {
      throw;
    } catch (const std::exception& e) {
      if (failure_.empty()) failure_ = process.name + " ended with an exception: " + e.what();
    } catch (...) {
      if (failure_.empty()) failure_ = process.name + " ended with an exception";
    }
    process.ended = true;
    if (at_end) at_end();
    return std::move(process.scheduler);
  });
}

void Processes::start(const std::string& name, std::function<void()> body) { add(name, std::move(body), false, nullptr); }

bool Processes::step() {
  ++now_;
  bool moved = false;
  for (auto process = processes_.begin(); process != processes_.end();) {  // those started meanwhile follow in the same cycle
    if (process->wake > now_ || (process->wait != nullptr && !process->wait->over())) {
      ++process;
      continue;
    }
    process->wait = nullptr;
    current_ = &*process;
    process->self = std::move(process->self).resume();
    current_ = nullptr;
    ++resumed_;
    moved = true;
    process = process->ended ? processes_.erase(process) : std::next(process);
  }
  return moved;
}

void Processes::pause() { current_->scheduler = std::move(current_->scheduler).resume(); }

std::string Processes::state() const {
  std::string text;
  for (const auto& p : processes_) {
    text += "\n  " + p.name + (p.wait != nullptr ? " waits for " + p.wait->what() : p.wake > now_ ? " is busy" : " runs");
  }
  return text;
}

Cycle now() { return processes().now(); }

bool in_parallel() {
  const auto* p = processes().current_;
  return p != nullptr && p->parallel;
}

void sleep_until(Cycle cycle) {
  auto& all = processes();
  if (all.current_ == nullptr || cycle <= all.now_) return;
  all.current_->wake = cycle;
  all.pause();
}

void wait_for(const Wait& wait) {
  auto& all = processes();
  if (all.current_ == nullptr) return;
  all.current_->wait = &wait;
  all.pause();
}

void begin_iteration(int interval) {
  auto& all = processes();
  if (all.current_ == nullptr) return;
  auto& begun = all.current_->iteration;
  if (begun >= 0) sleep_until(begun + interval);
  begun = all.now_;
}

void Region::start(const char* name, std::function<void()> body) {
  ++running_;
  processes().add(name, std::move(body), true, [this] { --running_; });
}

void Region::follow(const std::function<void()>& body) {
  auto* process = processes().current_;
  const bool parallel = process != nullptr && process->parallel;
  if (parallel) process->parallel = false;  // a stream filled before its reader starts needs room for everything
  body();
  if (parallel) process->parallel = true;
}

void Region::join() {
  struct Ended final : Wait {
    explicit Ended(const int& running) : running_(running) {}
    bool over() const override { return running_ == 0; }
    std::string what() const override { return std::to_string(running_) + " of its processes"; }
    const int& running_;
  };
  if (running_ > 0) wait_for(Ended(running_));
}

}  // namespace vernier_unit
