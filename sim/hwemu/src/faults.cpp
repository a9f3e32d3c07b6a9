// SPDX-License-Identifier: Apache-2.0
#include <vernier/hwemu/faults.hpp>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <sstream>

#include <fmt/format.h>

namespace vernier::hwemu {
namespace {

constexpr const char* kForms =
    "dead_bank=TAG, stuck_data=TAG:BIT:VALUE, swapped_address=TAG:BIT:BIT, slow_clock=DIVISOR, no_done, bus_error=read|write:BURST, dies=CALL:SIGNAL|exit, kills_host=CALL";
constexpr unsigned kDataBits = 64;  // of a memory channel
constexpr unsigned kPageBits = 12;  // a burst stays within 4 KiB: lower bits would tear it
constexpr int kExitOfDeath = 9;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

template <class Number>
bool take(const std::string& text, Number& number, Number low, Number high) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= low && number <= high;
}

pid_t host_of_socket() {
  const char* id = std::getenv("EMULATION_SOCKETID");  // ends in the host's process id
  if (id == nullptr) return 0;
  const std::string text(id);
  return static_cast<pid_t>(std::atol(text.substr(text.rfind('_') + 1).c_str()));
}

}  // namespace

Result<Faults> Faults::parse(const std::string& text, const std::vector<Bank>& banks) {
  Faults faults;
  for (const auto& entry : split(text, ',')) {
    const auto equals = entry.find('=');
    const auto name = entry.substr(0, equals);
    const auto values = split(equals == std::string::npos ? "" : entry.substr(equals + 1), ':');
    const auto wrong = [&entry] { return fail(ErrorCode::kInvalidInput, fmt::format("'{}'; allowed: {}", entry, kForms), "fault"); };
    if (name == "no_done" && values.empty()) {
      faults.hides_done_ = true;
    } else if (name == "slow_clock" && values.size() == 1 && take(values[0], faults.clock_divisor_, 1.0, 1000.0)) {
      continue;
    } else if (name == "bus_error" && values.size() == 2 && (values[0] == "read" || values[0] == "write") && take<std::int64_t>(values[1], faults.bus_error_.burst, 1, 1'000'000'000)) {
      faults.bus_error_.write = values[0] == "write";
    } else if (name == "kills_host" && values.size() == 1 && take<std::int64_t>(values[0], faults.kills_host_at_.emplace(), 1, 1'000'000'000)) {
      continue;
    } else if (name == "dies" && values.size() == 2 && take<std::int64_t>(values[0], faults.dies_at_.emplace(), 1, 1'000'000'000)) {
      if (values[1] != "exit" && !take(values[1], faults.signal_, 1, 64)) return wrong();
    } else {
      const bool dead = name == "dead_bank", stuck = name == "stuck_data", swapped = name == "swapped_address";
      if (!((dead && values.size() == 1) || ((stuck || swapped) && values.size() == 3))) return wrong();
      const auto bank = std::ranges::find(banks, values[0], &Bank::tag);
      if (bank == banks.end()) return fail(ErrorCode::kInvalidInput, fmt::format("'{}': the card has no bank {}", entry, values[0]), "fault");
      MemoryFault fault{dead ? Kind::kDead : stuck ? Kind::kStuck : Kind::kSwapped, *bank};
      if (!dead && (!take(values[1], fault.first, swapped ? kPageBits : 0U, kDataBits - 1) ||
                    !take(values[2], fault.second, swapped ? kPageBits : 0U, stuck ? 1U : kDataBits - 1))) return wrong();
      faults.memory_.push_back(std::move(fault));
    }
  }
  return faults;
}

void Faults::corrupt_read(std::uint64_t address, std::span<std::byte> bytes) const {
  for (const auto& fault : memory_) {
    if (fault.kind == Kind::kSwapped || bytes.empty()) continue;
    const std::uint64_t begin = std::max(address, fault.bank.base), end = std::min(address + bytes.size(), fault.bank.base + fault.bank.bytes);
    for (std::uint64_t at = begin; at < end; ++at) {
      std::byte& byte = bytes[at - address];
      if (fault.kind == Kind::kDead) {
        byte = std::byte{0xFF};
      } else if (at % (kDataBits / 8) == fault.first / 8) {
        const auto mask = static_cast<std::byte>(1U << fault.first % 8);
        byte = fault.second != 0 ? byte | mask : byte & ~mask;
      }
    }
  }
}

std::uint64_t Faults::kernel_address(std::uint64_t address) const {
  for (const auto& fault : memory_) {
    if (fault.kind != Kind::kSwapped || !fault.bank.holds(address, 1)) continue;
    const std::uint64_t offset = address - fault.bank.base, a = offset >> fault.first & 1, b = offset >> fault.second & 1;
    if (a != b) return fault.bank.base + (offset ^ (std::uint64_t{1} << fault.first | std::uint64_t{1} << fault.second)) % fault.bank.bytes;
  }
  return address;
}

void Faults::before_answer(std::int64_t call) const {
  if (kills_host_at_ == call) {
    if (const pid_t host = host_of_socket(); host > 1) ::kill(host, SIGKILL);
  }
  if (dies_at_ != call) return;
  if (signal_ == 0) ::_exit(kExitOfDeath);
  ::signal(signal_, SIG_DFL);
  ::raise(signal_);
}

}  // namespace vernier::hwemu
