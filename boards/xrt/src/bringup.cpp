// SPDX-License-Identifier: Apache-2.0
#include <vernier/xrt/bringup.hpp>

#include <experimental/xrt_xclbin.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <vernier/package/xclbin_identity.hpp>

#include "bringup_card.hpp"
#include "sensors.hpp"

namespace vernier::card {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kStepSeconds = 120;
constexpr int kTimedReads = 501;
constexpr std::size_t kMemoryBytes = std::size_t{64} << 20;
constexpr std::uint32_t kBandwidthWords = 8192, kClockCycles = 20'000, kSumWords = 1024;

class Bringup {
 public:
  explicit Bringup(const BringupOptions& options) : o_(options) {}

  std::vector<StepReport> run() {
    const bool device = step("device", "XRT finds a card and opens it", &Bringup::device);
    step("uuid", "the file is what was built, and it is what the card runs", &Bringup::uuid, device);
    const bool kernels = step("kernels", "every compute unit is in the xclbin", &Bringup::kernels, device);
    // a unit that is not there says nothing about the others
    const bool registers = step("registers", "the xclbin's register map is the RTL's", &Bringup::registers, device && kernels);
    const bool done = step("completion", "a run ends and the host learns of it", &Bringup::completion, registers);
    step("clock", "kernels run at the clock that was asked for", &Bringup::clock, done);
    const bool memory = step("memory", "data lines, address lines and cells of every bank, from both sides", &Bringup::memory, done);
    step("results", "arithmetic of the kernel", &Bringup::results, memory);
    step("bandwidth", "every bank moves what its type can", &Bringup::bandwidth, memory);
    step("sensors", "power and temperature can be read", &Bringup::sensors, device);
    return std::move(reports_);
  }

 private:
  using Work = void (Bringup::*)(StepReport&);

  bool step(const char* name, const char* proves, Work work, bool possible = true) {
    StepReport report;
    if (possible) {
      report = run_step(name, proves, kStepSeconds, [this, work](StepReport& r) {
        try {
          (this->*work)(r);
          // a kernel that hangs keeps its card open: closing would wait for it, the end of this process does not
          if (r.state != StepState::kFailed) close();
        } catch (const std::exception& e) {
          r.fail(Fault::kCrashed, fmt::format("XRT: {}", e.what()), "xbutil examine; dmesg");
        }
      });
    } else {
      report.name = name;
      report.proves = proves;
      report.skip("an earlier step failed");
    }
    if (o_.step_done) o_.step_done(report);
    const bool passed = report.state != StepState::kFailed && possible;
    reports_.push_back(std::move(report));
    return passed;
  }

  BringupCard& open() { return *(card_ = std::make_unique<BringupCard>(o_.xclbin)); }
  /// In place of the one before.
  [[nodiscard]] BringupUnit& unit_of(const std::string& name, std::size_t bytes) {
    unit_.reset();
    return *(unit_ = std::make_unique<BringupUnit>(*card_, name, bytes));
  }
  void close() {
    unit_.reset();
    card_.reset();
  }

  [[nodiscard]] std::string bank_of(const std::string& unit) const {
    const auto number = static_cast<std::size_t>(std::atol(unit.substr(unit.rfind('_') + 1).c_str()));
    return number < o_.board.banks.size() ? o_.board.banks[number].tag : unit;
  }
  [[nodiscard]] double peak_of(const std::string& unit) const {
    const auto number = static_cast<std::size_t>(std::atol(unit.substr(unit.rfind('_') + 1).c_str()));
    return number < o_.board.banks.size() ? o_.board.banks[number].peak_bytes_per_s() : 0;
  }

  void device(StepReport& r) {
    try {
      ::xrt::device device(0U);
      r.finding = device.get_info<::xrt::info::device::name>();
    } catch (const std::exception& e) {
      r.fail(Fault::kNoDevice, fmt::format("XRT: {}", e.what()), "xbutil examine; is the card's shell flashed and its driver loaded?");
    }
  }

  void uuid(StepReport& r) {
    const auto identity = package::identify_xclbin(o_.xclbin);
    if (!identity) return r.fail(Fault::kWrongUuid, to_string(identity.error()), "build the file again");
    const std::string& wanted = o_.uuid.empty() ? identity->of_content : o_.uuid;
    if (!wanted.empty() && wanted != identity->stated) {
      return r.fail(Fault::kWrongUuid, fmt::format("{} states {}, its build is {}", o_.xclbin.string(), identity->stated, wanted), "use the file of this build, or build again");
    }
    const auto before = Clock::now();
    BringupCard& card = open();
    r.figures.emplace_back("load_s", std::chrono::duration<double>(Clock::now() - before).count());
    const auto loaded = card.device().get_xclbin_uuid().to_string();
    if (loaded != identity->stated) r.fail(Fault::kWrongUuid, fmt::format("the card runs {}, the file is {}", loaded, identity->stated), "somebody else has programmed the card: xbutil examine");
  }

