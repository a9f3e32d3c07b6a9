// SPDX-License-Identifier: Apache-2.0
// Stages run ahead of SystemC's clock on their own: their FIFOs carry the cycle in which a beat arrives or a place is
// free, which is all that a stage needs of the others. Only a stage that asks whether a FIFO is empty waits for time.
#include <systemc>

#include <cstring>
#include <memory>
#include <optional>

#include <vernier/stages/dataflow_parts.hpp>
#include <vernier/stages/execute.hpp>
#include <vernier/stages/timed_fifo.hpp>
#include <vernier/systemc/stream_simulation.hpp>

#include "simulation_process.hpp"

namespace vernier::systemc {
namespace {

using stages::Blocked;
using stages::Design;
using Beat = hls::Beat<stages::kMostLanes>;

/// A stage's own time in cycles; what a kernel calls once an iteration.
struct StageClock {
  std::int64_t now = 0, iterations = 0;
  std::optional<Blocked> blocked;
  bool finished = false;
  void cycle() {
    ++now;
    ++iterations;
  }
};

class StreamChannel : public sc_core::sc_module {
 public:
  StreamChannel(sc_core::sc_module_name name, const Design& design, std::size_t index, std::vector<StageClock>& clocks)
      : sc_module(name),
        fifo_(design.fifos[index].depth, stages::latency_of(design.stages[design.fifos[index].writer].sizes)),
        index_(index), of_(design.fifos[index]), writer_(clocks[of_.writer]), reader_(clocks[of_.reader]) {}

  Beat read() {
    while (!fifo_.has_beat()) block(reader_, of_.reader, false, written_);
    Beat beat;
    reader_.now = fifo_.read(beat, reader_.now);
    freed_.notify(sc_core::SC_ZERO_TIME);
    if (fifo_.beats_read() % of_.beats == 0) frames_.push_back(reader_.now);
    return beat;
  }

  void write(const Beat& beat) {
    while (!fifo_.has_place()) block(writer_, of_.writer, true, freed_);
    writer_.now = fifo_.write(beat, writer_.now);
    written_.notify(sc_core::SC_ZERO_TIME);
  }

  [[nodiscard]] bool empty() {
    if (!fifo_.has_beat() && !writer_.finished) sc_core::wait(sc_core::sc_time(static_cast<double>(reader_.now), sc_core::SC_NS) - sc_core::sc_time_stamp());
    return !fifo_.has_beat() || fifo_.arrival() > reader_.now;
  }

  /// Cycles in which the last beat of each frame was read.
  [[nodiscard]] const std::vector<std::int64_t>& frames() const { return frames_; }

 private:
  void block(StageClock& clock, std::size_t stage, bool full, const sc_core::sc_event& change) {
    clock.blocked = Blocked{stage, index_, full};
    sc_core::wait(change);
    clock.blocked.reset();
  }

  stages::TimedFifo<Beat> fifo_;
  std::size_t index_;
  const stages::Fifo& of_;
  StageClock &writer_, &reader_;
  sc_core::sc_event written_, freed_;
  std::vector<std::int64_t> frames_;
};

class StageModule : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(StageModule);
  StageModule(sc_core::sc_module_name name, const stages::Stage& stage, int frames, std::int8_t* memory, StageClock& clock)
      : sc_module(name), stage_(stage), frames_(frames), memory_(memory), clock_(clock) {
    SC_THREAD(run);
  }
  std::vector<StreamChannel*> in, out;

 private:
  void run() {
    stages::execute<true>(stage_, frames_, in, out, memory_, clock_);
    clock_.finished = true;
  }

  const stages::Stage& stage_;
  int frames_;
  std::int8_t* memory_;
  StageClock& clock_;
};

stages::DataflowTiming run_model(const Design& design, int frames, stages::FrameMemory& memory) {
  std::vector<StageClock> clocks(design.stages.size());
  std::vector<std::unique_ptr<StreamChannel>> channels;
  std::vector<std::unique_ptr<StageModule>> modules;
  for (std::size_t i = 0; i < design.fifos.size(); ++i) {
    channels.push_back(std::make_unique<StreamChannel>(sc_core::sc_gen_unique_name("fifo"), design, i, clocks));
  }
  for (std::size_t i = 0; i < design.stages.size(); ++i) {
    auto& m = *modules.emplace_back(std::make_unique<StageModule>(sc_core::sc_gen_unique_name("stage"), design.stages[i], frames, memory.of(i), clocks[i]));
    for (const auto f : design.stages[i].inputs) m.in.push_back(channels[f].get());
    for (const auto f : design.stages[i].outputs) m.out.push_back(channels[f].get());
  }
  sc_core::sc_start();  // until nothing more can happen

  stages::DataflowTiming timing;
  std::vector<Blocked> blocked;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < design.stages.size(); ++i) {
    timing.iterations.push_back(clocks[i].iterations);
    last = std::max(last, clocks[i].now);
    if (clocks[i].blocked) blocked.push_back(*clocks[i].blocked);
  }
  for (const auto& c : channels) timing.frame_taken.push_back(c->frames());
  timing.frame_done = stages::frames_done(design, frames, timing.frame_taken);
  if (!blocked.empty()) timing.deadlock = stages::deadlock_of(design, std::move(blocked), last);
  return timing;
}

enum Kind : std::uint32_t { kDone, kIterations, kTaken, kOutput, kHung };

template <class T>
std::vector<T> items(const std::vector<char>& bytes) {
  std::vector<T> all(bytes.size() / sizeof(T));
  std::memcpy(all.data(), bytes.data(), all.size() * sizeof(T));
  return all;
}

template <class T>
void send(Home& home, Kind kind, const std::vector<T>& all) {
  home.send(kind, all.data(), all.size() * sizeof(T));
}

}  // namespace

Result<stages::DataflowValues> simulate_stream(const Design& design, int frames, const std::vector<std::vector<std::int8_t>>& inputs) {
  auto memory = stages::FrameMemory::prepare(design, frames, inputs);
  if (!memory) return forward_error(memory);
  auto process = SimulationProcess::start([&](Home& home) {
    const auto timing = run_model(design, frames, *memory);
    if (timing.deadlock) {
      const auto text = stages::to_string(*timing.deadlock, design);
      home.send(kHung, text.data(), text.size());
      return;
    }
    send(home, kIterations, timing.iterations);
    for (const auto& taken : timing.frame_taken) send(home, kTaken, taken);
    for (const auto& output : memory->take_outputs(design)) send(home, kOutput, output);
    send(home, kDone, timing.frame_done);
  });
  if (!process) return forward_error(process);
  stages::DataflowValues result;
  for (;;) {
    const auto frame = process->receive();
    if (!frame) return forward_error(frame);
    switch (frame->kind) {
      case kIterations: result.timing.iterations = items<std::int64_t>(frame->bytes); break;
      case kTaken: result.timing.frame_taken.push_back(items<std::int64_t>(frame->bytes)); break;
      case kOutput: result.outputs.push_back(items<std::int8_t>(frame->bytes)); break;
      case kDone: result.timing.frame_done = items<std::int64_t>(frame->bytes); return result;
      default: return fail(ErrorCode::kTimeout, std::string(frame->bytes.begin(), frame->bytes.end()), design.name);
    }
  }
}

}  // namespace vernier::systemc
