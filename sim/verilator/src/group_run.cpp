// SPDX-License-Identifier: Apache-2.0
#include "group_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <vector>

#include <vernier/core/interrupt.hpp>
#include <vernier/core/process_pool.hpp>
#include <vernier/memory/axi_memory.hpp>
#include <vernier/program/replay.hpp>

#include "buffers.hpp"
#include "groups.hpp"
#include "kernel_run.hpp"
#include "report_bytes.hpp"
#include "timing_signature.hpp"

namespace vernier::verilator {
namespace {

using namespace std::chrono_literals;
using program::MachineState;
using program::Program;
using program::Region;
using runtime::RunOptions;
using runtime::RunReport;

// Groups whose contents are known and which have not started. More would only cost memory: the longest of these starts next.
constexpr std::size_t kMostWaiting = 48;

std::optional<std::string> compare_region(const memory::SparseMemory& store, Region region, const char* name, const std::vector<std::byte>& expected) {
  std::vector<std::byte> got(expected.size());
  store.read(base_of(region), got);
  const auto [at, want] = std::ranges::mismatch(got, expected);
  if (at == got.end()) return std::nullopt;
  return fmt::format("{} byte {} is {}, should be {}", name, at - got.begin(), static_cast<int>(*at), static_cast<int>(*want));
}

/// One group on the kernel, from the contents `before` it to a comparison with those `after` it.
Result<RunReport> simulate(Model& model, const Program& program, const Group& group, std::size_t index, memory::SparseMemory& store,
                           const MachineState& before, const MachineState& after, const RunOptions& options) {
  if (auto ok = write_buffers(model, program.target, before); !ok) return forward_error(ok);
  store.write(base_of(Region::kOutput), before.output);
  store.write(base_of(Region::kScratch), before.scratch);
  const auto memory = memory::make_memory(options.memory, store, options.seed, program.target.clock);
  if (!memory) return forward_error(memory);
  const auto stream = stream_of(program, group);
  auto report = run_kernel(model, {program.target, stream, group.begin, index}, **memory, store, options);
  if (!report) return report;
  auto difference = compare_activations(model, after);
  if (!difference) difference = compare_region(store, Region::kScratch, "scratch memory", after.scratch);
  if (!difference) difference = compare_region(store, Region::kOutput, "output", after.output);
  if (difference) return fail(ErrorCode::kMismatch, *difference, "ruler rtl, target " + program.target.name);
  return report;
}

class GroupRun {
 public:
  GroupRun(const Program& program, std::span<const std::byte> input, const RunOptions& options, Model& model)
      : program_(program), options_(options), model_(model), replay_(program, input), pool_(static_cast<std::size_t>(std::max(1, options.jobs))),
        groups_(groups_of(program)), jobs_(groups_.size()) {
    options_.progress = nullptr;  // what the processes would report is not seen here
    store_.write(base_of(Region::kConstants), program.constants);
    store_.write(base_of(Region::kInput), input);
    for (const auto& g : groups_) predicted_ += g.predicted_cycles;
  }

  /// Runs every group once; of several failures the first in stream order counts, whichever ended first.
  Result<RunReport> run(const std::function<void(Cycles, double)>& progress) {
    auto first = replay_.state();
    if (!first) return forward_error(first);
    last_ = std::make_shared<MachineState>(std::move(*first));
    while (const auto still = unfinished()) {
      if (interrupted()) return fail(ErrorCode::kInterrupted, fmt::format("interrupted after {} of {} groups", groups_.size() - still, groups_.size()), "ruler rtl");
      const auto pick = pool_.full() ? groups_.size() : longest_waiting();
      if (pick < groups_.size()) {
        if (auto ok = start(pick); !ok) return forward_error(ok);
      } else if (may_replay()) {
        if (auto ok = replay_next(); !ok) return forward_error(ok);
      }
      while (const auto finished = pool_.next(pool_.full() || !may_replay() ? 100ms : 0ms)) {
        take(*finished);
        if (progress) progress(Cycles{cycles_}, static_cast<double>(predicted_done_) / static_cast<double>(std::max<std::int64_t>(predicted_, 1)));
        if (may_start()) break;
      }
    }
    if (failed_) return tl::unexpected<Error>(*failed_);
    return sum();
  }

  /// Region 2 after the last group.
  [[nodiscard]] const std::vector<std::byte>& output() const { return last_->output; }

 private:
  enum class State : std::uint8_t { kUnknown, kWaiting, kRunning, kDone };
  struct Job {
    State state = State::kUnknown;
    std::shared_ptr<const MachineState> before, after;
    std::size_t same_as = 0;  ///< itself, or the earlier group it repeats
    std::optional<RunReport> report;
  };

