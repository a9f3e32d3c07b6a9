// SPDX-License-Identifier: Apache-2.0
#include <vernier/xrt/power.hpp>

#include <xrt/xrt_device.h>

#include <fmt/format.h>

#include "sensors.hpp"

namespace vernier::card {
namespace {

Result<double> read_watts(const ::xrt::device& device) {
  for (const auto& [name, value] : read_sensors(device)) {
    if (name == "power_w") return value;
  }
  return fail(ErrorCode::kUnavailable, "this card shows no power", "power sensor");
}

}  // namespace

Result<std::function<Result<double>()>> open_power_sensor() {
  try {
    ::xrt::device device(0U);
    if (const auto first = read_watts(device); !first) return forward_error(first);
    return [device] { return read_watts(device); };
  } catch (const std::exception& e) {
    return fail(ErrorCode::kUnavailable, fmt::format("XRT finds no card: {}", e.what()), "power sensor");
  }
}

}  // namespace vernier::card
