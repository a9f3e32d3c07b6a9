// SPDX-License-Identifier: Apache-2.0
#include <vernier/systemc/systemc_ruler.hpp>

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>

#include <vernier/core/interrupt.hpp>
#include <vernier/memory/axi_memory.hpp>
#include <vernier/program/executor.hpp>

#include "npu_model.hpp"

// Part of SystemC's interface to its library: the kernel starts with simulate(), never through here.
extern "C" int sc_main(int, char**);
extern "C" int sc_main(int, char**) { return 0; }

namespace vernier::systemc {
namespace {

using program::Program;
using runtime::RunOptions;
using runtime::RunReport;

/// What the simulating process sends home: frames of a kind, a length and bytes.
enum class Frame : std::uint32_t { kProgress, kReport, kTrace, kError };

struct Head {
  Frame kind;
  std::uint32_t bytes;
};
struct ProgressFrame {
  std::int64_t cycles;
  double share;
};
struct ReportFrame {
  std::int64_t cycles;
  runtime::Activity activity;
  std::optional<memory::DramActivity> dram;
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

void send(int fd, Frame kind, const void* data, std::size_t bytes) {
  const Head head{kind, static_cast<std::uint32_t>(bytes)};
  if (!write_all(fd, &head, sizeof head) || !write_all(fd, data, bytes)) ::_exit(1);  // nobody listens any more
}

[[noreturn]] void simulate_for(int fd, const Program& program, memory::AxiMemory& memory) {
  std::signal(SIGINT, SIG_IGN);  // the parent ends this process
  silence_kernel();
  const auto report = simulate(program, memory, [fd](Cycles cycles, double share) {
    const ProgressFrame frame{cycles.count(), share};
    send(fd, Frame::kProgress, &frame, sizeof frame);
  });
  if (report) {
    const ReportFrame frame{report->cycles.count(), report->activity, memory.activity()};
    send(fd, Frame::kTrace, report->trace.data(), report->trace.size() * sizeof(runtime::CommandTrace));
    send(fd, Frame::kReport, &frame, sizeof frame);
  } else {
    send(fd, Frame::kError, report.error().what.data(), report.error().what.size());
  }
  ::_exit(0);  // no destructors, no exit handlers: both belong to the parent
}

/// The process of one run. Ends it when it goes out of scope.
class Child {
 public:
  Child(pid_t pid, int fd) : pid_(pid), fd_(fd) {}
  ~Child() {
    ::close(fd_);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  Result<RunReport> listen(const RunOptions& options) const {
    RunReport report;
    for (;;) {
      pollfd waiting{fd_, POLLIN, 0};
      const int ready = ::poll(&waiting, 1, 100);
      if (interrupted()) return fail(ErrorCode::kInterrupted, "interrupted", "ruler systemc");
      if (ready <= 0) continue;
      Head head{};
      if (!read_all(fd_, &head, sizeof head)) return fail(ErrorCode::kMismatch, "the simulating process ended without a report", "ruler systemc");
      std::vector<char> bytes(head.bytes);
      if (!read_all(fd_, bytes.data(), bytes.size())) return fail(ErrorCode::kMismatch, "the simulating process ended in the middle of a report", "ruler systemc");
      switch (head.kind) {
        case Frame::kProgress: {
          ProgressFrame frame{};
          std::memcpy(&frame, bytes.data(), sizeof frame);
          if (options.progress) options.progress(Cycles{frame.cycles}, frame.share);
          break;
        }
        case Frame::kTrace:
          report.trace.resize(bytes.size() / sizeof(runtime::CommandTrace));
          std::memcpy(report.trace.data(), bytes.data(), bytes.size());
          break;
        case Frame::kError: return fail(ErrorCode::kTimeout, std::string(bytes.begin(), bytes.end()), "ruler systemc");
        case Frame::kReport: {
          ReportFrame frame;
          std::memcpy(&frame, bytes.data(), sizeof frame);
          report.cycles = Cycles{frame.cycles};
          report.activity = frame.activity;
          report.dram = frame.dram;
          return report;
        }
      }
    }
  }

 private:
  pid_t pid_;
  int fd_;
};

class SystemcRuler final : public runtime::Ruler {
 public:
  [[nodiscard]] runtime::RulerInfo info() const override {
    return {"systemc", runtime::Fidelity::kSystemC, true, "the units as SystemC modules, commands, rows and bursts in time"};
  }
  [[nodiscard]] std::optional<Error> refuses(const Program&) const override { return std::nullopt; }

  [[nodiscard]] Result<RunReport> run(const Program& program, std::span<const std::byte> input, std::span<std::byte> output,
                                      const RunOptions& options) override {
    memory::SparseMemory store;
    auto memory = memory::make_memory(options.memory, store, options.seed, program.target.clock);
    if (!memory) return forward_error(memory);
    const auto begin = std::chrono::steady_clock::now();
    int ends[2];
    if (::pipe(ends) != 0) return fail(ErrorCode::kIo, "no pipe can be made", "ruler systemc");
    const pid_t pid = ::fork();
    if (pid < 0) return fail(ErrorCode::kIo, "no process can be made", "ruler systemc");
    if (pid == 0) {
      ::close(ends[0]);
      simulate_for(ends[1], program, **memory);
    }
    ::close(ends[1]);
    auto report = Child(pid, ends[0]).listen(options);
    if (!report) return report;
    report->wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (!options.values) return report;
    const auto events = program::Executor(program, {.check_dependencies = false}).run(input, output);
    if (!events) return forward_error(events);
    report->activity[spec::Counter::kParamReads] = (*events)[spec::Counter::kParamReads];
    return report;
  }
};

}  // namespace

std::unique_ptr<runtime::Ruler> make_systemc_ruler() { return std::make_unique<SystemcRuler>(); }

}  // namespace vernier::systemc
