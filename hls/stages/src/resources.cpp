// SPDX-License-Identifier: Apache-2.0
#include <vernier/stages/resources.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vernier::stages {
namespace {

/// Of a resource; nothing takes no share of nothing.
double share_of(double takes, double has) { return takes == 0 ? 0 : takes / has; }

double ceil_div(std::int64_t a, std::int64_t b) { return static_cast<double>((a + b - 1) / b); }

constexpr double kMultiplierDsp = 1;   // one DSP48 or DSP58 a product of 9 by 8 bits
constexpr double kRequantiseDsp = 4;   // 32 by 24 bits in slices of 27 by 18
constexpr double kRequantiseLut = 90;  // shift, rounding, clamp
constexpr double kControlLut = 120;    // counters and handshakes of a kernel
constexpr double kLaneLut = 10;        // register and multiplexer of 8 bits

struct Estimate {
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
    r += memory_resources(in_folds * out_folds * s.groups, std::int64_t{8} * s.simd * s.pe);
    r += memory_resources(out_folds * s.groups, std::int64_t{62} * s.pe);  // bias, mantissa, shift
    if (out_folds > 1) r += memory_resources(in_folds, std::int64_t{8} * s.simd);
    return r;
  }
  Resources operator()(const DepthwiseSizes& s) const {
    const std::int64_t folds = s.channels / s.lanes;
    const double lanes = s.lanes;
    auto r = Resources{kControlLut + lanes * (kRequantiseLut + 32.0), lanes * (kMultiplierDsp + kRequantiseDsp), 0};
    r += memory_resources(folds * s.taps, std::int64_t{8} * s.lanes);
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
    return Resources{kControlLut, 0, 0} + memory_resources(std::int64_t{1} * s.width * (s.channels / s.lanes), std::int64_t{8} * s.lanes);
  }
  Resources operator()(const WidthSizes& s) const { return {kControlLut / 2 + kLaneLut * std::max(s.from, s.to), 0, 0}; }
};

}  // namespace

Resources memory_resources(std::int64_t words, std::int64_t bits) {
  if (words <= 1) return {static_cast<double>(bits) / 2, 0, 0};
  if (words <= 128) return {ceil_div(words, 64) * static_cast<double>(bits), 0, 0};  // distributed RAM: 64 x 1 a LUT
  // RAMB36: 512 x 72, 1024 x 36, 2048 x 18, 4096 x 9 and so on; a half counts as a half
  const auto depth = words <= 512 ? 512 : 1024;
  const auto width = words <= 512 ? 72 : 36;
  const double blocks = ceil_div(words, depth) * static_cast<double>(bits) / width;
  return {0, 0, std::max(0.5, std::ceil(2 * blocks) / 2)};
}

Resources resources_of(const Sizes& sizes) { return std::visit(Estimate{}, sizes); }

Resources resources_of(const OperatorSizes& sizes) {
  auto r = resources_of(sizes.own);
  if (sizes.window) r += resources_of(Sizes{*sizes.window});
  return r;
}

Resources resources_of(const Design& design) {
  Resources all;
  for (const auto& s : design.stages) all += resources_of(s.sizes);
  for (const auto& f : design.fifos) {
    all += f.depth <= 32 ? Resources{20.0 + 4.0 * f.lanes, 0, 0} : Resources{60, 0, 0} + memory_resources(f.depth, 8 * f.lanes);  // shift register: 32 x 2 a LUT pair
  }
  return all;
}

double Budget::share(const Resources& used) const {
  return std::max({share_of(used.lut, available.lut), share_of(used.dsp, available.dsp), share_of(used.bram36, available.bram36)});
}

std::string Budget::binding(const Resources& used) const {
  const auto text = [](const char* what, double takes, double has) { return fmt::format("{} ({:.0f} of {:.0f})", what, takes, has); };
  const double worst = share(used);
  if (share_of(used.lut, available.lut) == worst) return text("LUT", used.lut, available.lut);
  if (share_of(used.dsp, available.dsp) == worst) return text("DSP", used.dsp, available.dsp);
  return text("BRAM36", used.bram36, available.bram36);
}

double cost_of(const Resources& used, const Budget& budget) {
  const auto& has = budget.available;
  return share_of(used.lut, has.lut) + share_of(used.dsp, has.dsp) + share_of(used.bram36, has.bram36);
}

}  // namespace vernier::stages
