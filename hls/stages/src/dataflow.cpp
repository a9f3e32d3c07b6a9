// SPDX-License-Identifier: Apache-2.0
#include <vernier/stages/dataflow.hpp>

#include <algorithm>
#include <boost/context/fiber.hpp>
#include <memory>
#include <queue>

#include <vernier/stages/dataflow_parts.hpp>
#include <vernier/stages/execute.hpp>
#include <vernier/stages/timed_fifo.hpp>

namespace vernier::stages {
namespace {

namespace context = boost::context;

/// One stage: a coroutine and its clock.
struct Process {
  std::int64_t now = 0;
  std::int64_t iterations = 0;
  std::int64_t pace_cycles = 0, pace_beats = 1;  ///< of a load: a frame's beats over so many cycles
  std::optional<Blocked> blocked;
  bool finished = false;
  context::fiber itself, caller;

  void cycle() {
    ++now;
    if (pace_cycles > 0) now = std::max(now, iterations * pace_cycles / pace_beats);
    ++iterations;
  }
  void suspend() { caller = std::move(caller).resume(); }
};

class Scheduler {
 public:
  void make_ready(Process& p) { ready_.push_back(&p); }
  /// Comes back once every other stage has done all that it does before `p.now`.
  void wait_for_others(Process& p) {
    waiting_.push({p.now, &p});
    p.suspend();
  }
  void run() {
    for (;;) {
      Process* next = nullptr;
      if (!ready_.empty()) {
        next = ready_.back();
        ready_.pop_back();
      } else if (!waiting_.empty()) {
        next = waiting_.top().second;
        waiting_.pop();
      } else {
        return;
      }
      next->itself = std::move(next->itself).resume();
    }
  }

 private:
  using Waiting = std::pair<std::int64_t, Process*>;
  struct Later {
    bool operator()(const Waiting& a, const Waiting& b) const { return a.first > b.first; }
  };
  std::vector<Process*> ready_;
  std::priority_queue<Waiting, std::vector<Waiting>, Later> waiting_;
};

/// One stream, with read() and write() as kernels call them.
template <class Beat>
class Stream {
 public:
  Stream(const Fifo& fifo, std::size_t index, std::int64_t depth, int latency, Scheduler& scheduler, std::vector<std::unique_ptr<Process>>& processes)
      : fifo_(depth, latency), index_(index), writer_(fifo.writer), reader_(fifo.reader), scheduler_(scheduler), processes_(processes), beats_of_frame_(fifo.beats), left_of_frame_(fifo.beats) {}

  Beat read() {
    auto& self = *processes_[reader_];
    while (!fifo_.has_beat()) block(self, reader_, false);
    Beat beat{};
    self.now = fifo_.read(beat, self.now);
    wake(*processes_[writer_], true);
    if (--left_of_frame_ == 0) {
      frames_.push_back(self.now);
      left_of_frame_ = beats_of_frame_;
    }
    return beat;
  }

  void write(const Beat& beat) {
    auto& self = *processes_[writer_];
    while (!fifo_.has_place()) block(self, writer_, true);
    self.now = fifo_.write(beat, self.now);
    wake(*processes_[reader_], false);
  }

  [[nodiscard]] bool empty() {
    auto& self = *processes_[reader_];
    if (!fifo_.has_beat() && !processes_[writer_]->finished) scheduler_.wait_for_others(self);
    return !fifo_.has_beat() || fifo_.arrival() > self.now;
  }

  /// Cycles in which the last beat of each frame was read.
  [[nodiscard]] const std::vector<std::int64_t>& frames() const { return frames_; }
  [[nodiscard]] std::int64_t largest() const { return fifo_.largest(); }

 private:
  void block(Process& self, std::size_t stage, bool full) {
    self.blocked = Blocked{stage, index_, full};
    self.suspend();
  }
  void wake(Process& other, bool full) {
    if (!other.blocked || other.blocked->fifo != index_ || other.blocked->full != full) return;
    other.blocked.reset();
    scheduler_.make_ready(other);
  }

