// SPDX-License-Identifier: Apache-2.0
#include <vernier/verilator/rtl_ruler.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>

#include <vernier/core/interrupt.hpp>
#include <vernier/program/instruction.hpp>
#include <vernier/verilator/model_cache.hpp>

#include "kernel_bench.hpp"

namespace vernier::verilator {
namespace {

using program::Program;
using program::Region;
using runtime::RunOptions;
using runtime::RunReport;
using spec::Word;

// Where the buffers of a run lie; the same for every run, so that memories with rows and banks repeat exactly.
constexpr std::uint64_t kCommandBase = 0x1'0000'0000;
constexpr std::array<std::uint64_t, 4> kRegionBase{0x2'0000'0000, 0x3'0000'0000, 0x4'0000'0000, 0x5'0000'0000};
constexpr std::array<std::uint32_t, 4> kRegionRegister{spec::reg::constants, spec::reg::input, spec::reg::output, spec::reg::scratch};
constexpr std::int64_t kProgressEvery = 1 << 16;  // cycles

constexpr std::uint32_t low(std::uint64_t v) { return static_cast<std::uint32_t>(v); }
constexpr std::uint32_t high(std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); }

std::optional<spec::Unit> unit_of(const Word& command) {
  const auto instruction = program::instruction_of(command);
  return instruction ? instruction->unit : std::nullopt;
}

/// Which command each unit works on, from the trace pulses.
class CommandLog {
 public:
  explicit CommandLog(const Program& program) : program_(program) {
    for (std::size_t i = 0; i < program.commands.size(); ++i) {
      if (const auto unit = unit_of(program.commands[i])) units_[static_cast<std::size_t>(*unit)].push_back(static_cast<std::uint32_t>(i));
    }
    for (std::size_t u = 0; u < spec::kUnits; ++u) total_ += units_[u].size();
    trace_.resize(program.commands.size(), {0, -1, -1});
  }

  void note(std::uint8_t issued, std::uint8_t retired, std::int64_t cycle) {
    for (std::size_t u = 0; u < spec::kUnits; ++u) {
      if ((issued >> u & 1) != 0 && issued_[u] < units_[u].size()) trace_[units_[u][issued_[u]++]].issued = cycle;
      if ((retired >> u & 1) != 0 && retired_[u] < units_[u].size()) {
        trace_[units_[u][retired_[u]++]].retired = cycle;
        ++done_;
      }
    }
  }

  [[nodiscard]] double share_done() const { return total_ == 0 ? 1.0 : static_cast<double>(done_) / static_cast<double>(total_); }

  [[nodiscard]] std::vector<runtime::CommandTrace> finished() const {
    std::vector<runtime::CommandTrace> out;
    for (std::size_t i = 0; i < trace_.size(); ++i) {
      if (trace_[i].retired >= 0) out.push_back({static_cast<std::uint32_t>(i), trace_[i].issued, trace_[i].retired});
    }
    return out;
  }

  /// Which unit waits for what: the text of a hang.
  [[nodiscard]] std::string state() const {
    std::string text;
    for (std::size_t u = 0; u < spec::kUnits; ++u) {
      if (units_[u].empty()) continue;
      text += fmt::format("\n  {}: {} of {} commands retired", spec::kUnitNames[u], retired_[u], units_[u].size());
      if (issued_[u] > retired_[u]) text += fmt::format(", command {} running", units_[u][retired_[u]]);
      if (issued_[u] >= units_[u].size()) continue;
      const auto index = units_[u][issued_[u]];
      text += fmt::format(", command {} next", index);
      for (std::size_t v = 0; v < spec::kUnits; ++v) {
        const auto want = static_cast<std::uint16_t>(spec::get(program_.commands[index], program::kWaits[v]));
        if (static_cast<std::int16_t>(static_cast<std::uint16_t>(retired_[v]) - want) < 0) {
          text += fmt::format(", waits for {} to retire {}", spec::kUnitNames[v], want);
        }
      }
    }
    return text;
  }

