// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "kernel_build.hpp"

namespace vernier::package {
namespace {

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

const RtlPort* find(const std::vector<RtlPort>& ports, const std::string& name) {
  const auto wanted = lower_case(name);
  const auto found = std::ranges::find_if(ports, [&wanted](const RtlPort& p) { return lower_case(p.name) == wanted; });
  return found == ports.end() ? nullptr : &*found;
}

/// The pin that carries a port's data.
const RtlPort* data_pin(const std::vector<RtlPort>& ports, const KernelPort& port) {
  if (port.stream) return find(ports, port.name + "_tdata");
  const RtlPort* read = find(ports, port.name + "_rdata");
  return read != nullptr ? read : find(ports, port.name + "_wdata");
}

bool belongs(const Kernel& kernel, const RtlPort& pin) {
  const auto name = lower_case(pin.name);
  if (name == "interrupt" || name.ends_with("_interrupt")) return true;
  for (const auto& clock : kernel.clocks) {
    if (name == lower_case(clock.name) || name == lower_case(clock.reset)) return true;
  }
  return std::ranges::any_of(kernel.ports, [&name](const KernelPort& p) { return name.starts_with(lower_case(p.name) + "_"); });
}

/// ap_clk with ap_rst_n, ap_clk_2 with ap_rst_n_2 and so on.
std::vector<KernelClock> named_clocks(const std::vector<RtlPort>& ports) {
  constexpr std::string_view kClock = "ap_clk", kReset = "ap_rst_n";
  std::vector<KernelClock> clocks;
  for (const auto& pin : ports) {
    const auto name = lower_case(pin.name);
    if (!pin.input || pin.bits != 1 || !name.starts_with(kClock)) continue;
    if (name.size() > kClock.size() && name[kClock.size()] != '_') continue;
    const RtlPort* reset = find(ports, std::string(kReset) + name.substr(kClock.size()));
    KernelClock clock{pin.name, reset == nullptr ? "" : reset->name};
    name == kClock ? (void)clocks.insert(clocks.begin(), std::move(clock)) : clocks.push_back(std::move(clock));
  }
  return clocks;
}

}  // namespace

Result<void> match_rtl(Kernel& kernel, const std::vector<RtlPort>& ports) {
  const std::string where = "kernel " + kernel.name;
  if (kernel.clocks.empty()) kernel.clocks = named_clocks(ports);
  if (kernel.clocks.empty()) return fail(ErrorCode::kInvalidInput, fmt::format("module {} has no clock ap_clk", kernel.top), where);
  for (auto& port : kernel.ports) {
    const RtlPort* data = data_pin(ports, port);
    if (data == nullptr) return fail(ErrorCode::kInvalidInput, fmt::format("module {} has no port {}", kernel.top, port.name), where);
    if (port.bits == 0) port.bits = data->bits;
    if (port.bits != data->bits) {
      return fail(ErrorCode::kInvalidInput, fmt::format("port {} is described {} bits wide, {} of the RTL has {}", port.name, port.bits, data->name, data->bits), where);
    }
    if (!port.clock.empty() && lower_case(port.clock) != lower_case(kernel.clocks.front().name)) {
      return fail(ErrorCode::kUnsupported, fmt::format("port {} belongs to clock {}; emulated are ports of {} alone", port.name, port.clock, kernel.clocks.front().name), where);
    }
  }
  for (const auto& pin : ports) {
    if (belongs(kernel, pin)) continue;
    return fail(ErrorCode::kInvalidInput, fmt::format("pin {} of module {} belongs to no clock, reset, interrupt or described port", pin.name, kernel.top), where);
  }
  return check_kernel(kernel, where);
}

}  // namespace vernier::package
