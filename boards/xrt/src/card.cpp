// SPDX-License-Identifier: Apache-2.0
#include "card.hpp"

#include <xclbin.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <fmt/format.h>

#include <vernier/core/interrupt.hpp>
#include <vernier/spec/npu.hpp>

namespace vernier::card {
namespace {

constexpr std::size_t kPageBytes = 4096;  // buffers of a real card are whole pages
constexpr std::chrono::milliseconds kLook{200};
constexpr std::chrono::microseconds kEmulationPoll{200};

std::string bus_error_text(std::uint32_t error) {
  static constexpr std::array<std::string_view, 6> kWhat{"no error", "read answered SLVERR", "read answered DECERR",
                                                         "write answered SLVERR", "write answered DECERR", "illegal command"};
  const auto unit = error >> 8 & 0xFF;
  return fmt::format("{}, unit {}", kWhat[std::min<std::uint32_t>(error & 0xFF, 5)], unit < spec::kUnits ? spec::kUnitNames[unit] : "fetch");
}

}  // namespace

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
    // exclusive: the counters are read through the kernel object
    ::xrt::kernel kernel(device, uuid, "vrn_npu", ::xrt::kernel::cu_access_mode::exclusive);
    return std::unique_ptr<Card>(new Card(std::move(device), std::move(kernel), std::move(where)));
  } catch (const std::exception& e) {
    return fail(ErrorCode::kUnavailable, fmt::format("no usable device with {}: {}; check xbutil examine, and that the .xclbin is of this card", xclbin.string(), e.what()),
                std::move(where));
  }
}

std::uint64_t Card::register64(std::uint32_t offset) {
  const std::uint64_t lo = kernel_.read_register(offset);
  return static_cast<std::uint64_t>(kernel_.read_register(offset + 4)) << 32 | lo;
}

Result<void> Card::check(const program::Program& program) {
  return guarded([&]() -> Result<void> {
    const auto version = kernel_.read_register(spec::reg::isa_version);
    if (version != spec::kIsaVersion) {
      return fail(ErrorCode::kUnsupported, fmt::format("the kernel executes instruction set {}, the program is of {}", version, spec::kIsaVersion), where_);
    }
    const auto geometry = kernel_.read_register(spec::reg::geometry);
    const auto field = [geometry](int shift) { return static_cast<std::int64_t>(geometry >> shift & 0xFF); };
    const auto& t = program.target;
    if (field(0) != t.rows || field(8) != t.columns || field(16) != t.depthwise_taps) {
      return fail(ErrorCode::kUnsupported, fmt::format("the kernel's array is {} x {} with {} depthwise taps, target {} is {} x {} with {}", field(0), field(8), field(16),
                                                       t.name, t.rows, t.columns, t.depthwise_taps), where_);
    }
    return {};
  });
}

Card::Buffer& Card::reserve(Argument argument, std::size_t bytes) {
  Buffer& buffer = buffers_[argument];
  bytes = std::max(kPageBytes, (bytes + kPageBytes - 1) / kPageBytes * kPageBytes);
  if (buffer.bytes < bytes) {
    buffer.bo = {};  // frees before it allocates: the first buffer of a bank lies at the bank's base
    buffer.bo = ::xrt::bo(device_, bytes, kernel_.group_id(argument));
    buffer.bytes = bytes;
    buffer.uploaded.clear();
  }
  return buffer;
}

void Card::upload(Argument argument, std::span<const std::byte> image, bool keeps) {
  Buffer& buffer = reserve(argument, image.size());
  if (image.empty() || (keeps && std::ranges::equal(buffer.uploaded, image))) return;
  buffer.bo.write(image.data(), image.size(), 0);
  buffer.bo.sync(XCL_BO_SYNC_BO_TO_DEVICE, buffer.bytes, 0);
  if (keeps) buffer.uploaded.assign(image.begin(), image.end());
}

Result<void> Card::await(::xrt::run& run, const program::Program& program, const runtime::RunOptions& options) {
  while (!ends_within(run, kLook)) {
    const auto counter = [this](spec::Counter c) { return register64(spec::reg::counters + 8 * static_cast<std::uint32_t>(c)); };
    const auto cycles = static_cast<std::int64_t>(counter(spec::Counter::kCycles));
    if (interrupted()) return fail(ErrorCode::kInterrupted, fmt::format("interrupted after {} cycles", cycles), where_);
    if (options.progress) {
      options.progress(Cycles{cycles}, std::min(1.0, static_cast<double>(counter(spec::Counter::kFetchWords)) / static_cast<double>(program.commands.size())));
    }
  }
  if (run.state() != ERT_CMD_STATE_COMPLETED) {
    return fail(ErrorCode::kTimeout, fmt::format("the run ended in state {} of XRT", static_cast<int>(run.state())), where_);
  }
  return {};
}

Result<runtime::RunReport> Card::run(const program::Program& program, std::span<const std::byte> input, std::span<std::byte> output,
                                     const runtime::RunOptions& options) {
  return guarded([&]() -> Result<runtime::RunReport> {
    const auto transfers_begin = std::chrono::steady_clock::now();
    upload(kCommands, std::as_bytes(std::span(program.commands)), true);
    upload(kConstants, program.constants, true);
    upload(kInput, input, false);
    reserve(kOutput, output.size());
    reserve(kScratch, static_cast<std::size_t>(program.scratch_bytes));
    ::xrt::run run(kernel_);
    for (int i = kCommands; i <= kScratch; ++i) run.set_arg(i, buffers_[i].bo);
    run.set_arg(kCommandCount, static_cast<std::uint32_t>(program.commands.size()));
    const auto begin = std::chrono::steady_clock::now();
    double transfer_s = std::chrono::duration<double>(begin - transfers_begin).count();
    run.start();
    if (auto r = await(run, program, options); !r) return forward_error(r);
    const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    auto report = collect();
    if (!report) return report;
    report->wall_s = wall_s;
    if (!output.empty()) {
      Buffer& result = buffers_[kOutput];
      const auto back_begin = std::chrono::steady_clock::now();
      result.bo.sync(XCL_BO_SYNC_BO_FROM_DEVICE, result.bytes, 0);
      result.bo.read(output.data(), output.size(), 0);
      transfer_s += std::chrono::duration<double>(std::chrono::steady_clock::now() - back_begin).count();
    }
    report->transfer_s = transfer_s;
    return report;
  });
}

Result<runtime::RunReport> Card::collect() {
  const auto error = kernel_.read_register(spec::reg::error);
  if (error != 0) {
    return fail(ErrorCode::kMismatch, fmt::format("m_axi_gmem0: {}, address 0x{:x}", bus_error_text(error), register64(spec::reg::error_address)), where_);
  }
  runtime::RunReport report;
  for (std::size_t i = 0; i < spec::kCounters; ++i) {
    report.activity.counts[i] = register64(spec::reg::counters + 8 * static_cast<std::uint32_t>(i));
  }
  report.clock_hz = 1e6 * stated_clock_mhz(device_, 0);
  report.cycles = Cycles{static_cast<std::int64_t>(report.activity[spec::Counter::kCycles])};
  return report;
}

}  // namespace vernier::card
