// SPDX-License-Identifier: Apache-2.0
#include "card.hpp"

#include <stdlib.h>
#include <xclbin.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <deque>
#include <optional>
#include <thread>
#include <tuple>

#include <fmt/format.h>

#include <vernier/core/interrupt.hpp>
#include <vernier/spec/npu.hpp>

#include "sensors.hpp"

namespace vernier::card {
namespace {

constexpr std::string_view kKernel = "vrn_npu";
// Whole pages, as a real card wants, and so many that every buffer begins in the same bank and column of a DRAM.
constexpr std::size_t kAlignedBytes = std::size_t{1} << 20;
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kLook{200};
constexpr std::chrono::microseconds kEmulationPoll{200};
// The simulator sees bus handshakes only, where ruler rtl sees commands too: between two transfers many may retire.
constexpr std::int64_t kWatchdogFactor = 100;

std::string npu_error_text(std::uint32_t error) {
  const auto unit = error >> 8 & 0xFF;
  return fmt::format("{}, unit {}", bus_error_text(error), unit < spec::kUnits ? spec::kUnitNames[unit] : "fetch");
}

double seconds_since(std::chrono::steady_clock::time_point begin) { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); }

/// Names of the kernel's compute units on the card, as its xclbin lists them: "KERNEL:UNIT".
std::vector<std::string> units_of(const ::xrt::device& device, const ::xrt::uuid& uuid) {
  const auto* layout = device.get_xclbin_section<const ip_layout*>(IP_LAYOUT, uuid);
  std::vector<std::string> names;
  for (std::int32_t i = 0; layout != nullptr && i < layout->m_count; ++i) {
    const std::string name(reinterpret_cast<const char*>(layout->m_ip_data[i].m_name));
    const auto colon = name.find(':');
    if (colon != std::string::npos && name.substr(0, colon) == kKernel) names.push_back(name.substr(colon + 1));
  }
  return names;
}

}  // namespace

std::optional<Error> emulation_missing() {
  std::error_code ec;
  if (std::filesystem::exists(VERNIER_XRT_ROOT "/lib/libxrt_hwemu.so.2", ec)) return std::nullopt;
  return Error{ErrorCode::kUnavailable, "XRT's emulation driver was not found when Vernier was built: apt-get install libxrt1 libxrt-dev unzip", "ruler hw_emu"};
}

void choose_emulation(const EmulatedRoot& root, const runtime::RunOptions& options) {
  const auto set = [](const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); };
  root.choose(root.path());
  set("VERNIER_HWEMU_MEMORY", options.memory);
  set("VERNIER_HWEMU_SEED", std::to_string(options.seed));
  set("VERNIER_HWEMU_WATCHDOG", std::to_string(kWatchdogFactor * options.watchdog_cycles));
  set("VERNIER_HWEMU_WAVES", options.waves.wanted() ? root.path().string() : "");
  std::fflush(nullptr);  // the driver forks, and its child would print again what stands in our buffers
}

std::string_view bus_error_text(std::uint32_t error) {
  static constexpr std::array<std::string_view, 6> kWhat{"no error", "read answered SLVERR", "read answered DECERR",
                                                         "write answered SLVERR", "write answered DECERR", "illegal command"};
  return kWhat[std::min<std::uint32_t>(error & 0xFF, 5)];
}

double stated_clock_mhz(const ::xrt::device& device, std::size_t clock) {
  try {
    const auto* topology = device.get_xclbin_section<const clock_freq_topology*>(CLOCK_FREQ_TOPOLOGY, device.get_xclbin_uuid());
    if (topology == nullptr || static_cast<std::int64_t>(clock) >= topology->m_count) return 0;
    return topology->m_clock_freq[clock].m_freq_Mhz;
  } catch (const std::exception&) {
    return 0;  // XRT throws for a section that is not there
  }
}

bool ends_within(const ::xrt::run& run, std::chrono::milliseconds patience) {
  const char* emulation = std::getenv("XCL_EMULATION_MODE");
  if (emulation == nullptr || *emulation == '\0') return run.wait(patience) != ERT_CMD_STATE_TIMEOUT;
  // waits of the emulation driver have no end of their own
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto state = run.state();
    if (state != ERT_CMD_STATE_NEW && state != ERT_CMD_STATE_QUEUED && state != ERT_CMD_STATE_SUBMITTED && state != ERT_CMD_STATE_RUNNING) return true;
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kEmulationPoll);
  }
}