  void kernels(StepReport& r) {
    const ::xrt::xclbin xclbin(o_.xclbin.string());
    std::vector<std::string> there, missing;
    for (const auto& ip : xclbin.get_ips()) there.push_back(ip.get_name());
    for (const auto& unit : o_.units) {
      if (std::ranges::find(there, "vrn_bringup:" + unit) == there.end()) missing.push_back(unit);
    }
    if (!missing.empty()) r.fail(Fault::kMissingKernel, fmt::format("compute unit {} is not in the xclbin; it has {}", fmt::join(missing, ", "), fmt::join(there, ", ")), "link with nk= for every unit");
    r.figures.emplace_back("compute_units", static_cast<double>(there.size()));
  }

  void registers(StepReport& r) {
    constexpr std::uint32_t kProbe = 0x0F1E2D3C;
    BringupCard& card = open();
    for (const auto& unit : o_.units) {
      auto kernel = card.kernel(unit);
      const auto magic = kernel.read_register(BringupMap::kMagicAt);
      if (magic != BringupMap::kMagic) {
        return r.fail(Fault::kRegisterMap, fmt::format("{}: register {:#x} reads {:#x}, the kernel's is {:#x}", unit, BringupMap::kMagicAt, magic, BringupMap::kMagic), "is it the bring-up kernel? check base addresses");
      }
      for (int i = 0; i < 4; ++i) {
        const auto stated = kernel.offset(i), real = BringupMap::kArguments[i];
        const auto name = BringupMap::kNames[i];
        if (stated != real) {
          return r.fail(Fault::kRegisterMap, fmt::format("{}: argument {} is at {:#x} in the xclbin, the RTL has it at {:#x}", unit, name, stated, real), "kernel.xml and RTL are of different versions: package again");
        }
        kernel.write_register(stated, kProbe + static_cast<std::uint32_t>(i));
        const auto back = kernel.read_register(real);
        if (back != kProbe + static_cast<std::uint32_t>(i)) {
          return r.fail(Fault::kRegisterMap, fmt::format("{}: argument {} reads back {:#x}, {:#x} was written", unit, name, back, kProbe + static_cast<std::uint32_t>(i)), "check the AXI4-Lite path: data width, base address, reset");
        }
      }
    }
    auto kernel = card.kernel(o_.units.front());
    std::vector<double> times_us;
    for (int i = 0; i < kTimedReads; ++i) {
      const auto before = Clock::now();
      (void)kernel.read_register(BringupMap::kMagicAt);
      times_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - before).count());
    }
    std::ranges::sort(times_us);
    r.figures.emplace_back("register_read_us_best", times_us.front());
    r.figures.emplace_back("register_read_us_median", times_us[kTimedReads / 2]);
  }

  void completion(StepReport& r) {
    using namespace std::chrono_literals;
    open();
    for (const auto& name : o_.units) {
      BringupUnit& unit = unit_of(name, 4096);
      const auto before = Clock::now();
      const auto figures = unit.run(BringupMode::kWait, 0, 64, 0, 2000ms);
      if (!figures) {
        return r.fail(Fault::kNoDone, fmt::format("{}: started, no ap_done within 2 s; control register reads {:#x}", name, unit.kernel().read_register(0)),
                      "check the kernel's clock and reset, and that ap_done reaches the register");
      }
      r.figures.emplace_back(name + "_launch_us", std::chrono::duration<double, std::micro>(Clock::now() - before).count());
    }
  }

  void clock(StepReport& r) {
    BringupCard& card = open();
    const double wanted = o_.board.clock.count() / 1e6, stated = card.stated_mhz(0), reference = card.stated_mhz(1);
    r.figures = {{"board_mhz", wanted}, {"xclbin_mhz", stated}};
    for (const auto& name : o_.units) {
      BringupUnit& unit = unit_of(name, 4096);
      // on a card long enough for the host's clock; an emulated one has no time of the host's
      const std::uint32_t cycles = o_.emulated ? kClockCycles : static_cast<std::uint32_t>(stated * 2e5);
      const auto before = Clock::now();
      const auto figures = unit.run(BringupMode::kWait, 0, cycles, 0);
      const double wall_s = std::chrono::duration<double>(Clock::now() - before).count();
      if (!figures || figures->cycles == 0) return r.fail(Fault::kNoDone, name + ": no ap_done", "see step completion");
      double measured = 0;
      if (!o_.emulated) measured = figures->cycles / wall_s / 1e6;
      else if (reference > 0 && figures->ticks > 0) measured = reference * figures->cycles / figures->ticks;
      if (measured == 0) return r.skip("the kernel has no second clock to measure with");
      r.figures.emplace_back(name + "_mhz", measured);
      if (std::abs(measured / stated - 1) > o_.most_clock_error) {
        return r.fail(Fault::kSlowClock, fmt::format("{} runs at {:.1f} MHz, the xclbin states {:.0f}", name, measured, stated), "was the clock scaled for power or temperature? xbutil examine -r electrical; set it again");
      }
    }
    if (stated < wanted * (1 - o_.most_clock_error)) r.fail(Fault::kSlowClock, fmt::format("the xclbin states {:.0f} MHz, the board's clock is {:.0f}", stated, wanted), "timing was not met: look at v++'s report");
  }

  void memory(StepReport& r) {
    open();
    for (const auto& name : o_.units) {
      BringupUnit& unit = unit_of(name, kMemoryBytes);
      check_memory(unit, bank_of(name), r);
    }
    r.figures.emplace_back("banks", static_cast<double>(o_.units.size()));
  }

  void results(StepReport& r) {
    open();
    std::mt19937_64 random(7);
    for (const auto& name : o_.units) {
      BringupUnit& unit = unit_of(name, kWordBytes * kSumWords);
      std::vector<std::uint64_t> words(std::size_t{8} * kSumWords);
      std::uint64_t sum = 0;
      for (auto& w : words) sum += w = random();
      unit.to_card(0, words);
      const auto figures = unit.run(BringupMode::kRead, 0, kSumWords, 0);
      if (!figures) return r.fail(Fault::kNoDone, name + ": no ap_done", "see step completion");
      if (figures->first != words[0] || figures->sum != sum) {
        return r.fail(Fault::kWrongResults, fmt::format("{}: the sum of {} words is {:#x}, right is {:#x}; the memory under it passed", name, words.size(), figures->sum, sum),
                      "timing may not be met at this clock: lower it; compare with the RTL in emulation");
      }
    }
  }

  void bandwidth(StepReport& r) {
    BringupCard& card = open();
    const double hz = card.stated_mhz(0) * 1e6;
    for (const auto& name : o_.units) {
      BringupUnit& unit = unit_of(name, kWordBytes * kBandwidthWords);
      for (const auto& [mode, verb] : {std::pair{BringupMode::kRead, "read"}, {BringupMode::kFill, "write"}}) {
        const auto figures = unit.run(mode, 0, kBandwidthWords, 1);
        if (!figures || figures->cycles == 0) return r.fail(Fault::kNoDone, name + ": no ap_done", "see step completion");
        const double got = kWordBytes * kBandwidthWords / static_cast<double>(figures->cycles) * hz;
        // a port of 64 bytes a cycle may be the narrower of the two
        const double peak = std::min(peak_of(name) > 0 ? peak_of(name) : kWordBytes * hz, kWordBytes * hz);
        r.figures.emplace_back(fmt::format("{}_{}_gb_per_s", bank_of(name), verb), got / 1e9);
        if (got < o_.least_bandwidth_share * peak) {
          return r.fail(Fault::kLowBandwidth, fmt::format("bank {}: {} {:.1f} GB/s, {:.0f} % of {:.1f}", bank_of(name), verb, got / 1e9, 100 * got / peak, peak / 1e9), "is another unit on this bank? check burst lengths and the port's width");
        }
      }
      const std::vector<std::uint64_t> block(std::size_t{kWordBytes} * kBandwidthWords / 8, 1);
      const auto before = Clock::now();
      unit.to_card(0, block);
      r.figures.emplace_back(bank_of(name) + "_from_host_gb_per_s", 8e-9 * static_cast<double>(block.size()) / std::chrono::duration<double>(Clock::now() - before).count());
    }
  }

  void sensors(StepReport& r) {
    r.figures = read_sensors(::xrt::device(0U));
    if (r.figures.empty()) r.skip("this device shows no sensors");
  }

  const BringupOptions& o_;
  std::vector<StepReport> reports_;
  std::unique_ptr<BringupCard> card_;  // of the step that runs, in its process
  std::unique_ptr<BringupUnit> unit_;
};

}  // namespace

Result<std::vector<StepReport>> bring_up(const BringupOptions& options) { return Bringup(options).run(); }

}  // namespace vernier::card