 private:
  const Program& program_;
  std::array<std::vector<std::uint32_t>, spec::kUnits> units_;
  std::array<std::size_t, spec::kUnits> issued_{}, retired_{};
  std::vector<runtime::CommandTrace> trace_;
  std::size_t total_ = 0, done_ = 0;
};

/// Cycles the longest matrix command may keep every visible signal still.
std::int64_t longest_command(const Program& program) {
  std::int64_t longest = 0;
  for (const auto& c : program.commands) {
    if (unit_of(c) != spec::Unit::kMatrix) continue;
    const auto f = [&c](spec::Field field) { return static_cast<std::int64_t>(spec::get(c, field)); };
    const std::int64_t passes = f(spec::matrix::n_kh) * f(spec::matrix::n_kw) * f(spec::matrix::n_cb) * f(spec::matrix::n_ct);
    longest = std::max(longest, passes * std::max(f(spec::matrix::n_y) * f(spec::matrix::n_x), f(spec::matrix::tile_words)));
  }
  return longest;
}

std::string bus_error_text(std::uint32_t error) {
  static constexpr std::array<std::string_view, 6> kWhat{"no error", "read answered SLVERR", "read answered DECERR",
                                                         "write answered SLVERR", "write answered DECERR", "illegal command"};
  const auto unit = error >> 8 & 0xFF;
  return fmt::format("{}, unit {}", kWhat[std::min<std::uint32_t>(error & 0xFF, 5)], unit < spec::kUnits ? spec::kUnitNames[unit] : "fetch");
}

class RtlRuler final : public runtime::Ruler {
 public:
  [[nodiscard]] runtime::RulerInfo info() const override {
    return {"rtl", runtime::Fidelity::kRtl, true, "the SystemVerilog kernel, Verilated, cycle by cycle (array body gen)"};
  }

  [[nodiscard]] std::optional<Error> refuses(const Program&) const override { return std::nullopt; }

  [[nodiscard]] Result<RunReport> run(const Program& program, std::span<const std::byte> input,
                                      std::span<std::byte> output, const RunOptions& options) override {
    auto model = model_of(program.target, !options.waves.empty());
    if (!model) return forward_error(model);
    memory::SparseMemory store;
    auto memory = memory::make_memory(options.memory, store, options.seed);
    if (!memory) return forward_error(memory);
    store.write(kCommandBase, std::as_bytes(std::span(program.commands)));
    store.write(kRegionBase[static_cast<std::size_t>(Region::kConstants)], program.constants);
    store.write(kRegionBase[static_cast<std::size_t>(Region::kInput)], input);

    KernelBench bench(**model, **memory, program.target.clock.count());
    bench.reset();
    if (!options.waves.empty()) {
      if (auto ok = (*model)->open_waves(options.waves); !ok) return forward_error(ok);
      bench.record_waves(true);
    }
    const auto begin = std::chrono::steady_clock::now();
    auto report = execute(program, **model, bench, **memory, options);
    (*model)->close_waves();
    if (!report) return report;
    report->wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    store.read(kRegionBase[static_cast<std::size_t>(Region::kOutput)], output);
    return report;
  }

 private:
  Result<Model*> model_of(const program::Target& target, bool waves) {
    const auto hash = model_hash(target, waves);
    if (!hash) return forward_error(hash);
    auto& slot = models_[*hash];
    if (!slot) {
      const auto file = model_for(target, waves);
      if (!file) return forward_error(file);
      auto model = Model::open(*file);
      if (!model) return forward_error(model);
      slot = std::move(*model);
    }
    return slot.get();
  }