template <class Work>
auto Card::guarded(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::exception& e) {
    return fail(ErrorCode::kUnavailable, fmt::format("XRT: {}", e.what()), where_);
  }
}

Result<std::unique_ptr<Card>> Card::open(const std::filesystem::path& xclbin, std::string where) {
  try {
    ::xrt::device device(0U);
    const auto uuid = device.load_xclbin(xclbin.string());
    const auto names = units_of(device, uuid);
    if (names.empty()) return fail(ErrorCode::kUnavailable, fmt::format("{} holds no kernel {}", xclbin.string(), kKernel), std::move(where));
    std::unique_ptr<Card> card(new Card(std::move(device), std::move(where)));
    // exclusive: the counters are read through the kernel object
    for (const auto& name : names) {
      card->units_.emplace_back().kernel = ::xrt::kernel(card->device_, uuid, fmt::format("{}:{{{}}}", kKernel, name), ::xrt::kernel::cu_access_mode::exclusive);
    }
    return card;
  } catch (const std::exception& e) {
    return fail(ErrorCode::kUnavailable, fmt::format("no usable device with {}: {}; check xbutil examine, and that the .xclbin is of this card", xclbin.string(), e.what()),
                std::move(where));
  }
}

std::uint64_t Card::register64(const Unit& unit, std::uint32_t offset) {
  const std::uint64_t lo = unit.kernel.read_register(offset);
  return static_cast<std::uint64_t>(unit.kernel.read_register(offset + 4)) << 32 | lo;
}

Result<void> Card::check(const program::Program& program) {
  return guarded([&]() -> Result<void> {
    for (const auto& unit : units_) {
      const auto version = unit.kernel.read_register(spec::reg::isa_version);
      if (version != spec::kIsaVersion) {
        return fail(ErrorCode::kUnsupported, fmt::format("the kernel executes instruction set {}, the program is of {}", version, spec::kIsaVersion), where_);
      }
      const auto geometry = unit.kernel.read_register(spec::reg::geometry);
      const auto field = [geometry](int shift) { return static_cast<std::int64_t>(geometry >> shift & 0xFF); };
      const auto& t = program.target;
      if (field(0) != t.rows || field(8) != t.columns || field(16) != t.depthwise_taps) {
        return fail(ErrorCode::kUnsupported, fmt::format("the kernel's array is {} x {} with {} depthwise taps, target {} is {} x {} with {}", field(0), field(8), field(16),
                                                         t.name, t.rows, t.columns, t.depthwise_taps), where_);
      }
    }
    return {};
  });
}

Card::Buffer& Card::reserve(Unit& unit, Buffer& buffer, Argument argument, std::size_t bytes) {
  bytes = std::max(kAlignedBytes, (bytes + kAlignedBytes - 1) / kAlignedBytes * kAlignedBytes);
  if (buffer.bytes < bytes) {
    buffer.bo = {};  // frees before it allocates: the first buffer of a bank lies at the bank's base
    buffer.bo = ::xrt::bo(device_, bytes, unit.kernel.group_id(argument));
    buffer.bytes = bytes;
    buffer.uploaded.clear();
  }
  return buffer;
}

void Card::upload(Unit& unit, Buffer& buffer, Argument argument, std::span<const std::byte> image, bool keeps) {
  reserve(unit, buffer, argument, image.size());
  if (image.empty() || (keeps && std::ranges::equal(buffer.uploaded, image))) return;
  buffer.bo.write(image.data(), image.size(), 0);
  buffer.bo.sync(XCL_BO_SYNC_BO_TO_DEVICE, image.size(), 0);
  if (keeps) buffer.uploaded.assign(image.begin(), image.end());
}

Card::Flight Card::load(Unit& unit, int buffer, std::size_t job, const program::Program& program, const runtime::Job& data) {
  const auto begin = std::chrono::steady_clock::now();
  upload(unit, unit.commands, kCommands, std::as_bytes(std::span(program.commands)), true);
  upload(unit, unit.constants, kConstants, program.constants, true);
  upload(unit, unit.inputs[buffer], kInput, data.input, false);
  reserve(unit, unit.outputs[buffer], kOutput, data.output.size());
  reserve(unit, unit.scratch, kScratch, static_cast<std::size_t>(program.scratch_bytes));
  Flight flight{&unit, buffer, job, ::xrt::run(unit.kernel), {}, 0};
  flight.run.set_arg(kCommands, unit.commands.bo);
  flight.run.set_arg(kConstants, unit.constants.bo);
  flight.run.set_arg(kInput, unit.inputs[buffer].bo);
  flight.run.set_arg(kOutput, unit.outputs[buffer].bo);
  flight.run.set_arg(kScratch, unit.scratch.bo);
  flight.run.set_arg(kCommandCount, static_cast<std::uint32_t>(program.commands.size()));
  flight.transfer_s = seconds_since(begin);
  return flight;
}