  /// Groups that still have to run: behind a failure none.
  [[nodiscard]] std::size_t unfinished() const {
    return static_cast<std::size_t>(std::count_if(jobs_.begin(), jobs_.begin() + static_cast<std::ptrdiff_t>(end()), [](const Job& j) { return j.state != State::kDone; }));
  }
  [[nodiscard]] std::size_t end() const { return failed_ ? failed_group_ : groups_.size(); }
  [[nodiscard]] bool may_replay() const { return replayed_ < end() && waiting_ < kMostWaiting; }
  [[nodiscard]] bool may_start() const { return !pool_.full() && waiting_ != 0; }

  [[nodiscard]] std::size_t longest_waiting() const {
    std::size_t pick = groups_.size();
    for (std::size_t g = 0; g < end(); ++g) {
      if (jobs_[g].state != State::kWaiting) continue;
      if (pick == groups_.size() || groups_[g].predicted_cycles > groups_[pick].predicted_cycles) pick = g;
    }
    return pick;
  }

  Result<void> replay_next() {
    const std::size_t g = replayed_;
    if (auto ok = replay_.run_to(g + 1 == groups_.size() ? program_.commands.size() : groups_[g].end); !ok) return ok;
    auto state = replay_.state();
    if (!state) return forward_error(state);
    auto& job = jobs_[g];
    job.before = std::exchange(last_, std::make_shared<MachineState>(std::move(*state)));
    job.after = last_;
    job.same_as = g;
    if (options_.unique_layers) job.same_as = first_of_.try_emplace(timing_signature(program_, groups_[g], *job.before), g).first->second;
    ++replayed_;
    if (job.same_as == g) {
      job.state = State::kWaiting;
      ++waiting_;
    } else {
      job.before = job.after = nullptr;
      finish(g);
    }
    return {};
  }

  Result<void> start(std::size_t g) {
    auto& job = jobs_[g];
    auto ok = pool_.start(g, describe(program_, groups_, g), [this, g, &job] {
      return bytes_of(simulate(model_, program_, groups_[g], g, store_, *job.before, *job.after, options_));
    });
    job.state = State::kRunning;
    job.before = job.after = nullptr;  // the process has its copy
    --waiting_;
    return ok;
  }

  void take(const ProcessPool::Finished& finished) {
    auto report = finished.bytes ? report_of(*finished.bytes) : Result<RunReport>(tl::unexpected<Error>(finished.bytes.error()));
    if (report) {
      cycles_ += report->cycles.count();
      jobs_[finished.id].report = std::move(*report);
    } else if (!failed_ || finished.id < failed_group_) {
      failed_ = report.error();
      if (finished.bytes) failed_->where += ", " + describe(program_, groups_, finished.id);
      failed_group_ = finished.id;
    }
    finish(finished.id);
  }

  void finish(std::size_t g) {
    jobs_[g].state = State::kDone;
    predicted_done_ += groups_[g].predicted_cycles;
  }

  /// One group behind the other: a fence ends one group and begins the next at the same edge.
  RunReport sum() const {
    RunReport all;
    all.groups_simulated = 0;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const std::size_t same = jobs_[g].same_as;
      const auto& one = *jobs_[same].report;
      const std::int64_t before = all.cycles.count();
      const auto shift = static_cast<std::uint32_t>(groups_[g].begin - groups_[same].begin);
      for (const auto& t : one.trace) all.trace.push_back({t.command + shift, t.issued + before, t.retired + before});
      all.cycles = Cycles{before + one.cycles.count()};
      all.activity += one.activity;
      if (one.dram) all.dram = all.dram ? *all.dram += *one.dram : *one.dram;
      all.array_body = one.array_body;
      all.groups_simulated += same == g ? 1 : 0;
    }
    all.groups = static_cast<std::int64_t>(groups_.size());
    return all;
  }

  const Program& program_;
  RunOptions options_;
  Model& model_;
  memory::SparseMemory store_;
  program::Replay replay_;
  ProcessPool pool_;
  std::vector<Group> groups_;
  std::vector<Job> jobs_;
  std::shared_ptr<const MachineState> last_;  ///< where the replay stands
  std::map<std::string, std::size_t> first_of_;
  std::size_t replayed_ = 0, waiting_ = 0;
  std::int64_t predicted_ = 0, predicted_done_ = 0, cycles_ = 0;
  std::optional<Error> failed_;
  std::size_t failed_group_ = 0;
};

}  // namespace

Result<RunReport> run_groups(const Program& program, std::span<const std::byte> input, std::span<std::byte> output, const RunOptions& options, Model& model) {
  const auto begin = std::chrono::steady_clock::now();
  GroupRun run(program, input, options, model);
  auto report = run.run(options.progress);
  if (!report) return report;
  std::ranges::copy(run.output(), output.begin());
  report->jobs = options.jobs;
  report->wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return report;
}

}  // namespace vernier::verilator
