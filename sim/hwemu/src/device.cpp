// SPDX-License-Identifier: Apache-2.0
#include <vernier/hwemu/device.hpp>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace vernier::hwemu {
namespace {

constexpr int kRegisterPatience = 10'000;   // cycles
constexpr std::int64_t kCheckEvery = 64;    // cycles
constexpr std::int64_t kLongestPollWait = 4096;

}  // namespace

Result<std::unique_ptr<Device>> Device::open(const std::filesystem::path& folder, HostMemory* host, const RunSettings& settings) {
  const auto description = read_description(folder / "vernier.json");
  if (!description) return forward_error(description);
  auto device = std::unique_ptr<Device>(new Device(*description));
  auto faults = Faults::parse(settings.faults, description->banks);
  if (!faults) return forward_error(faults);
  device->faults_ = std::move(*faults);
  for (const auto& unit : description->units) {
    auto open = ComputeUnit::open(unit, *description, folder, device->store_, host, settings, device->faults_);
    if (!open) return forward_error(open);
    device->units_.push_back(std::move(*open));
  }
  if (auto r = device->connect_streams(); !r) return forward_error(r);
  if (auto r = device->check(); !r) return forward_error(r);
  return device;
}

ComputeUnit* Device::unit_named(const std::string& name) const {
  const auto found = std::ranges::find_if(units_, [&name](const auto& unit) { return unit->unit().name == name; });
  return found == units_.end() ? nullptr : found->get();
}

Result<void> Device::connect_streams() {
  for (const auto& link : description_.links) {
    const LinkEnds ends{unit_named(link.writer), unit_named(link.reader)};
    if (ends.writer == nullptr || ends.reader == nullptr) {
      return fail(ErrorCode::kInvalidInput, "a stream ends at a unit that does not exist", link.writer + " to " + link.reader);
    }
    auto open = StreamLink::connect(link, ends.writer->model(), ends.reader->model());
    if (!open) return forward_error(open);
    links_.push_back(std::move(*open));
    ends_.push_back(ends);
  }
  for (std::size_t i = 0; i < links_.size(); ++i) {
    ends_[i].writer->attach(links_[i], true);
    ends_[i].reader->attach(links_[i], false);
  }
  return {};
}

ComputeUnit* Device::unit_at(std::uint64_t address) {
  for (auto& unit : units_) {
    if (address >= unit->unit().base && address - unit->unit().base < unit->unit().range) return unit.get();
  }
  return nullptr;
}

void Device::tick() {
  const bool any = running();
  for (const auto& link : links_) link.drive();
  for (auto& unit : units_) {
    if (unit->awake() || (any && unit->follows())) unit->tick();
  }
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (!links_[i].step()) continue;
    ends_[i].writer->note_sign();
    ends_[i].reader->note_sign();
  }
  ++cycle_;
}

Result<void> Device::check() const {
  for (const auto& unit : units_) {
    if (auto failure = unit->failure()) return tl::unexpected<Error>(std::move(*failure));
  }
  return {};
}

bool Device::running() const {
  return std::ranges::any_of(units_, [](const auto& unit) { return unit->awake(); });
}

Result<void> Device::advance(std::int64_t cycles) {
  for (std::int64_t i = 0; i < cycles && running(); ++i) {
    tick();
    if (i % kCheckEvery == kCheckEvery - 1) {
      if (auto r = check(); !r) return r;
    }
  }
  return check();
}

Result<void> Device::finish_access(ComputeUnit& unit, std::uint64_t offset, const char* what) {
  for (int i = 0; i < kRegisterPatience && unit.registers().busy(); ++i) tick();
  if (unit.registers().busy()) {
    return fail(ErrorCode::kTimeout, fmt::format("{} of register {:#x} is not answered in {} cycles{}", what, offset, kRegisterPatience, unit.state()),
                unit.unit().name);
  }
  unit.end_access();
  return check();
}

Result<void> Device::write_registers(std::uint64_t address, std::span<const std::byte> bytes) {
  ComputeUnit* unit = unit_at(address);
  if (unit == nullptr) return {};
  for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + i, sizeof value);
    const std::uint64_t offset = address + i - unit->unit().base;
    unit->begin_write(offset, value);
    if (auto r = finish_access(*unit, offset, "write"); !r) return r;
  }
  return {};
}

Result<void> Device::read_registers(std::uint64_t address, std::span<std::byte> bytes) {
  ComputeUnit* unit = unit_at(address);
  if (unit == nullptr) {
    std::ranges::fill(bytes, std::byte{0});
    return {};
  }
  for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
    const std::uint64_t offset = address + i - unit->unit().base;
    // The host polls without pause: let it wait for a share of the run so far instead of answering each time.
    if (offset == 0 && unit->started()) {
      if (auto r = advance(std::min(kLongestPollWait, unit->cycles_since_start() / 8)); !r) return r;
    }
    unit->begin_read(offset);
    if (auto r = finish_access(*unit, offset, "read"); !r) return r;
    const std::uint32_t value = unit->value();
    std::memcpy(bytes.data() + i, &value, sizeof value);
  }
  return {};
}

}  // namespace vernier::hwemu