void Card::start(Flight& flight) {
  flight.started = std::chrono::steady_clock::now();
  flight.run.start();
}

void Card::fetch(Flight& flight, std::span<std::byte> output) {
  if (output.empty()) return;
  const auto begin = std::chrono::steady_clock::now();
  auto& bo = flight.unit->outputs[flight.buffer].bo;
  bo.sync(XCL_BO_SYNC_BO_FROM_DEVICE, output.size(), 0);
  bo.read(output.data(), output.size(), 0);
  flight.transfer_s += seconds_since(begin);
}

Result<void> Card::await(Flight& flight, const program::Program& program, const runtime::RunOptions& options) {
  while (!ends_within(flight.run, kLook)) {
    const auto counter = [&flight](spec::Counter c) { return register64(*flight.unit, spec::reg::counters + 8 * static_cast<std::uint32_t>(c)); };
    const auto cycles = static_cast<std::int64_t>(counter(spec::Counter::kCycles));
    if (interrupted()) return fail(ErrorCode::kInterrupted, fmt::format("interrupted after {} cycles", cycles), where_);
    if (options.progress) {
      options.progress(Cycles{cycles}, std::min(1.0, static_cast<double>(counter(spec::Counter::kFetchWords)) / static_cast<double>(program.commands.size())));
    }
  }
  if (flight.run.state() != ERT_CMD_STATE_COMPLETED) {
    return fail(ErrorCode::kTimeout, fmt::format("the run ended in state {} of XRT", static_cast<int>(flight.run.state())), where_);
  }
  return {};
}

Result<std::vector<runtime::RunReport>> Card::run_all(const program::Program& program, std::span<const runtime::Job> jobs, const runtime::RunOptions& options) {
  return guarded([&]() -> Result<std::vector<runtime::RunReport>> {
    std::vector<runtime::RunReport> reports(jobs.size());
    std::deque<Flight> flights;  // the oldest first; all run the same program, so it is the first to end
    std::size_t next = 0;
    for (auto& unit : units_) {
      if (next == jobs.size()) break;
      flights.push_back(load(unit, 0, next, program, jobs[next]));
      start(flights.back());
      ++next;
    }
    while (!flights.empty()) {
      Flight flight = std::move(flights.front());
      flights.pop_front();
      std::optional<Flight> following;
      if (next < jobs.size()) {
        following = load(*flight.unit, 1 - flight.buffer, next, program, jobs[next]);
        ++next;
      }
      if (auto r = await(flight, program, options); !r) return forward_error(r);
      const double wall_s = seconds_since(flight.started);
      auto report = collect(*flight.unit);
      if (!report) {
        for (auto& other : flights) std::ignore = ends_within(other.run, kPatience);  // leaves no unit at work
        return forward_error(report);
      }
      if (following) {
        start(*following);
        flights.push_back(std::move(*following));
      }
      fetch(flight, jobs[flight.job].output);
      report->wall_s = wall_s;
      report->transfer_s = flight.transfer_s;
      reports[flight.job] = std::move(*report);
    }
    if (!reports.empty()) reports.front().sensors = read_sensors(device_);  // not before: reading would delay what is timed
    return reports;
  });
}

Result<runtime::RunReport> Card::collect(Unit& unit) {
  const auto error = unit.kernel.read_register(spec::reg::error);
  if (error != 0) {
    return fail(ErrorCode::kMismatch, fmt::format("m_axi_gmem0: {}, address 0x{:x}", npu_error_text(error), register64(unit, spec::reg::error_address)), where_);
  }
  runtime::RunReport report;
  for (std::size_t i = 0; i < spec::kCounters; ++i) {
    report.activity.counts[i] = register64(unit, spec::reg::counters + 8 * static_cast<std::uint32_t>(i));
  }
  report.clock_hz = 1e6 * stated_clock_mhz(device_, 0);
  report.cycles = Cycles{static_cast<std::int64_t>(report.activity[spec::Counter::kCycles])};
  return report;
}

}  // namespace vernier::card
