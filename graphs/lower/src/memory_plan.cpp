// SPDX-License-Identifier: Apache-2.0
#include "memory_plan.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace vernier::lower {
namespace {

// Layers run side by side: one that writes where another still reads would wait for it.
constexpr std::size_t kRest = 2;

// Tensors begin at the first bank, and a page apart in memory: layers of equal shape have equal cycles wherever they lie.
constexpr std::int64_t kBankBytes = 256, kPageBytes = 4096;

std::int64_t round_up(std::int64_t v, std::int64_t to) { return (v + to - 1) / to * to; }

bool is_line(const program::Layout& l) { return l.height == 1 && l.width == 1; }

/// A stretch of the buffer that is needed from layer `first` to layer `last`.
struct Item {
  std::int64_t bytes = 0;
  std::size_t first = 0, last = 0;
  std::size_t activation = 0;
  std::optional<std::size_t> slot;  ///< of a strip buffer of layer `first`
  std::int64_t address = 0;
  [[nodiscard]] bool meets(const Item& other) const { return first <= other.last && other.first <= last; }
};

class Planner {
 public:
  Planner(const graph::Graph& graph, const Network& net, const program::Target& target)
      : graph_(graph), net_(net), target_(target), spilled_(net.activations.size()), rest_(net.activations.size(), kRest) {}

  Result<MemoryPlan> run() {
    for (std::size_t a = 0; a < net_.activations.size(); ++a) {
      spilled_[a] = net_.activations[a].weights;
    }
    while (true) {
      auto items = collect();
      const auto stuck = allocate(items);
      if (!stuck) return finish(items);
      if (auto ok = relieve(*stuck); !ok) return forward_error(ok);
    }
  }

 private:
  [[nodiscard]] bool used(std::size_t a) const { return net_.activations[a].writer || !net_.activations[a].readers.empty(); }
  [[nodiscard]] const program::Layout& layout(std::size_t a) const { return net_.activations[a].stored.layout; }

  /// Windows of the array may end behind the last channel, and so may the lanes of a last tile.
  [[nodiscard]] std::int64_t resident_bytes(std::size_t a) const { return round_up(layout(a).bytes + target_.block(), kBankBytes); }

  [[nodiscard]] std::size_t first_of(std::size_t a) const {
    const auto& act = net_.activations[a];
    return act.writer ? *act.writer : act.readers.front();
  }
  [[nodiscard]] std::size_t last_of(std::size_t a) const {
    const auto& act = net_.activations[a];
    return act.readers.empty() ? first_of(a) : std::max(first_of(a), act.readers.back());
  }

  [[nodiscard]] std::vector<std::size_t> operands(std::size_t l) const {
    auto list = operands_of(net_.layers[l]);
    list.push_back(net_.layers[l].output);
    return list;
  }

  [[nodiscard]] std::int64_t strip_block_stride(std::size_t l, std::size_t a, std::int64_t rows) const {
    if (is_line(layout(a))) return layout(a).block_stride;
    const auto& out = layout(net_.layers[l].output);
    std::int64_t most = 0;
    for (std::int64_t y = 0; y < out.height; y += rows) most = std::max(most, rows_of(net_, l, a, y, std::min(y + rows, out.height)).size());
    return round_up(most * layout(a).row_pitch + 63, 64);  // the first row keeps its place in its 64-byte word
  }

  [[nodiscard]] std::int64_t strip_bytes(std::size_t l, std::size_t a, std::int64_t rows) const {
    const auto& image = layout(a);
    if (is_line(image)) return resident_bytes(a);
    return round_up((image.channels + image.block - 1) / image.block * strip_block_stride(l, a, rows) + target_.block(), kBankBytes);
  }

  /// First guess: both slots of all strips in a quarter of the buffer.
  LayerStrips& strips_of(std::size_t l, const std::vector<std::size_t>& cut) {
    auto [it, fresh] = strips_.try_emplace(l);
    auto& s = it->second;
    if (fresh) {
      s.rows = layout(net_.layers[l].output).height;
      const auto need = [&](std::int64_t rows) {
        return std::accumulate(cut.begin(), cut.end(), std::int64_t{0}, [&](std::int64_t sum, std::size_t a) { return sum + 2 * strip_bytes(l, a, rows); });
      };
      while (s.rows > 1 && need(s.rows) > target_.activation_bytes / 4) s.rows = (s.rows + 1) / 2;
    }
    return s;
  }