  TimedFifo<Beat> fifo_;
  std::size_t index_, writer_, reader_;
  Scheduler& scheduler_;
  std::vector<std::unique_ptr<Process>>& processes_;
  std::int64_t beats_of_frame_, left_of_frame_;
  std::vector<std::int64_t> frames_;
};

/// All stages and streams of one run.
template <bool kWithValues>
class Run {
 public:
  using Beat = hls::Beat<kWithValues ? kMostLanes : 1>;
  using StageStream = Stream<Beat>;

  Run(const Design& design, const DataflowOptions& options, FrameMemory* memory = nullptr) : design_(design), frames_(options.frames), memory_(memory) {
    for (std::size_t i = 0; i < design.stages.size(); ++i) {
      auto& p = *processes_.emplace_back(std::make_unique<Process>());
      const auto* load = std::get_if<LoadSizes>(&design.stages[i].sizes);
      if (load != nullptr && options.source_interval > 0) {
        p.pace_cycles = options.source_interval;
        p.pace_beats = load->beats;
      }
    }
    for (std::size_t i = 0; i < design.fifos.size(); ++i) {
      const auto& f = design.fifos[i];
      streams_.push_back(std::make_unique<StageStream>(f, i, options.unbounded ? 0 : f.depth, latency_of(design.stages[f.writer].sizes), scheduler_, processes_));
    }
  }

  DataflowTiming run() {
    for (std::size_t i = 0; i < design_.stages.size(); ++i) start(i);
    scheduler_.run();
    return timing();
  }

 private:
  void start(std::size_t i) {
    const auto& stage = design_.stages[i];
    auto& process = *processes_[i];
    std::vector<StageStream*> in, out;
    for (const auto f : stage.inputs) in.push_back(streams_[f].get());
    for (const auto f : stage.outputs) out.push_back(streams_[f].get());
    process.itself = context::fiber(std::allocator_arg, context::fixedsize_stack(64 * 1024), [this, &stage, &process, in, out, i](context::fiber&& caller) {
      process.caller = std::move(caller);
      execute<kWithValues>(stage, frames_, in, out, memory_ == nullptr ? nullptr : memory_->of(i), process);
      process.finished = true;
      return std::move(process.caller);
    });
    scheduler_.make_ready(process);
  }

  DataflowTiming timing() const {
    DataflowTiming t;
    for (const auto& s : streams_) t.frame_taken.push_back(s->frames());
    t.frame_done = frames_done(design_, frames_, t.frame_taken);
    std::vector<Blocked> blocked;
    std::int64_t last = 0;
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      t.iterations.push_back(processes_[i]->iterations);
      last = std::max(last, processes_[i]->now);
      if (processes_[i]->blocked) blocked.push_back(*processes_[i]->blocked);
    }
    for (const auto& s : streams_) t.largest.push_back(s->largest());
    if (!blocked.empty()) t.deadlock = deadlock_of(design_, std::move(blocked), last);
    return t;
  }

  const Design& design_;
  int frames_;
  FrameMemory* memory_;
  Scheduler scheduler_;
  std::vector<std::unique_ptr<StageStream>> streams_;
  std::vector<std::unique_ptr<Process>> processes_;  // behind the streams: unfinished stages unwind while those exist
};

}  // namespace

DataflowTiming simulate_timing(const Design& design, const DataflowOptions& options) { return Run<false>(design, options).run(); }

Result<DataflowValues> simulate_values(const Design& design, int frames, const std::vector<std::vector<std::int8_t>>& inputs) {
  auto memory = FrameMemory::prepare(design, frames, inputs);
  if (!memory) return forward_error(memory);
  DataflowValues result;
  result.timing = Run<true>(design, {frames, false, 0}, &*memory).run();
  result.outputs = memory->take_outputs(design);
  return result;
}

}  // namespace vernier::stages
