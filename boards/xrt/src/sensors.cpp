// SPDX-License-Identifier: Apache-2.0
#include "sensors.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

namespace vernier::card {
namespace {

using nlohmann::json;

/// XRT writes numbers as text, and "N/A" or 0 for what is not there.
double number(const json& j) {
  try {
    return j.is_string() ? std::stod(j.get<std::string>()) : j.get<double>();
  } catch (const std::exception&) {
    return std::nan("");
  }
}

json parsed(const std::string& text) {
  auto j = json::parse(text, nullptr, false);
  return j.is_object() ? j : json::object();
}

/// XRT throws for what a device does not answer.
template <class Ask>
std::string answer(Ask ask) {
  try {
    return ask();
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace

SensorReadings sensor_readings(const std::string& electrical, const std::string& thermal) {
  SensorReadings readings;
  if (const double watts = number(parsed(electrical).value("power_consumption_watts", json("N/A"))); watts > 0) readings.emplace_back("power_w", watts);
  for (const auto& t : parsed(thermal).value("thermals", json::array())) {
    if (!t.is_object()) continue;
    if (const double celsius = number(t.value("temp_C", json("N/A"))); celsius > 0) readings.emplace_back(t.value("location_id", "temperature") + "_c", celsius);
  }
  return readings;
}

SensorReadings read_sensors(const ::xrt::device& device) {
  return sensor_readings(answer([&] { return device.get_info<::xrt::info::device::electrical>(); }), answer([&] { return device.get_info<::xrt::info::device::thermal>(); }));
}

}  // namespace vernier::card
