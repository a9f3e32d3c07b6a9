// SPDX-License-Identifier: Apache-2.0
#include "moves.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

namespace vernier::graph {
namespace {

constexpr std::size_t kMostCopies = 1024;
constexpr std::int64_t kOutside = -1;

/// For every index along an output axis the index along the input's, or kOutside.
using AxisMap = std::vector<std::int64_t>;

/// Indices to, to + to_step, ... of the output come from from, from + from_step, ... of the input.
struct AxisRun {
  std::int64_t count = 1, from = 0, from_step = 0, to = 0, to_step = 1;
};

std::vector<std::int64_t> strides_of(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

/// Every p-th index as one run, for the smallest p with which that works; runs of neighbours where none does.
std::vector<AxisRun> runs_of(const AxisMap& map) {
  const auto size = static_cast<std::int64_t>(map.size());
  const auto at = [&](std::int64_t i) { return map[static_cast<std::size_t>(i)]; };
  const bool whole = std::ranges::find(map, kOutside) == map.end();
  for (std::int64_t period = 1; whole && period <= std::min<std::int64_t>(16, size); ++period) {
    std::vector<AxisRun> runs;
    bool fits = size % period == 0;
    for (std::int64_t p = 0; fits && p < period; ++p) {
      const auto count = size / period;
      const auto step = count > 1 ? at(p + period) - at(p) : 0;
      for (std::int64_t i = 1; i < count; ++i) fits = fits && at(p + i * period) - at(p + (i - 1) * period) == step;
      runs.push_back({count, at(p), step, p, period});
    }
    if (fits) return runs;
  }
  std::vector<AxisRun> runs;
  for (std::int64_t i = 0; i < size; ++i) {
    if (at(i) == kOutside) continue;
    auto* last = runs.empty() ? nullptr : &runs.back();
    const bool next = last && last->to + last->count == i && (last->count == 1 || at(i) == last->from + last->count * last->from_step);
    if (!next) {
      runs.push_back({1, at(i), 0, i, 1});
      continue;
    }
    if (last->count == 1) last->from_step = at(i) - last->from;
    ++last->count;
  }
  return runs;
}

/// Copies of a whole tensor whose axes are independent. `to_start` is where the output's part begins.
bool add_separable(Node& node, std::size_t input, const Shape& from, const Shape& to, const std::vector<AxisMap>& maps, std::int64_t to_start = 0) {
  const auto from_strides = strides_of(from), to_strides = strides_of(to);
  std::vector<Copy> copies{Copy{input, 0, to_start, {}}};
  for (std::size_t axis = 0; axis < maps.size(); ++axis) {
    const auto runs = runs_of(maps[axis]);
    if (runs.empty() || copies.size() * runs.size() > kMostCopies) return false;
    std::vector<Copy> more;
    for (const auto& copy : copies) {
      for (const auto& run : runs) {
        auto part = copy;
        part.from += run.from * from_strides[axis];
        part.to += run.to * to_strides[axis];
        if (run.count > 1) part.loops.push_back({run.count, run.from_step * from_strides[axis], run.to_step * to_strides[axis]});
        more.push_back(std::move(part));
      }
    }
    copies = std::move(more);
  }
  const bool fills = std::ranges::any_of(maps, [](const AxisMap& m) { return std::ranges::find(m, kOutside) != m.end(); });
  if (fills) node.copies.push_back({std::nullopt, 0, 0, {{element_count(to), 0, 1}}});
  node.copies.insert(node.copies.end(), copies.begin(), copies.end());
  return true;
}

AxisMap identity(std::int64_t size) {
  AxisMap map(static_cast<std::size_t>(size));
  std::iota(map.begin(), map.end(), 0);
  return map;
}

std::vector<AxisMap> identities(const Shape& shape) {
  std::vector<AxisMap> maps;
  for (const auto size : shape) maps.push_back(identity(size));
  return maps;
}

class Reader {
 public:
  Reader(const Graph& graph, Node& node, const onnx::NodeProto& proto) : graph_(graph), node_(node), proto_(proto) {}

  [[nodiscard]] const Shape& x() const { return graph_.value(node_.inputs.at(0)).shape; }
  [[nodiscard]] const Shape& y() const { return graph_.value(node_.outputs.at(0)).shape; }

  /// The constant of the operator's i-th input in ONNX's count; nothing where it is absent or computed.
  [[nodiscard]] const Tensor* constant(int i) const {
    if (!given(i)) return nullptr;
    const auto& value = graph_.value(node_.inputs.at(place(i)));
    return value.constant ? &*value.constant : nullptr;
  }
  [[nodiscard]] bool given(int i) const { return i < proto_.input_size() && !proto_.input(i).empty(); }

  [[nodiscard]] std::optional<std::vector<std::int64_t>> integers(int i) const {
    const auto* tensor = constant(i);
    if (!tensor) return std::nullopt;
    if (tensor->type() == DType::kInt64) return std::vector<std::int64_t>(tensor->as<std::int64_t>().begin(), tensor->as<std::int64_t>().end());
    if (tensor->type() == DType::kInt32) return std::vector<std::int64_t>(tensor->as<std::int32_t>().begin(), tensor->as<std::int32_t>().end());
    return std::nullopt;
  }

  /// An attribute of old operator sets, or the constant input of new ones.
  [[nodiscard]] std::optional<std::vector<std::int64_t>> integers(const char* attribute, int i) const {
    if (node_.attributes.contains(attribute)) return ints_attribute(node_, attribute);
    return integers(i);
  }

  [[nodiscard]] std::string text(const char* attribute, std::string fallback) const {
    const auto it = node_.attributes.find(attribute);
    const auto* value = it == node_.attributes.end() ? nullptr : std::get_if<std::string>(&it->second);
    return value ? *value : std::move(fallback);
  }

  [[nodiscard]] std::size_t axis(std::int64_t given) const { return static_cast<std::size_t>(given < 0 ? given + static_cast<std::int64_t>(x().size()) : given); }

  [[nodiscard]] Node& node() const { return node_; }
  [[nodiscard]] const Graph& graph() const { return graph_; }

 private:
  [[nodiscard]] std::size_t place(int i) const {
    std::size_t at = 0;
    for (int n = 0; n < i; ++n) at += proto_.input(n).empty() ? 0 : 1;
    return at;
  }

  const Graph& graph_;
  Node& node_;
  const onnx::NodeProto& proto_;
};

/// Inputs first, first + every, ... one behind the other along the axis.
bool join(const Reader& r, std::size_t first, std::size_t every) {
  const auto given = int_attribute(r.node(), "axis", 1), rank = static_cast<std::int64_t>(r.y().size());
  const auto axis = static_cast<std::size_t>(given < 0 ? given + rank : given);
  const auto stride = strides_of(r.y())[axis];
  std::int64_t start = 0;
  for (std::size_t i = first; i < r.node().inputs.size(); i += every) {
    const auto& from = r.graph().value(r.node().inputs[i]).shape;
    if (element_count(from) == 0) continue;
    if (!add_separable(r.node(), i, from, r.y(), identities(from), start)) return false;
    start += from[axis] * stride;
  }
  return true;
}

bool concat(const Reader& r) { return join(r, 0, 1); }
bool qlinear_concat(const Reader& r) { return join(r, 2, 3); }

bool slice(const Reader& r) {
  const auto starts = r.integers("starts", 1);
  if (!starts) return false;
  std::vector<std::int64_t> axes(starts->size()), steps(starts->size(), 1);
  std::iota(axes.begin(), axes.end(), 0);
  if (r.node().attributes.contains("axes") || r.given(3)) {
    const auto given = r.integers("axes", 3);
    if (!given) return false;
    axes = *given;
  }
  if (r.given(4)) {
    const auto given = r.integers(4);
    if (!given) return false;
    steps = *given;
  }
  auto maps = identities(r.y());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = r.axis(axes[i]);
    const auto size = r.x()[axis];
    auto start = (*starts)[i] < 0 ? (*starts)[i] + size : (*starts)[i];
    start = steps[i] > 0 ? std::clamp<std::int64_t>(start, 0, size) : std::clamp<std::int64_t>(start, 0, size - 1);
    for (std::size_t o = 0; o < maps[axis].size(); ++o) maps[axis][o] = start + static_cast<std::int64_t>(o) * steps[i];
  }
  return add_separable(r.node(), 0, r.x(), r.y(), maps);
}

bool pad(const Reader& r) {
  auto pads = r.integers("pads", 1);
  if (!pads || pads->size() != 2 * r.x().size()) return false;
  const auto mode = r.text("mode", "constant");
  if (mode != "constant" && mode != "edge" && mode != "reflect") return false;
  if (r.node().attributes.contains("value")) r.node().fill = static_cast<double>(float_attribute(r.node(), "value", 0));
  if (r.given(2)) {
    const auto* value = r.constant(2);
    if (!value || value->type() != DType::kFloat32 || value->size() != 1) return false;
    r.node().fill = static_cast<double>(value->as<float>()[0]);
  }
  std::vector<AxisMap> maps;
  for (std::size_t axis = 0; axis < r.x().size(); ++axis) {
    const auto size = r.x()[axis];
    auto& map = maps.emplace_back();
    for (std::int64_t i = -(*pads)[axis]; i < size + (*pads)[axis + r.x().size()]; ++i) {
      if (i >= 0 && i < size) map.push_back(i);
      else if (mode == "constant") map.push_back(kOutside);
      else if (mode == "edge") map.push_back(i < 0 ? 0 : size - 1);
      else map.push_back(i < 0 ? -i : 2 * (size - 1) - i);
      if (map.back() < kOutside || map.back() >= size) return false;
    }
    if (static_cast<std::int64_t>(map.size()) != r.y()[axis]) return false;
  }
  return add_separable(r.node(), 0, r.x(), r.y(), maps);
}

bool transpose(const Reader& r) {
  auto perm = ints_attribute(r.node(), "perm");
  if (perm.empty()) {
    perm.resize(r.x().size());
    std::iota(perm.rbegin(), perm.rend(), 0);
  }
  const auto from = strides_of(r.x()), to = strides_of(r.y());
  Copy copy{0, 0, 0, {}};
  for (std::size_t axis = 0; axis < perm.size(); ++axis) {
    if (r.y()[axis] > 1) copy.loops.push_back({r.y()[axis], from[static_cast<std::size_t>(perm[axis])], to[axis]});
  }
  r.node().copies = {std::move(copy)};
  return true;
}

/// [N, C, H, W] as its axes split into blocks: each loop of the larger image and of the deeper one.
bool between_depth_and_space(const Reader& r, bool to_space) {
  const auto &deep = to_space ? r.x() : r.y(), &wide = to_space ? r.y() : r.x();
  const auto block = int_attribute(r.node(), "blocksize", 0);
  if (deep.size() != 4 || block < 1) return false;
  const bool columns_first = to_space && r.text("mode", "DCR") == "CRD";  // channel = (c, block row, block column), else (row, column, c)
  const auto plane = deep[2] * deep[3], area = plane * block * block, channels = deep[1] / (block * block);
  struct Axis {
    std::int64_t count, deep_step, wide_step;
  };
  const std::array<Axis, 6> axes{{{deep[0], deep[1] * plane, channels * area},
                                  {block, columns_first ? block * plane : block * channels * plane, wide[3]},
                                  {block, columns_first ? plane : channels * plane, 1},
                                  {channels, columns_first ? block * block * plane : plane, area},
                                  {deep[2], deep[3], block * wide[3]},
                                  {deep[3], 1, block}}};
  Copy copy{0, 0, 0, {}};
  for (const auto& a : axes) {
    if (a.count > 1) copy.loops.push_back({a.count, to_space ? a.deep_step : a.wide_step, to_space ? a.wide_step : a.deep_step});
  }
  r.node().copies = {std::move(copy)};
  return true;
}
bool depth_to_space(const Reader& r) { return between_depth_and_space(r, true); }
bool space_to_depth(const Reader& r) { return between_depth_and_space(r, false); }

/// Every output element from the input element with the same indices modulo the input's size, as Tile and Expand have it.
bool repeat(const Reader& r) {
  Shape from = r.x();
  from.insert(from.begin(), r.y().size() - from.size(), 1);
  std::vector<AxisMap> maps;
  for (std::size_t axis = 0; axis < from.size(); ++axis) {
    auto& map = maps.emplace_back(identity(r.y()[axis]));
    for (auto& i : map) i %= from[axis];
  }
  return add_separable(r.node(), 0, from, r.y(), maps);
}

/// Gather along one axis at constant indices.
bool gather(const Reader& r) {
  const auto indices = r.integers(1);
  const auto axis = r.axis(int_attribute(r.node(), "axis", 0));
  if (!indices || axis >= r.x().size()) return false;
  auto maps = identities(r.x());
  maps[axis] = *indices;
  for (auto& i : maps[axis]) {
    if (i < 0) i += r.x()[axis];
    if (i < 0 || i >= r.x()[axis]) return false;
  }
  Shape gathered = r.x();  // one index more or less is a matter of the shape alone
  gathered[axis] = static_cast<std::int64_t>(indices->size());
  return add_separable(r.node(), 0, r.x(), gathered, maps);
}

/// Input index of output index `o` of a nearest Resize.
std::int64_t nearest(std::int64_t o, std::int64_t in, std::int64_t out, float scale, const std::string& coordinates, const std::string& rounding) {
  const auto at = static_cast<float>(o);
  float real = at / scale;
  if (coordinates == "half_pixel") real = (at + 0.5F) / scale - 0.5F;
  if (coordinates == "pytorch_half_pixel") real = out > 1 ? (at + 0.5F) / scale - 0.5F : 0.0F;
  if (coordinates == "align_corners") real = out > 1 ? at * static_cast<float>(in - 1) / static_cast<float>(out - 1) : 0.0F;
  float index = std::floor(real);
  if (rounding == "ceil") index = std::ceil(real);
  if (rounding == "round_prefer_floor") index = std::ceil(real - 0.5F);
  if (rounding == "round_prefer_ceil") index = std::floor(real + 0.5F);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(index), 0, in - 1);
}

bool resize(const Reader& r) {
  const bool upsample = r.node().op_type == "Upsample";
  if (r.text("mode", "nearest") != "nearest") return false;
  // Resize of operator set 10 is Upsample with other names: it has two inputs.
  const bool ten = !upsample && r.node().inputs.size() == 2 && !r.given(2) && r.given(1);
  const auto coordinates = upsample || ten ? std::string("asymmetric") : r.text("coordinate_transformation_mode", "half_pixel");
  const auto rounding = upsample || ten ? std::string("floor") : r.text("nearest_mode", "round_prefer_floor");
  constexpr std::array<std::string_view, 4> kCoordinates{"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"};
  if (std::ranges::find(kCoordinates, coordinates) == kCoordinates.end()) return false;
  std::vector<float> scales;
  const auto* given = r.constant(upsample || ten ? 1 : 2);
  const auto it = r.node().attributes.find("scales");
  if (it != r.node().attributes.end() && std::get_if<std::vector<float>>(&it->second)) scales = std::get<std::vector<float>>(it->second);
  else if (given && given->type() == DType::kFloat32 && given->size() == static_cast<std::int64_t>(r.x().size())) scales.assign(given->as<float>().begin(), given->as<float>().end());
  std::vector<AxisMap> maps;
  for (std::size_t axis = 0; axis < r.x().size(); ++axis) {
    const auto in = r.x()[axis], out = r.y()[axis];
    const float scale = axis < scales.size() ? scales[axis] : static_cast<float>(out) / static_cast<float>(in);
    auto& map = maps.emplace_back(identity(out));
    if (in != out || scale != 1.0F) {
      for (auto& i : map) i = nearest(i, in, out, scale, coordinates, rounding);
    }
  }
  return add_separable(r.node(), 0, r.x(), r.y(), maps);
}

struct Mover {
  std::string_view op;
  bool (*set)(const Reader&);
};
constexpr auto kMovers = std::to_array<Mover>({
    {"Concat", concat}, {"DepthToSpace", depth_to_space}, {"Expand", repeat}, {"Gather", gather}, {"Pad", pad}, {"Resize", resize}, {"Slice", slice},
    {"SpaceToDepth", space_to_depth}, {"com.microsoft.QLinearConcat", qlinear_concat}, {"Tile", repeat}, {"Transpose", transpose}, {"Upsample", resize},
});

}  // namespace

void set_copies(const Graph& graph, Node& node, const onnx::NodeProto& proto) {
  const auto* mover = std::ranges::find(kMovers, std::string_view(node.op_type), &Mover::op);
  if (mover == kMovers.end() || node.outputs.size() != 1 || element_count(graph.value(node.outputs[0]).shape) == 0) return;
  if (!mover->set(Reader(graph, node, proto))) {
    node.copies.clear();
    node.fill = 0;
  }
}

}  // namespace vernier::graph