  std::vector<Item> collect() {
    std::vector<Item> items;
    for (std::size_t a = 0; a < net_.activations.size(); ++a) {
      if (!used(a) || spilled_[a]) continue;
      items.push_back({resident_bytes(a), first_of(a), last_of(a) + rest_[a], a, {}});
    }
    for (std::size_t l = 0; l < net_.layers.size(); ++l) {
      std::vector<std::size_t> cut;
      std::ranges::copy_if(operands(l), std::back_inserter(cut), [this](std::size_t a) { return spilled_[a]; });
      if (cut.empty()) continue;
      const auto& s = strips_of(l, cut);
      const bool single = s.rows >= layout(net_.layers[l].output).height;
      for (const auto a : cut) {
        for (std::size_t slot = 0; slot < static_cast<std::size_t>(single ? 1 : s.slots); ++slot) {
          items.push_back({strip_bytes(l, a, s.rows), l, l, a, slot});
        }
      }
    }
    return items;
  }

  /// Lowest free address for each, the largest first; the layer where it did not fit, or nothing.
  std::optional<std::size_t> allocate(std::vector<Item>& items) const {
    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, [&](auto a, auto b) { return items[a].bytes > items[b].bytes; });
    std::vector<std::size_t> placed;
    for (const auto i : order) {
      std::vector<std::pair<std::int64_t, std::int64_t>> busy;
      for (const auto p : placed) {
        if (items[p].meets(items[i])) busy.emplace_back(items[p].address, items[p].address + items[p].bytes);
      }
      std::ranges::sort(busy);
      std::int64_t at = 0;
      for (const auto& [begin, end] : busy) {
        if (begin - at >= items[i].bytes) break;
        at = std::max(at, end);
      }
      if (at + items[i].bytes > target_.activation_bytes) return fullest(items, items[i]);
      items[i].address = at;
      placed.push_back(i);
    }
    return std::nullopt;
  }

  /// The layer of an item's life with the most bytes alive.
  static std::size_t fullest(const std::vector<Item>& items, const Item& item) {
    std::size_t worst = item.first;
    std::int64_t most = -1;
    for (std::size_t l = item.first; l <= item.last; ++l) {
      std::int64_t bytes = 0;
      for (const auto& other : items) bytes += other.first <= l && l <= other.last ? other.bytes : 0;
      if (bytes > most) {
        most = bytes;
        worst = l;
      }
    }
    return worst;
  }

  /// Lets one tensor's place be taken sooner: the largest whose rest reaches this layer, else the largest of all.
  bool shorten_rest(std::size_t l) {
    std::optional<std::size_t> longest;
    const auto rank = [&](std::size_t a) { return std::pair(last_of(a) < l && l <= last_of(a) + rest_[a], resident_bytes(a)); };
    for (std::size_t a = 0; a < rest_.size(); ++a) {
      if (!used(a) || spilled_[a] || rest_[a] == 0) continue;
      if (!longest || rank(a) > rank(*longest)) longest = a;
    }
    if (longest) --rest_[*longest];
    return longest.has_value();
  }

  /// Makes room at a layer: places taken sooner, smaller strips, then one slot instead of two, then one tensor less on chip.
  Result<void> relieve(std::size_t l) {
    if (shorten_rest(l)) return {};
    const auto it = strips_.find(l);
    const auto ops = operands(l);
    // A tensor that only passes by goes first; of equals, the largest.
    std::optional<std::size_t> victim;
    for (std::size_t a = 0; a < net_.activations.size(); ++a) {
      if (!used(a) || spilled_[a]) continue;
      if (l < first_of(a) || l > last_of(a)) continue;
      const auto rank = [&](std::size_t v) { return std::pair(std::ranges::count(ops, v) == 0, resident_bytes(v)); };
      if (!victim || rank(a) > rank(*victim)) victim = a;
    }
    const bool bystander = victim && std::ranges::count(ops, *victim) == 0;
    if (it != strips_.end() && it->second.rows > 1 && !bystander) {
      it->second.rows = (it->second.rows + 1) / 2;
    } else if (victim) {
      spilled_[*victim] = true;
      for (const auto reader : net_.activations[*victim].readers) strips_.erase(reader);
      if (net_.activations[*victim].writer) strips_.erase(*net_.activations[*victim].writer);
    } else if (it != strips_.end() && it->second.slots > 1) {
      it->second.slots = 1;
    } else {
      return refuse(l);
    }
    return {};
  }

  Result<void> refuse(std::size_t l) const {
    std::int64_t bytes = 0;
    for (const auto a : operands(l)) bytes += strip_bytes(l, a, 1);
    const auto& node = graph_.node(net_.layers[l].node);
    return fail(ErrorCode::kUnsupported,
                fmt::format("{} {}: one output row needs {} bytes of activations on chip, the activation buffer has {}",
                            name_of(node.kind), shapes_of(graph_, node), bytes, target_.activation_bytes),
                node.name);
  }

