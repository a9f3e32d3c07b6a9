// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace vernier {

/// What a part has or a design takes of an FPGA's fabric. Halves: a block RAM of 18 Kbit, ECP5 has only such. LUTs have four
/// inputs in ECP5, six elsewhere.
struct Resources {
  double lut = 0, dsp = 0, bram36 = 0, uram = 0, ff = 0;
  Resources& operator+=(const Resources& other);
  friend Resources operator+(Resources a, const Resources& b) { return a += b; }
  friend Resources operator*(Resources r, double times);
};

struct ResourceKind {
  std::string_view name;
  double Resources::*count;
};
/// In the order of tables.
inline constexpr std::array kResourceKinds{
    ResourceKind{"LUT", &Resources::lut}, ResourceKind{"FF", &Resources::ff}, ResourceKind{"DSP", &Resources::dsp},
    ResourceKind{"BRAM36", &Resources::bram36}, ResourceKind{"URAM", &Resources::uram}};

/// Of one resource: nothing takes no share of nothing, and something an infinite one.
[[nodiscard]] constexpr double share_of(double takes, double has) { return takes == 0 ? 0 : takes / has; }

/// The resource a design takes most of.
struct Binding {
  const ResourceKind* kind = &kResourceKinds[0];
  double share = 0;
};
[[nodiscard]] Binding binding_resource(const Resources& used, const Resources& available);

}  // namespace vernier
