// SPDX-License-Identifier: Apache-2.0
#include "scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "format.hpp"

namespace vernier::render {
namespace {

constexpr double kWidth = 1040, kMargin = 60, kTop = 52, kSlide = 36;
constexpr int kMinorPerMajor = 5;

/// Smallest of 1, 2, 5 times a power of ten that is not below `value`.
double nice(double value) {
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  for (const double m : {1.0, 2.0, 5.0}) {
    if (m * power >= value * (1 - 1e-9)) return m * power;
  }
  return 10 * power;
}

struct Axis {
  double limit, major;
  [[nodiscard]] double x(double share) const { return kWidth / 2 + share / limit * (kWidth / 2 - kMargin); }
};

Axis axis_for(const std::vector<Reading>& readings) {
  double largest = 0.005;
  for (const auto& r : readings) largest = std::max(largest, std::abs(r.share));
  const double major = nice(largest * 1.3 / 5);
  return {std::ceil(largest * 1.3 / major) * major, major};
}

std::string line(const char* style, double x1, double y1, double x2, double y2) {
  return fmt::format(R"(<line class="{}" x1="{:.2f}" y1="{:.2f}" x2="{:.2f}" y2="{:.2f}"/>)", style, x1, y1, x2, y2);
}

std::string text(const char* style, double x, double y, const char* anchor, const std::string& content) {
  return fmt::format(R"(<text class="{}" x="{:.2f}" y="{:.2f}" text-anchor="{}">{}</text>)", style, x, y, anchor,
                     html(content));
}

std::string main_scale(const Axis& axis) {
  std::string out = line("rail", axis.x(-axis.limit), kTop, axis.x(axis.limit), kTop);
  const int ticks = static_cast<int>(std::lround(axis.limit / axis.major)) * kMinorPerMajor;
  for (int i = -ticks; i <= ticks; ++i) {
    const double share = i * axis.major / kMinorPerMajor;
    const bool major = i % kMinorPerMajor == 0;
    out += line(i == 0 ? "zero" : "tick", axis.x(share), kTop, axis.x(share), kTop - (major ? 14 : 8));
    if (major && i != 0)
      out += text("label", axis.x(share), kTop - 20, "middle", fmt::format("{:+g} %", std::round(share * 1e6) / 1e4));
  }
  return out;
}

/// Ten divisions in the length of nine of the main scale's, zero at the reading.
std::string slide(const Axis& axis, const Reading& reading, std::size_t index) {
  const double y = kTop + 4 + kSlide * static_cast<double>(index);
  const double division = 0.9 * (axis.x(axis.major / kMinorPerMajor) - axis.x(0));
  const double zero = axis.x(reading.share);
  const double direction = zero + 10.5 * division > kWidth - kMargin - 120 ? -1 : 1;
  const double end = zero + direction * 10 * division;
  std::string out = fmt::format(R"(<rect class="slide" x="{:.2f}" y="{:.2f}" width="{:.2f}" height="22" rx="3"/>)",
                                std::min(zero, end) - 4, y, std::abs(end - zero) + 8);
  for (int i = 0; i <= 10; ++i)
    out += line(i == 0 ? "index" : "tick", zero + direction * i * division, y, zero + direction * i * division,
                y + (i % 5 == 0 ? 12 : 7));
  if (index > 0) out += line("guide", zero, kTop, zero, y);
  out += text("reading", end + direction * 14, y + 16, direction > 0 ? "start" : "end",
              fmt::format("{}  {}", reading.label, signed_percent(reading.share)));
  return out;
}

}  // namespace

std::string scale_svg(const std::string& reference, const std::vector<Reading>& readings) {
  if (readings.empty()) return "";
  const auto axis = axis_for(readings);
  std::string spoken;
  for (const auto& r : readings) spoken += fmt::format("; {} {}", r.label, signed_percent(r.share));
  auto out = fmt::format(
      R"(<svg class="scale" viewBox="0 0 {} {}" role="img" aria-label="Scale of the difference in cycles from {}{}">)",
      kWidth, kTop + 12 + kSlide * static_cast<double>(readings.size()), html(reference), html(spoken));
  out += text("origin", axis.x(0), kTop - 22, "middle", reference) + main_scale(axis);
  for (std::size_t i = 0; i < readings.size(); ++i) out += slide(axis, readings[i], i);
  return out + "</svg>";
}

}  // namespace vernier::render
