// SPDX-License-Identifier: Apache-2.0
#include "kernel_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <limits>
#include <string>

#include <vernier/core/interrupt.hpp>
#include <vernier/program/activity.hpp>
#include <vernier/program/instruction.hpp>

#include "command_log.hpp"
#include "kernel_bench.hpp"
#include "recording.hpp"

namespace vernier::verilator {
namespace {

using program::Region;
using runtime::RunOptions;
using runtime::RunReport;
using spec::Word;

constexpr std::uint64_t kCommandBase = 0x1'0000'0000;
constexpr std::array<std::uint64_t, 4> kRegionBase{0x2'0000'0000, 0x3'0000'0000, 0x4'0000'0000, 0x5'0000'0000};
constexpr std::array<std::uint32_t, 4> kRegionRegister{spec::reg::constants, spec::reg::input, spec::reg::output, spec::reg::scratch};
constexpr std::int64_t kProgressEvery = 1 << 16;  // cycles

constexpr std::uint32_t low(std::uint64_t v) { return static_cast<std::uint32_t>(v); }
constexpr std::uint32_t high(std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); }

/// Of the first command: commands keep their addresses wherever in the program the kernel starts.
std::uint64_t address_of(const KernelRun& run) { return kCommandBase + run.first * sizeof(Word); }

/// Cycles the longest command may keep every visible signal still: those of its vectors or taps.
std::int64_t longest_command(std::span<const Word> commands, const program::Target& target) {
  std::int64_t longest = 0;
  for (const auto& c : commands) {
    const auto product = [&c](std::initializer_list<spec::Field> fields) {
      std::int64_t n = 1;
      for (const auto field : fields) n *= static_cast<std::int64_t>(spec::get(c, field));
      return n;
    };
    namespace m = spec::matrix;
    namespace v = spec::vector;
    namespace d = spec::depthwise;
    switch (static_cast<spec::Opcode>(spec::get(c, spec::header::opcode))) {
      case spec::Opcode::kMatrix:
        longest = std::max(longest, product({m::n_kh, m::n_kw, m::n_cb, m::n_ct}) * std::max(product({m::n_y, m::n_x}), product({m::tile_words})));
        break;
      case spec::Opcode::kVector: longest = std::max(longest, product({v::n_ct, v::n_y, v::n_x}) * std::max<std::int64_t>(1, product({v::k_h, v::k_w}))); break;
      case spec::Opcode::kSoftmax: longest = std::max(longest, static_cast<std::int64_t>(program::vector_pass_cycles(c, target))); break;
      case spec::Opcode::kDepthwise: longest = std::max(longest, product({d::n_kh, d::n_kw, d::n_y, d::n_x})); break;
      default: break;
    }
  }
  return longest;
}

std::string bus_error_text(std::uint32_t error) {
  static constexpr std::array<std::string_view, 6> kWhat{"no error", "read answered SLVERR", "read answered DECERR",
                                                         "write answered SLVERR", "write answered DECERR", "illegal command"};
  const auto unit = error >> 8 & 0xFF;
  return fmt::format("{}, unit {}", kWhat[std::min<std::uint32_t>(error & 0xFF, 5)], unit < spec::kUnits ? spec::kUnitNames[unit] : "fetch");
}

Result<void> configure(const KernelRun& run, KernelBench& bench) {
  const auto set64 = [&bench](std::uint32_t reg, std::uint64_t value) -> Result<void> {
    if (auto r = bench.write_register(reg, low(value)); !r) return r;
    return bench.write_register(reg + 4, high(value));
  };
  if (auto r = set64(spec::reg::commands, address_of(run)); !r) return r;
  for (std::size_t i = 0; i < kRegionBase.size(); ++i) {
    if (auto r = set64(kRegionRegister[i], kRegionBase[i]); !r) return r;
  }
  if (auto r = bench.write_register(spec::reg::command_count, static_cast<std::uint32_t>(run.commands.size())); !r) return r;
  if (auto r = bench.write_register(spec::reg::gie, 1); !r) return r;
  return bench.write_register(spec::reg::ier, 1);
}

Result<RunReport> collect(KernelBench& bench, memory::AxiMemory& memory, const CommandLog& log, const std::string& where) {
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

Result<RunReport> execute(const KernelRun& run, Model& model, KernelBench& bench, memory::AxiMemory& memory, const RunOptions& options) {
  const std::string where = "ruler rtl, target " + run.target.name;
  if (auto r = configure(run, bench); !r) return forward_error(r);
  const auto version = bench.read_register(spec::reg::isa_version);
  if (!version) return forward_error(version);
  if (*version != spec::kIsaVersion) {
    return fail(ErrorCode::kUnsupported, fmt::format("the kernel executes instruction set {}, the program is of {}", *version, spec::kIsaVersion), where);
  }
  bench.begin(run.epoch);
  CommandLog log(run.commands, run.first);
  const std::int64_t patience = options.watchdog_cycles + 2 * longest_command(run.commands, run.target);
  if (auto r = bench.write_register(spec::reg::control, 1); !r) return forward_error(r);
  const std::int64_t start = bench.cycle();
  if (options.waves.format == runtime::WaveFormat::kVcd) bench.record_waves(start + options.waves.first, start + options.waves.end, start);
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
  const auto dram = memory.activity();  // before the registers are read: a refresh may fall due meanwhile
  auto report = collect(bench, memory, log, where);
  if (report) report->dram = dram;
  return report;
}

}  // namespace

std::uint64_t base_of(Region region) { return kRegionBase.at(static_cast<std::size_t>(region)); }

Result<RunReport> run_kernel(Model& model, const KernelRun& run, memory::AxiMemory& memory, memory::SparseMemory& store,
                             const RunOptions& options) {
  store.write(address_of(run), std::as_bytes(run.commands));
  KernelBench bench(model, memory, run.target.clock.count());
  bench.reset();
  auto recording = Recording::open(model, options.waves);
  if (!recording) return forward_error(recording);
  // a waveform to look at shows the reset and the registers' accesses too; a window counts from ap_start
  if (options.waves.format == runtime::WaveFormat::kFst) bench.record_waves(0, std::numeric_limits<std::int64_t>::max(), 0);
  const auto begin = std::chrono::steady_clock::now();
  auto report = execute(run, model, bench, memory, options);
  if (!report) return report;
  if (auto ok = recording->keep(report->cycles); !ok) return forward_error(ok);
  report->wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return report;
}

}  // namespace vernier::verilator
