// SPDX-License-Identifier: Apache-2.0
// Copies in row-major element order as copies between images.
#include <algorithm>
#include <array>

#include "network.hpp"

namespace vernier::lower {
namespace {

using graph::CopyLoop;

/// An element's image, and its place there; or a step.
struct Place {
  std::int64_t n = 0, c = 0, y = 0, x = 0;
  [[nodiscard]] Pixel in(const ImageShape& image) const { return {c, n * image.height + y, x}; }
};

Place place_of(std::int64_t element, const ImageShape& image) {
  const std::int64_t plane = image.height * image.width, whole = image.channels * plane;
  return {element / whole, element % whole / plane, element % plane / image.width, element % image.width};
}

/// `steps` steps of `step` elements from `start` on as a step along one axis.
std::optional<Place> step_of(std::int64_t start, std::int64_t step, std::int64_t steps, const ImageShape& image) {
  if (step == 0 || steps == 0) return Place{};
  const auto first = place_of(start, image), last = place_of(start + step * steps, image);
  const Place way{(last.n - first.n) / steps, (last.c - first.c) / steps, (last.y - first.y) / steps, (last.x - first.x) / steps};
  const bool exact = way.n * steps == last.n - first.n && way.c * steps == last.c - first.c && way.y * steps == last.y - first.y && way.x * steps == last.x - first.x;
  // Several axes at once are one step only where they add up to it: none of them may wrap in between.
  const bool adds_up = ((way.n * image.channels + way.c) * image.height + way.y) * image.width + way.x == step;
  return exact && adds_up ? std::optional(way) : std::nullopt;
}

/// One loop of `copy` as two, the outer one over whole rows or channels, where it runs across them.
std::optional<std::pair<CopyLoop, CopyLoop>> split(const CopyLoop& loop, std::int64_t inner) {
  if (inner <= 1 || inner >= loop.count || loop.count % inner != 0) return std::nullopt;
  return std::pair(CopyLoop{loop.count / inner, loop.from_step * inner, loop.to_step * inner}, CopyLoop{inner, loop.from_step, loop.to_step});
}

std::optional<Piece> direct(const graph::Copy& copy, const ImageShape& from, const ImageShape& to) {
  // Single loops stay inside the images; together they must, too.
  struct Reach {
    const ImageShape& image;
    Place lo, hi;
    void extend(const Place& step, std::int64_t steps) {
      const auto axis = [steps](std::int64_t& least, std::int64_t& most, std::int64_t way) { (way < 0 ? least : most) += way * steps; };
      axis(lo.n, hi.n, step.n);
      axis(lo.c, hi.c, step.c);
      axis(lo.y, hi.y, step.y);
      axis(lo.x, hi.x, step.x);
    }
    [[nodiscard]] bool inside() const {
      return std::min({lo.n, lo.c, lo.y, lo.x}) >= 0 && hi.n < image.images && hi.c < image.channels && hi.y < image.height && hi.x < image.width;
    }
  };
  const auto source = copy.input ? place_of(copy.from, from) : Place{}, target = place_of(copy.to, to);
  Reach read{from, source, source}, written{to, target, target};
  Piece piece{copy.input, source.in(from), target.in(to), {}};
  for (const auto& loop : copy.loops) {
    if (loop.count == 1) continue;
    const auto there = copy.input ? step_of(copy.from, loop.from_step, loop.count - 1, from) : std::optional(Place{});
    const auto here = step_of(copy.to, loop.to_step, loop.count - 1, to);
    if (!there || !here) return std::nullopt;
    read.extend(*there, loop.count - 1);
    written.extend(*here, loop.count - 1);
    piece.loops.push_back({loop.count, there->in(from), here->in(to)});
  }
  return read.inside() && written.inside() ? std::optional(piece) : std::nullopt;
}

/// The copy as it is, or with one loop cut at the ends of rows and planes of either image, or of several loops.
std::optional<Piece> mapped(const graph::Copy& copy, const ImageShape& from, const ImageShape& to, int cuts) {
  if (auto piece = direct(copy, from, to)) return piece;
  if (cuts == 0) return std::nullopt;
  for (std::size_t l = 0; l < copy.loops.size(); ++l) {
    const auto& loop = copy.loops[l];
    const auto run = [](std::int64_t step, std::int64_t length) { return step != 0 && length % step == 0 ? std::abs(length / step) : 0; };
    const auto inners = [&run](std::int64_t step, const ImageShape& image) {
      const auto plane = image.height * image.width;
      return std::array{run(step, image.width), run(step, plane), run(step, image.channels * plane)};
    };
    const auto of_to = inners(loop.to_step, to), of_from = inners(loop.from_step, from);
    for (const auto inner : {of_to[0], of_to[1], of_to[2], of_from[0], of_from[1], of_from[2]}) {
      const auto pair = split(loop, inner);
      if (!pair) continue;
      auto cut = copy;
      cut.loops[l] = pair->second;
      cut.loops.insert(cut.loops.begin() + static_cast<std::ptrdiff_t>(l), pair->first);
      if (auto piece = mapped(cut, from, to, cuts - 1)) return piece;
    }
  }
  return std::nullopt;
}

/// Loops that step through rows of the output, all but the longest, one piece an iteration.
void unroll_rows(const Piece& piece, std::vector<Piece>& pieces) {
  std::vector<std::size_t> rows;
  for (std::size_t l = 0; l < piece.loops.size(); ++l) {
    if (piece.loops[l].to.y != 0) rows.push_back(l);
  }
  if (rows.size() < 2) {
    pieces.push_back(piece);
    return;
  }
  const auto shortest = *std::ranges::min_element(rows, {}, [&](std::size_t l) { return piece.loops[l].count; });
  const auto loop = piece.loops[shortest];
  auto one = piece;
  one.loops.erase(one.loops.begin() + static_cast<std::ptrdiff_t>(shortest));
  for (std::int64_t i = 0; i < loop.count; ++i) {
    unroll_rows(one, pieces);
    one.from = {one.from.c + loop.from.c, one.from.y + loop.from.y, one.from.x + loop.from.x};
    one.to = {one.to.c + loop.to.c, one.to.y + loop.to.y, one.to.x + loop.to.x};
  }
}

}  // namespace

std::optional<std::vector<Piece>> pieces_of(const graph::Copy& copy, const ImageShape& from, const ImageShape& to) {
  constexpr int kMostCuts = 3;
  const auto piece = mapped(copy, from, to, kMostCuts);
  if (!piece) return std::nullopt;
  std::vector<Piece> pieces;
  unroll_rows(*piece, pieces);
  return pieces;
}

std::optional<Piece> clip_to_rows(const Piece& piece, std::int64_t y0, std::int64_t y1) {
  auto part = piece;
  for (auto& loop : part.loops) {
    if (loop.to.y == 0) continue;
    if (loop.to.y < 0) {  // from the other end
      const auto last = loop.count - 1;
      part.from = {part.from.c + last * loop.from.c, part.from.y + last * loop.from.y, part.from.x + last * loop.from.x};
      part.to = {part.to.c + last * loop.to.c, part.to.y + last * loop.to.y, part.to.x + last * loop.to.x};
      loop.from = {-loop.from.c, -loop.from.y, -loop.from.x};
      loop.to = {-loop.to.c, -loop.to.y, -loop.to.x};
    }
    const auto first = std::clamp<std::int64_t>((y0 - part.to.y + loop.to.y - 1) / loop.to.y, 0, loop.count);
    const auto end = y1 <= part.to.y ? 0 : std::clamp<std::int64_t>((y1 - part.to.y + loop.to.y - 1) / loop.to.y, 0, loop.count);
    if (end <= first) return std::nullopt;
    part.from = {part.from.c + first * loop.from.c, part.from.y + first * loop.from.y, part.from.x + first * loop.from.x};
    part.to = {part.to.c + first * loop.to.c, part.to.y + first * loop.to.y, part.to.x + first * loop.to.x};
    loop.count = end - first;
    return part;
  }
  return part.to.y >= y0 && part.to.y < y1 ? std::optional(part) : std::nullopt;
}

}  // namespace vernier::lower