  Result<MemoryPlan> finish(const std::vector<Item>& items) {
    MemoryPlan plan;
    plan.resident.resize(net_.activations.size());
    plan.memory.resize(net_.activations.size());
    for (auto& [l, s] : strips_) {
      s.buffers.clear();
      plan.strips[l] = s;
    }
    for (const auto& item : items) {
      if (!item.slot) {
        plan.resident[item.activation] = item.address;
        continue;
      }
      auto& buffers = plan.strips[item.first].buffers[item.activation];
      buffers.block_stride = strip_block_stride(item.first, item.activation, plan.strips[item.first].rows);
      buffers.slots.push_back(item.address);
    }
    std::int64_t input = 0, output = 0;
    for (std::size_t a = 0; a < net_.activations.size(); ++a) {
      const auto& act = net_.activations[a];
      const std::int64_t bytes = round_up(layout(a).bytes, kPageBytes);
      if (!used(a)) continue;
      if (!act.writer) {
        plan.memory[a] = {program::Region::kInput, input};
        input += bytes;
      } else if (!act.outputs.empty()) {
        plan.memory[a] = {program::Region::kOutput, output};
        output += bytes;
      } else if (!plan.resident[a]) {
        plan.memory[a] = {program::Region::kScratch, plan.scratch_bytes};
        plan.scratch_bytes += bytes;
      }
    }
    return plan;
  }

  const graph::Graph& graph_;
  const Network& net_;
  const program::Target& target_;
  std::vector<bool> spilled_;
  std::vector<std::size_t> rest_;  ///< layers for which a tensor's place is left alone behind its last reader
  std::map<std::size_t, LayerStrips> strips_;
};

}  // namespace

namespace {

/// Rows of one operand of a kMove that output rows [y0, y1) take elements from; none: row 0.
RowRange moved_rows(const NetworkLayer& layer, std::size_t operand, std::int64_t y0, std::int64_t y1) {
  std::optional<RowRange> rows;
  for (const auto& piece : layer.pieces) {
    if (piece.operand != operand) continue;
    const auto part = clip_to_rows(piece, y0, y1);
    if (!part) continue;
    std::int64_t first = part->from.y, last = part->from.y;
    for (const auto& loop : part->loops) (loop.from.y < 0 ? first : last) += (loop.count - 1) * loop.from.y;
    rows = rows ? RowRange{std::min(rows->begin, first), std::max(rows->end, last + 1)} : RowRange{first, last + 1};
  }
  return rows.value_or(RowRange{0, 1});
}

}  // namespace

RowRange rows_of(const Network& net, std::size_t l, std::size_t a, std::int64_t y0, std::int64_t y1) {
  const auto& layer = net.layers[l];
  const auto& in = net.activations[a].stored.layout;
  if (a == layer.output) return {y0, y1};
  if (layer.kind == LayerKind::kMove) {
    RowRange rows = layer.input == a ? moved_rows(layer, 0, y0, y1) : RowRange{in.height, 0};
    for (std::size_t i = 0; i < layer.rest.size(); ++i) {
      if (layer.rest[i] != a) continue;
      const auto more = moved_rows(layer, i + 1, y0, y1);
      rows = {std::min(rows.begin, more.begin), std::max(rows.end, more.end)};
    }
    return rows;
  }
  const auto& out = net.activations[layer.output].stored.layout;
  const std::int64_t first = y0 / out.image_height(), last = (y1 - 1) / out.image_height();  // images
  if (a != layer.input) return layer.other_is_line ? RowRange{first, last + 1} : RowRange{y0, y1};
  const bool windowed = layer.kind != LayerKind::kRequantise && layer.kind != LayerKind::kBinary && layer.kind != LayerKind::kTable;
  const graph::Window w = windowed ? layer.window : graph::Window{};
  // Rows are counted in their image, and from the first image at the end.
  y0 -= first * out.image_height();
  y1 -= last * out.image_height();
  const std::int64_t begin = y0 * w.stride_h - w.pad_top;
  const std::int64_t end = (y1 - 1) * w.stride_h - w.pad_top + (w.kernel_h - 1) * w.dilation_h + 1;
  const std::int64_t lo = std::clamp<std::int64_t>(begin, 0, in.image_height() - 1);
  const std::int64_t hi = std::clamp<std::int64_t>(end, 1, in.image_height());
  const std::int64_t from = first * in.image_height() + lo;
  return {from, std::max(from + 1, last * in.image_height() + hi)};
}

Result<MemoryPlan> plan_memory(const graph::Graph& graph, const Network& net, const program::Target& target) {
  return Planner(graph, net, target).run();
}

}  // namespace vernier::lower
