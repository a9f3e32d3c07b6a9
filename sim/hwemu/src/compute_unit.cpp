// SPDX-License-Identifier: Apache-2.0
#include <vernier/hwemu/compute_unit.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include <vernier/core/files.hpp>

namespace vernier::hwemu {
namespace {

constexpr int kResetCycles = 16, kSettleCycles = 40;  // asynchronous FIFOs of the vendor stay busy that long
constexpr std::int64_t kAwakeCycles = 1 << 16;        // of a kernel that runs without being started, after its last sign of life
constexpr std::int64_t kComputePatience = 100;        // watchdogs that a function may compute without a handshake
constexpr std::uint32_t kStart = 1, kDone = 2, kIdle = 4;

/// Loading is running it: a file that was damaged on the way is refused before.
Result<void> check_model(const std::filesystem::path& file, const std::string& sha256) {
  const auto bytes = read_bytes(file);
  if (!bytes) return forward_error(bytes);
  const auto found = sha256_hex(*bytes);
  if (found == sha256) return {};
  return fail(ErrorCode::kInvalidInput, fmt::format("has SHA-256 {}, packed was {}: the xclbin is damaged, pack the kernel again", found, sha256), file.string());
}

}  // namespace

Result<std::unique_ptr<ComputeUnit>> ComputeUnit::open(const Unit& unit, const Description& description, const std::filesystem::path& folder,
                                                       memory::SparseMemory& store, HostMemory* host, const RunSettings& settings, const Faults& faults) {
  auto self = std::unique_ptr<ComputeUnit>(new ComputeUnit(unit));
  self->settings_ = settings;
  self->hides_done_ = faults.hides_done();
  if (auto r = check_model(folder / unit.model, unit.model_sha256); !r) return forward_error(r);
  auto file = folder / unit.model;
  if (unit.function) {
    file = folder / (unit.name + ".so");
    std::error_code ec;
    if (!std::filesystem::copy_file(folder / unit.model, file, std::filesystem::copy_options::overwrite_existing, ec)) return fail(ErrorCode::kIo, "cannot be written: " + ec.message(), file.string());
  }
  auto model = KernelModel::open(file, unit.name);
  if (!model) return forward_error(model);
  self->model_ = std::move(*model);
  for (std::size_t i = 0; i < unit.clocks.size(); ++i) {
    const auto& clock = unit.clocks[i];
    SideClock side{self->model_->port(clock.name), self->model_->port(clock.reset), static_cast<std::uint64_t>(0.5e12 / clock.hz * (i == 0 ? faults.clock_divisor() : 1)), 0, false};
    side.next_edge_ps = side.half_period_ps;
    if (!side.clock.present() || (i == 0 && !side.reset_n.present())) {
      return fail(ErrorCode::kInvalidInput, fmt::format("the top module has no ports {} and {}", clock.name, clock.reset), unit.name);
    }
    if (i > 0) {
      self->side_clocks_.push_back(side);
      continue;
    }
    self->clock_ = side.clock;
    self->reset_n_ = side.reset_n;
    self->period_ps_ = 2 * side.half_period_ps;
  }
  self->restart_ = self->model_->port("trace_restart");
  if (unit.range != 0) {
    if (auto r = self->registers_.connect(*self->model_, "s_axi_control"); !r) return forward_error(r);
  }
  for (const auto& port : unit.ports) {
    auto memory = memory::make_memory(settings.memory.empty() ? description.memory : settings.memory, store, settings.seed,
                                      Hertz{unit.clocks.empty() ? Clock{}.hz : unit.clocks.front().hz});
    if (!memory) return forward_error(memory);
    std::vector<Bank> banks;
    for (const std::size_t bank : port.banks) banks.push_back(description.banks[bank]);
    auto open = AxiPort::open(*self->model_, port, std::move(banks), std::move(*memory), host, unit.name, faults.any_memory() ? &faults : nullptr);
    if (!open) return forward_error(open);
    self->ports_.push_back(std::move(*open));
  }
  if (!settings.waves.empty()) {
    if (auto r = self->model_->open_waves((std::filesystem::path(settings.waves) / (unit.name + ".fst")).string()); !r) return forward_error(r);
  }
  self->reset();
  return self;
}

void ComputeUnit::reset() {
  if (unit_.range != 0) registers_.cancel();
  const auto set_resets = [this](std::uint64_t value) {
    reset_n_.set(value);
    for (const auto& side : side_clocks_) side.reset_n.set(value);
  };
  std::uint64_t slowest_ps = period_ps_;
  for (const auto& side : side_clocks_) slowest_ps = std::max(slowest_ps, 2 * side.half_period_ps);
  const auto cycles = [&](int count) { return static_cast<std::uint64_t>(count) * slowest_ps / period_ps_; };
  set_resets(0);
  for (std::uint64_t i = 0; i < cycles(kResetCycles); ++i) {
    clock_.set(0);
    model_->eval();
    run_side_clocks(time_ps_ += period_ps_);
    clock_.set(1);
    model_->eval();
  }
  set_resets(1);
  restart_memories();
  for (std::uint64_t i = 0; i < cycles(kSettleCycles); ++i) tick();
}

void ComputeUnit::run_side_clocks(std::uint64_t until_ps) {
  while (!side_clocks_.empty()) {
    auto& next = *std::ranges::min_element(side_clocks_, {}, &SideClock::next_edge_ps);
    if (next.next_edge_ps > until_ps) return;
    next.level = !next.level;
    next.clock.set(next.level ? 1 : 0);
    next.next_edge_ps += next.half_period_ps;
    model_->eval();
  }
}

void ComputeUnit::restart_memories() {
  for (auto& port : ports_) port->reset();
  epoch_ = 0;
  memories_began_ = cycle_;
  lead_ = -1;
}

/// Each stretch begins as the run did, as many cycles after its memories as the first.
void ComputeUnit::note_restart() {
  if (lead_ < 0) {
    lead_ = cycle_ - memories_began_;
    return;
  }
  ++epoch_;
  for (auto& port : ports_) port->begin_stretch(epoch_, lead_);
}

void ComputeUnit::tick() {
  clock_.set(0);
  model_->eval();  // settles what depends on the inputs combinationally
  model_->dump_waves(time_ps_);
  run_side_clocks(time_ps_ + period_ps_ / 2);
  registers_.sample();
  for (auto* link : written_) link->sample_writer();
  for (auto* link : read_) link->sample_reader();
  if (restart_.get() != 0) note_restart();
  for (auto& port : ports_) {
    port->sample();
    if (port->moved()) last_sign_ = cycle_;
  }
  clock_.set(1);
  model_->eval();
  model_->dump_waves(time_ps_ + period_ps_ / 2);
  run_side_clocks(time_ps_ += period_ps_);
  registers_.drive();
  for (auto& port : ports_) port->drive();
  if (unit_.function) follow_function();
  ++cycle_;
}

void ComputeUnit::follow_function() {
  if (const auto progress = model_->progress(); progress != progress_) {
    progress_ = progress;
    last_progress_ = cycle_;
  }
  std::uint64_t cycles = 0;
  const auto runs = model_->runs(cycles);
  if (runs == runs_) return;
  runs_ = runs;
  log(fmt::format("run {} took {} cycles, estimated (a C++ function: iterations, beats and memory are counted, pipeline depths are not)", runs, cycles));
}

void ComputeUnit::log(const std::string& text) const {
  const char* wanted = std::getenv("VERNIER_HWEMU_LOG");
  if (wanted != nullptr && std::string_view(wanted) == "0") return;
  if (FILE* file = std::fopen(wanted == nullptr || *wanted == '\0' ? "simulate.log" : wanted, "a"); file != nullptr) {
    fmt::print(file, "{}: {}\n", unit_.name, text);
    std::fclose(file);
  }
}

bool ComputeUnit::awake() const {
  switch (unit_.protocol) {
    case Protocol::kHandshake:
    case Protocol::kChain: return started_ || registers_.busy();
    case Protocol::kUserManaged:
    case Protocol::kNone: return registers_.busy() || cycle_ - last_sign_ < kAwakeCycles;
  }
  return true;
}

void ComputeUnit::begin_write(std::uint64_t offset, std::uint32_t value) {
  const bool handshake = unit_.protocol == Protocol::kHandshake || unit_.protocol == Protocol::kChain;
  if (handshake && offset == 0 && (value & kStart) != 0 && !started_) {
    // time of the memories starts with the run, so that cycles do not depend on what ran before
    if (std::ranges::all_of(ports_, [](const auto& p) { return p->idle(); })) restart_memories();
  }
  access_offset_ = offset;
  access_value_ = value;
  access_write_ = true;
  last_sign_ = handshake ? last_sign_ : cycle_;
  registers_.begin_write(offset, value);
}

void ComputeUnit::begin_read(std::uint64_t offset) {
  access_offset_ = offset;
  access_write_ = false;
  if (unit_.protocol == Protocol::kUserManaged || unit_.protocol == Protocol::kNone) last_sign_ = cycle_;
  registers_.begin_read(offset);
}

void ComputeUnit::end_access() {
  if (access_offset_ != 0 || (unit_.protocol != Protocol::kHandshake && unit_.protocol != Protocol::kChain)) return;
  if (access_write_ && (access_value_ & kStart) != 0) {
    started_ = true;
    start_cycle_ = last_sign_ = cycle_;
  } else if (!access_write_ && (value() & (kDone | kIdle)) != 0) {
    if (started_ && !unit_.function) log(fmt::format("run {} took {} cycles, from ap_start to the last handshake on a memory port", ++runs_, last_sign_ - start_cycle_));
    started_ = false;
  }
}

std::uint32_t ComputeUnit::value() const {
  const bool control = access_offset_ == 0 && (unit_.protocol == Protocol::kHandshake || unit_.protocol == Protocol::kChain);
  return hides_done_ && control ? registers_.value() & ~(kDone | kIdle) : registers_.value();
}

std::optional<Error> ComputeUnit::failure() const {
  if (const auto text = model_->failure()) return Error{ErrorCode::kMismatch, (unit_.function ? "" : "assertion of the RTL: ") + *text, unit_.name};
  for (const auto& port : ports_) {
    if (port->failure()) return port->failure();
  }
  const std::int64_t quiet = cycle_ - last_sign_, patience = settings_.watchdog_cycles;
  const bool computes = unit_.function && cycle_ - last_progress_ <= patience && quiet <= kComputePatience * patience;  // or asks in vain, then longer
  if (started_ && quiet > patience && !computes) {
    return Error{ErrorCode::kTimeout, fmt::format("started {} cycles ago, no ap_done and no handshake on a memory port or stream for {} cycles{}",
                                                  cycle_ - start_cycle_, quiet, state()), unit_.name};
  }
  return std::nullopt;
}

std::string ComputeUnit::state() const {
  std::string text = model_->state();
  for (std::size_t i = 0; i < ports_.size(); ++i) text += fmt::format("\n  {}: {}", unit_.ports[i].name, ports_[i]->state());
  for (const auto& links : {written_, read_}) {
    for (const auto* link : links) text += "\n  " + link->state();
  }
  return text;
}

}  // namespace vernier::hwemu
