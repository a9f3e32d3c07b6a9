// SPDX-License-Identifier: Apache-2.0
#include <vernier/package/area.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>

#include <fmt/format.h>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>

namespace vernier::package {
namespace {

constexpr std::size_t kMostTerms = 4;
using Terms = std::array<double, kMostTerms>;  ///< unused ones are zero

Terms array_terms(double rows, double columns) { return {1, rows, columns, rows * columns}; }
Terms depthwise_terms(double rows, double columns) { return {1, columns, std::max(rows, columns), 0}; }

struct Sample {
  Terms terms;
  double value;
};

/// Coefficients that minimise the sum of squares over the samples: normal equations by Gauss and Jordan with pivots. A term
/// that is zero in all samples keeps coefficient zero.
Terms least_squares(std::span<const Sample> samples) {
  std::array<std::array<double, kMostTerms + 1>, kMostTerms> m{};
  for (const auto& s : samples) {
    for (std::size_t i = 0; i < kMostTerms; ++i) {
      for (std::size_t j = 0; j < kMostTerms; ++j) m[i][j] += s.terms[i] * s.terms[j];
      m[i][kMostTerms] += s.terms[i] * s.value;
    }
  }
  std::array<std::size_t, kMostTerms> row_of{};
  row_of.fill(kMostTerms);
  std::size_t rank = 0;
  for (std::size_t column = 0; column < kMostTerms && rank < kMostTerms; ++column) {
    const auto larger = [&](const auto& a, const auto& b) { return std::abs(a[column]) < std::abs(b[column]); };
    std::iter_swap(m.begin() + static_cast<std::ptrdiff_t>(rank), std::max_element(m.begin() + static_cast<std::ptrdiff_t>(rank), m.end(), larger));
    if (std::abs(m[rank][column]) < 1e-9) continue;
    for (std::size_t i = 0; i < kMostTerms; ++i) {
      if (i == rank) continue;
      const double times = m[i][column] / m[rank][column];
      for (std::size_t j = column; j <= kMostTerms; ++j) m[i][j] -= times * m[rank][j];
    }
    row_of[column] = rank++;
  }
  Terms result{};
  for (std::size_t column = 0; column < kMostTerms; ++column) {
    if (row_of[column] < kMostTerms) result[column] = m[row_of[column]][kMostTerms] / m[row_of[column]][column];
  }
  return result;
}

/// A unit at the wanted terms, kind by kind.
Resources unit_at(const Terms& wanted, std::span<const SynthesisedTarget> points, Resources SynthesisedTarget::*unit, Terms (*terms_of)(const SynthesisedTarget&)) {
  Resources result;
  for (const auto& kind : kResourceKinds) {
    std::vector<Sample> samples;
    for (const auto& p : points) samples.push_back({terms_of(p), (p.*unit).*kind.count});
    const auto fit = least_squares(samples);
    double sum = 0;
    for (std::size_t i = 0; i < kMostTerms; ++i) sum += fit[i] * wanted[i];
    result.*kind.count = std::max(0.0, std::round(sum));
  }
  return result;
}

Result<SynthesisedTarget> read_line(const std::vector<std::string>& words, const std::string& where) {
  if (words.size() != 11) return fail(ErrorCode::kInvalidInput, fmt::format("has {} columns, 11 are expected", words.size()), where);
  std::array<double, 9> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto& w = words[i + 2];
    const auto [end, error] = std::from_chars(w.data(), w.data() + w.size(), numbers[i]);
    if (error != std::errc{} || end != w.data() + w.size()) return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is not a number", w), where);
  }
  const auto unit = [&numbers](std::size_t first) {
    Resources r;
    r.lut = numbers[first];
    r.ff = numbers[first + 1];
    r.dsp = numbers[first + 2];
    return r;
  };
  if (words[1] != "fit" && words[1] != "test") return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is neither fit nor test", words[1]), where);
  return SynthesisedTarget{words[0], static_cast<std::int64_t>(numbers[0]), static_cast<std::int64_t>(numbers[1]), static_cast<std::int64_t>(numbers[2]), words[1] == "fit",
                           unit(3), unit(6)};
}

}  // namespace

Result<std::vector<SynthesisedTarget>> synthesised_targets() {
  const auto file = home() / "boards/package/synthesised.csv";
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  std::vector<SynthesisedTarget> list;
  std::size_t begin = 0;
  for (int number = 1; begin < text->size(); ++number) {
    const auto end = std::min(text->find('\n', begin), text->size());
    const auto line = text->substr(begin, end - begin);
    begin = end + 1;
    if (line.empty() || line.starts_with('#') || line.starts_with("target,")) continue;
    std::vector<std::string> words(1);
    for (const char c : line) {
      if (c == ',') words.emplace_back();
      else words.back() += c;
    }
    auto point = read_line(words, fmt::format("{}:{}", file.string(), number));
    if (!point) return forward_error(point);
    list.push_back(std::move(*point));
  }
  return list;
}

Result<AreaEstimate> estimate_area(const program::Target& target, Family family) {
  if (family == Family::kOsu018) return fail(ErrorCode::kInvalidInput, "standard cells have no estimate: vernier synth TARGET --family osu018", "target " + target.name);
  if (family == Family::kEcp5) return fail(ErrorCode::kInvalidInput, "logic of ECP5 has no estimate: vernier synth TARGET --family ecp5 counts it", "target " + target.name);
  const auto points = synthesised_targets();
  if (!points) return forward_error(points);
  std::vector<SynthesisedTarget> fitted, with_taps;
  for (const auto& p : *points) {
    if (!p.fitted) continue;
    fitted.push_back(p);
    if (p.depthwise_taps == target.depthwise_taps) with_taps.push_back(p);
  }
  if (target.depthwise_taps > 0 && with_taps.empty()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("no target with {} depthwise taps was synthesised: vernier synth {} does it", target.depthwise_taps, target.name), "target " + target.name);
  }
  const auto rows = static_cast<double>(target.rows), columns = static_cast<double>(target.columns);
  AreaEstimate area;
  area.used = unit_at(array_terms(rows, columns), fitted, &SynthesisedTarget::rest,
                      [](const SynthesisedTarget& p) { return array_terms(static_cast<double>(p.rows), static_cast<double>(p.columns)); });
  if (target.depthwise_taps > 0) {
    area.used += unit_at(depthwise_terms(rows, columns), with_taps, &SynthesisedTarget::depthwise,
                         [](const SynthesisedTarget& p) { return depthwise_terms(static_cast<double>(p.rows), static_cast<double>(p.columns)); });
  }
  for (const auto& memory : memories_of(target, family)) area.used += memory.used;
  area.source = fmt::format("linear model of {} targets synthesised by Yosys for UltraScale+ (boards/package/synthesised.csv), memories by their sizes; not placed", fitted.size());
  return area;
}

}  // namespace vernier::package