  static Result<void> configure(const Program& program, KernelBench& bench) {
    const auto set64 = [&bench](std::uint32_t reg, std::uint64_t value) -> Result<void> {
      if (auto r = bench.write_register(reg, low(value)); !r) return r;
      return bench.write_register(reg + 4, high(value));
    };
    if (auto r = set64(spec::reg::commands, kCommandBase); !r) return r;
    for (std::size_t i = 0; i < kRegionBase.size(); ++i) {
      if (auto r = set64(kRegionRegister[i], kRegionBase[i]); !r) return r;
    }
    if (auto r = bench.write_register(spec::reg::command_count, static_cast<std::uint32_t>(program.commands.size())); !r) return r;
    if (auto r = bench.write_register(spec::reg::gie, 1); !r) return r;
    return bench.write_register(spec::reg::ier, 1);
  }

  static Result<RunReport> execute(const Program& program, Model& model, KernelBench& bench, memory::AxiMemory& memory,
                                   const RunOptions& options) {
    const std::string where = "ruler rtl, target " + program.target.name;
    if (auto r = configure(program, bench); !r) return forward_error(r);
    const auto version = bench.read_register(spec::reg::isa_version);
    if (!version) return forward_error(version);
    if (*version != spec::kIsaVersion) {
      return fail(ErrorCode::kUnsupported, fmt::format("the kernel executes instruction set {}, the program is of {}", *version, spec::kIsaVersion), where);
    }
    bench.restart_memory();
    CommandLog log(program);
    const std::int64_t patience = options.watchdog_cycles + 2 * longest_command(program);
    if (auto r = bench.write_register(spec::reg::control, 1); !r) return forward_error(r);
    const std::int64_t start = bench.cycle();
    std::int64_t last_sign = start;
    while (!bench.interrupt()) {
      bench.tick();
      if ((bench.issued() | bench.retired()) != 0) {
        log.note(bench.issued(), bench.retired(), bench.cycle() - start);
        last_sign = bench.cycle();
      } else if (bench.bus_moved()) {
        last_sign = bench.cycle();
      }
      if ((bench.cycle() - start) % kProgressEvery == 0) {
        if (interrupted()) return fail(ErrorCode::kInterrupted, fmt::format("interrupted after {} cycles", bench.cycle() - start), where);
        if (const auto failure = model.failure()) return fail(ErrorCode::kMismatch, "assertion of the RTL: " + *failure, where);
        if (options.progress) options.progress(Cycles{bench.cycle() - start}, log.share_done());
      }
      if (bench.cycle() - last_sign > patience) {
        return fail(ErrorCode::kTimeout, fmt::format("no handshake for {} cycles, after {} cycles{}", patience, bench.cycle() - start, log.state()), where);
      }
    }
    bench.finish();
    if (const auto failure = model.failure()) return fail(ErrorCode::kMismatch, "assertion of the RTL: " + *failure, where);
    if (const auto& violation = bench.checker().violation()) return fail(ErrorCode::kMismatch, "AXI protocol: " + violation->text, where);
    return collect(bench, memory, log, where);
  }

  static Result<RunReport> collect(KernelBench& bench, memory::AxiMemory& memory, const CommandLog& log, const std::string& where) {
    const auto error = bench.read_register(spec::reg::error);
    if (!error) return forward_error(error);
    if (*error != 0) {
      const auto address = bench.read_register64(spec::reg::error_address);
      if (!address) return forward_error(address);
      return fail(ErrorCode::kMismatch, fmt::format("m_axi_gmem0: {}, address 0x{:x}{}", bus_error_text(*error), *address,
                                                   memory.faults().empty() ? "" : " (injected)"), where);
    }
    RunReport report;
    for (std::size_t i = 0; i < spec::kCounters; ++i) {
      const auto value = bench.read_register64(spec::reg::counters + 8 * static_cast<std::uint32_t>(i));
      if (!value) return forward_error(value);
      report.activity.counts[i] = *value;
    }
    report.cycles = Cycles{static_cast<std::int64_t>(report.activity[spec::Counter::kCycles])};
    report.trace = log.finished();
    report.array_body = "gen";
    return report;
  }

  std::map<std::string, std::unique_ptr<Model>> models_;  // by content hash
};

}  // namespace

std::unique_ptr<runtime::Ruler> make_rtl_ruler() { return std::make_unique<RtlRuler>(); }

}  // namespace vernier::verilator
