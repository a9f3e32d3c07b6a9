// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xrt/xrt_device.h>

#include <string>
#include <utility>
#include <vector>

namespace vernier::card {

/// "power_w", and a temperature a place, "fpga0_c" for instance; empty where the device shows none, as in emulation.
using SensorReadings = std::vector<std::pair<std::string, double>>;
[[nodiscard]] SensorReadings read_sensors(const ::xrt::device& device);

/// From the JSON texts of xrt::info::device::electrical and thermal; what is "N/A" or no JSON is left out.
[[nodiscard]] SensorReadings sensor_readings(const std::string& electrical, const std::string& thermal);

}  // namespace vernier::card
