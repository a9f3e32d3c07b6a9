// SPDX-License-Identifier: Apache-2.0
#include <vernier/stages/resources.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace vernier::stages {
namespace {

constexpr double kMultiplierDsp = 1;   // one DSP48 or DSP58 a product of 9 by 8 bits
constexpr double kRequantiseDsp = 4;   // 32 by 24 bits in slices of 27 by 18
constexpr double kRequantiseLut = 90;  // shift, rounding, clamp
constexpr double kControlLut = 120;    // counters and handshakes of a kernel
constexpr double kLaneLut = 10;        // register and multiplexer of 8 bits

struct Estimate {
  const UltraRam& ultra;

  Resources operator()(const LoadSizes& s) const { return {2 * kControlLut + kLaneLut * s.lanes, 0, 2}; }   // AXI burst buffer
  Resources operator()(const StoreSizes& s) const { return {2 * kControlLut + kLaneLut * s.lanes, 0, 2}; }
  Resources operator()(const WindowSizes& s) const {
    const auto words = std::int64_t{1} * s.rows * s.width * (s.channels / s.lanes);
    return Resources{3 * kControlLut, 0, 0} + memory_resources(words, 8 * s.lanes);
  }
  Resources operator()(const MatrixVectorSizes& s) const {
    const std::int64_t in_folds = s.inputs / s.simd, out_folds = s.outputs / s.pe;
    const double lanes = s.pe;
    auto r = Resources{kControlLut + lanes * (kRequantiseLut + 32.0 + 18.0 * (s.simd - 1)), lanes * (s.simd * kMultiplierDsp + kRequantiseDsp), 0};
    r += memory_resources(in_folds * out_folds * s.groups, std::int64_t{8} * s.simd * s.pe, Contents::kConstant, ultra);
    r += memory_resources(out_folds * s.groups, std::int64_t{62} * s.pe);  // bias, mantissa, shift
    if (out_folds > 1) r += memory_resources(in_folds, std::int64_t{8} * s.simd);
    return r;
  }
  Resources operator()(const DepthwiseSizes& s) const {
    const std::int64_t folds = s.channels / s.lanes;
    const double lanes = s.lanes;
    auto r = Resources{kControlLut + lanes * (kRequantiseLut + 32.0), lanes * (kMultiplierDsp + kRequantiseDsp), 0};
    r += memory_resources(folds * s.taps, std::int64_t{8} * s.lanes, Contents::kConstant, ultra);
    return r + memory_resources(folds, std::int64_t{62} * s.lanes);
  }
  Resources operator()(const PoolSizes& s) const {
    const double lanes = s.lanes;
    if (s.average == 0) return {kControlLut + 16 * lanes, 0, 0};
    return Resources{kControlLut + lanes * (kRequantiseLut + 32.0), lanes * kRequantiseDsp, 0};
  }
  Resources operator()(const BinarySizes& s) const {
    const double lanes = s.lanes;
    return {kControlLut + lanes * (kRequantiseLut + 40.0), 2 * lanes * kMultiplierDsp, 0};
  }
  Resources operator()(const TableSizes& s) const { return {kControlLut + 40.0 * s.lanes, 0, 0}; }  // 256 x 8 bits in LUTs
  Resources operator()(const ForkSizes& s) const { return {kControlLut / 4 + s.lanes, 0, 0}; }
  Resources operator()(const ConcatSizes& s) const { return {kControlLut / 2 + 4.0 * s.lanes, 0, 0}; }
  Resources operator()(const SliceSizes&) const { return {kControlLut / 2, 0, 0}; }
  Resources operator()(const UpSampleSizes& s) const {
    return Resources{kControlLut, 0, 0} + memory_resources(std::int64_t{1} * s.width * s.phases * (s.channels / s.lanes), std::int64_t{8} * s.lanes);
  }
  Resources operator()(const WidthSizes& s) const { return {kControlLut / 2 + kLaneLut * std::max(s.from, s.to), 0, 0}; }
};

}  // namespace

Resources resources_of(const Sizes& sizes, const UltraRam& ultra) { return std::visit(Estimate{ultra}, sizes); }

Resources resources_of(const OperatorSizes& sizes, const UltraRam& ultra) {
  auto r = resources_of(sizes.own, ultra);
  if (sizes.window) r += resources_of(Sizes{*sizes.window}, ultra);
  return r;
}

Resources resources_of(const Design& design) {
  Resources all;
  for (const auto& s : design.stages) all += resources_of(s.sizes, design.ultra_ram);
  for (const auto& f : design.fifos) {
    all += f.depth <= 32 ? Resources{20.0 + 4.0 * f.lanes, 0, 0} : Resources{60, 0, 0} + memory_resources(f.depth, 8 * f.lanes, Contents::kNone, design.ultra_ram);  // shift register: 32 x 2 a LUT pair
  }
  return all;
}

std::string Budget::binding(const Resources& used) const {
  const auto* worst = binding_resource(used, available).kind;
  return fmt::format("{} ({:.0f} of {:.0f})", worst->name, used.*worst->count, available.*worst->count);
}

double cost_of(const Resources& used, const Budget& budget) {
  double cost = 0;
  for (const auto& kind : kEstimatedKinds) cost += share_of(used.*kind.count, budget.available.*kind.count);
  return cost;
}

}  // namespace vernier::stages
