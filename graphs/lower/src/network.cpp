// SPDX-License-Identifier: Apache-2.0
#include "matmul.hpp"
#include "network.hpp"
#include "tiling.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace vernier::lower {
namespace {

using graph::Graph;
using graph::Node;
using graph::NodeId;
using graph::OpKind;
using graph::ValueId;

/// Elementwise operators and reshapes keep whatever image lies in the buffer; windows, products and sums over channels need the image they name.
bool has_window(OpKind kind) { return kind == OpKind::kConv || kind == OpKind::kMaxPool || kind == OpKind::kAveragePool; }
bool needs_own_image(OpKind kind) { return has_window(kind) || kind == OpKind::kMatMul || kind == OpKind::kSoftmax; }

/// Convolutions, products and sums over channels tell a batch from channels; all others do not, and where there are none of them a batch is
/// so many channels more.
bool tells_images_apart(const Graph& graph) {
  return std::ranges::any_of(graph.nodes(), [&](NodeId id) {
    const auto& node = graph.node(id);
    return !treats_channels_alike(node.kind) && accelerated_kind(graph, node) && graph.value(node.inputs[0]).shape.at(0) > 1;
  });
}

std::size_t activation_inputs(const Node& node) {
  switch (node.kind) {
    case OpKind::kAdd:
    case OpKind::kSub:
    case OpKind::kMatMul:
    case OpKind::kMul: return 2;
    case OpKind::kMove: return node.inputs.size();
    default: return 1;
  }
}

bool same_image(const ImageShape& a, const program::Layout& l) {
  return a.channels == l.channels && a.height == l.image_height() && a.width == l.width && a.images == l.images;
}

class Analysis {
 public:
  Analysis(const Graph& graph, const program::Target& target, const Options& options)
      : graph_(graph), target_(target), options_(options), apart_(tells_images_apart(graph)) {}

  Result<Network> run() {
    const auto order = graph_.topological_order();
    if (!order) return forward_error(order);
    find_sides(*order);
    for (const auto id : *order) place(id);
    fuse_tables();
    if (options_.fuse_add) fuse_additions();
    connect();
    return std::move(net_);
  }

 private:
  /// Which nodes have an accelerated node before or behind them.
  void find_sides(const std::vector<NodeId>& order) {
    const auto spread = [this](const std::vector<NodeId>& nodes, std::set<NodeId>& marked, bool forward) {
      std::set<ValueId> reached;
      for (const auto id : nodes) {
        const auto& n = graph_.node(id);
        const auto& from = forward ? n.inputs : n.outputs;
        const auto& to = forward ? n.outputs : n.inputs;
        const bool hit = std::ranges::any_of(from, [&](ValueId v) { return reached.contains(v); });
        if (hit) marked.insert(id);
        // A reshape moves nothing: it does not by itself make what follows it a tail.
        if (hit || (accelerated_kind(graph_, n) && n.kind != OpKind::kReshape)) reached.insert(to.begin(), to.end());
      }
    };
    spread(order, behind_, true);
    spread(std::vector<NodeId>(order.rbegin(), order.rend()), before_, false);
  }

  void place(NodeId id) {
    const auto& node = graph_.node(id);
    Placement p{.node = id, .name = node.name, .op = node.op_type.empty() ? std::string(name_of(node.kind)) : node.op_type,
                .shapes = shapes_of(graph_, node), .place = Place::kHost, .reason = {}, .macs = macs(graph_, id), .layer = {}};
    const bool lone_reshape = node.kind == OpKind::kReshape && !behind_.contains(id) && !before_.contains(id);
    if (accelerated_kind(graph_, node) && !lone_reshape) {
      accelerate(id, node, p);
    } else {
      keep_on_host(id, p);
    }
    net_.placement.push_back(std::move(p));
  }

  void keep_on_host(NodeId id, Placement& p) {
    const bool head = !behind_.contains(id), tail = !before_.contains(id);
    if (head || tail) {
      (head ? net_.head : net_.tail).push_back(id);
      p.reason = fmt::format("{} is not an operator of the accelerator; it stands at the graph's {}", p.op, head ? "head" : "tail");
    } else {
      p.place = Place::kRefused;
      p.reason = fmt::format("{} is not an operator of the accelerator and stands between operators that are", p.op);
    }
  }

  void accelerate(NodeId id, const Node& node, Placement& p) {
    auto bad = refusal(graph_, node);
    if (!bad) bad = node.kind == OpKind::kReshape ? add_view(node) : add_layer(id, node);
    p.place = bad ? Place::kRefused : Place::kNpu;
    p.reason = bad ? *bad : (node.kind == OpKind::kReshape ? "the same bytes under another shape" : "an operator of the accelerator");
  }

  [[nodiscard]] std::optional<ImageShape> image_of_shape(const Shape& shape) const { return element_image_of(shape, apart_); }

  /// The activation that holds a value, made on first sight for inputs of the program. The output of a refused
  /// operator is taken for one, too, so that what follows it is checked as well.
  std::optional<std::size_t> activation_of(ValueId id) {
    if (const auto it = holder_.find(id); it != holder_.end()) return it->second;
    const auto image = image_of_shape(graph_.value(id).shape);
    if (!image) return std::nullopt;
    return hold(id, *image);
  }

  std::size_t hold(ValueId id, const ImageShape& image) {
    const auto& value = graph_.value(id);
    Activation a;
    a.value = id;
    a.stored.layout = program::layout_for(image.channels, image.height, image.width, target_, program::Pixels::kPacked, image.images);
    if (value.quantization) {
      a.stored.scale = value.quantization->scale[0];
      a.stored.zero = value.quantization->zero_point[0] - (value.type == DType::kUint8 ? 128 : 0);
    }
    net_.activations.push_back(std::move(a));
    return holder_[id] = net_.activations.size() - 1;
  }

  std::optional<std::string> add_view(const Node& node) {
    const auto from = activation_of(node.inputs[0]);
    const auto& x = graph_.value(node.inputs[0]);
    const auto& y = graph_.value(node.outputs[0]);
    if (!from) return fmt::format("'{}' of shape {} is not an image", x.name, to_string(x.shape));
    if (element_count(x.shape) != element_count(y.shape)) return "it changes the number of elements";
    if (y.quantization && x.quantization && !(*y.quantization == *x.quantization)) return "it changes the quantisation";
    if (x.type != y.type) return "it changes the element type";
    holder_[node.outputs[0]] = *from;
    return std::nullopt;
  }

  std::optional<std::string> add_layer(NodeId id, const Node& node) {
    NetworkLayer layer;
    layer.node = id;
    layer.window = node.window;
    std::vector<std::size_t> operands;
    for (std::size_t i = 0; i < activation_inputs(node); ++i) {
      const auto held = activation_of(node.inputs[i]);
      const auto& value = graph_.value(node.inputs[i]);
      if (!held) return fmt::format("'{}' of shape {} is not an image", value.name, to_string(value.shape));
      if (needs_own_image(node.kind) && !same_image(*image_of_shape(value.shape), net_.activations[*held].stored.layout)) {
        return fmt::format("its input '{}' is a reshape to {}, which lies otherwise in the buffer", value.name, to_string(value.shape));
      }
      operands.push_back(*held);
    }
    const auto& in = net_.activations[operands[0]].stored.layout;
    ImageShape out = *image_of_shape(graph_.value(node.outputs[0]).shape);
    if ((needs_own_image(node.kind) || node.kind == OpKind::kGemm) && in.images != out.images) {
      return fmt::format("its input lies as {} images in the buffer, its output has {}", in.images, out.images);
    }
    switch (node.kind) {
      case OpKind::kConv:
        layer.kind = runs_depthwise(node.window, in.channels, out.channels, target_) ? LayerKind::kDepthwise : LayerKind::kConvolution;
        break;
      case OpKind::kGemm:
        if (in.image_height() > 255 || in.width > 255) return fmt::format("its input image of {} x {} is larger than the largest kernel 255 x 255", in.image_height(), in.width);
        layer.kind = LayerKind::kConvolution;
        layer.window = graph::Window{.kernel_h = in.image_height(), .kernel_w = in.width};
        break;
      case OpKind::kSoftmax: layer.kind = LayerKind::kSoftmax; break;
      case OpKind::kMaxPool: layer.kind = LayerKind::kMaxPool; break;
      case OpKind::kAveragePool: layer.kind = LayerKind::kAveragePool; break;
      case OpKind::kMatMul:
        layer.kind = LayerKind::kMatMul;
        std::swap(operands[0], operands[1]);
        layer.weights = add_weights(id, node, operands, out);
        break;
      case OpKind::kMove:
        layer.kind = LayerKind::kMove;
        layer.fill = static_cast<std::int32_t>(node.fill) - (graph_.value(node.outputs[0]).type == DType::kUint8 ? 128 : 0);
        if (auto bad = add_pieces(node, operands, out, layer)) return bad;
        break;
      case OpKind::kTable:
        layer.kind = LayerKind::kTable;
        layer.table = id;
        out = image_in(in);
        break;
      case OpKind::kClip: layer.kind = LayerKind::kRequantise, out = image_in(in); break;
      default:
        layer.kind = LayerKind::kBinary;
        if (auto bad = add_operands(node, operands, layer)) return bad;
        out = image_in(net_.activations[operands[0]].stored.layout);
    }
    if (has_window(node.kind)) {
      const auto size = output_size(node.window, {in.image_height(), in.width});
      if (size.h != out.height || size.w != out.width) {
        return fmt::format("its output has {} x {} pixels, its window gives {} x {}", out.height, out.width, size.h, size.w);
      }
    }
    layer.input = operands[0];
    layer.output = hold(node.outputs[0], out);
    layer.limits = limits_of(node);
    if (layer.kind == LayerKind::kDepthwise) spread_pixels(layer.input);
    net_.layers.push_back(layer);
    return std::nullopt;
  }

  /// A layer that puts the first operand of a product, `operands[1]` here, into the order of weight tiles.
  std::size_t add_weights(NodeId id, const Node& node, const std::vector<std::size_t>& operands, const ImageShape& out) {
    const auto& from = net_.activations[operands[1]].stored;
    const auto result = program::layout_for(out.channels, out.height, out.width, target_, program::Pixels::kPacked, out.images);
    auto image = weight_image_of(from.layout, net_.activations[operands[0]].stored.layout, result, target_);
    Activation a;
    a.value = node.inputs[0];
    a.stored = {image.layout, from.scale, from.zero};
    a.weights = true;
    net_.activations.push_back(std::move(a));
    NetworkLayer pack;
    pack.kind = LayerKind::kMove;
    pack.node = id;
    pack.input = operands[1];
    pack.pieces = std::move(image.pieces);
    pack.output = net_.activations.size() - 1;
    net_.layers.push_back(std::move(pack));
    return net_.activations.size() - 1;
  }

  /// The depthwise unit reads pixels that are a whole block apart.
  void spread_pixels(std::size_t activation) {
    auto& l = net_.activations[activation].stored.layout;
    l = program::layout_for(l.channels, l.image_height(), l.width, target_, program::Pixels::kWholeBlock, l.images);
  }

  static ImageShape image_in(const program::Layout& l) { return {l.channels, l.image_height(), l.width, l.images}; }

  /// The second operand lies like the first, or is one pixel; where only the first is, they change places.
  std::optional<std::string> add_operands(const Node& node, std::vector<std::size_t>& operands, NetworkLayer& layer) const {
    layer.binary = node.kind == OpKind::kMul ? BinaryOp::kMultiply : (node.kind == OpKind::kSub ? BinaryOp::kSubtract : BinaryOp::kAdd);
    const auto count = [&](std::size_t i) { return element_count(graph_.value(node.inputs[i]).shape); };
    if (count(0) < count(1)) {
      if (layer.binary == BinaryOp::kSubtract) return "its first operand is smaller than the second, and a difference has an order";
      std::swap(operands[0], operands[1]);
    }
    const auto &a = net_.activations[operands[0]].stored.layout, &b = net_.activations[operands[1]].stored.layout;
    layer.other = operands[1];
    layer.other_is_line = count(0) != count(1);
    if (!layer.other_is_line) return image_in(a) == image_in(b) ? std::nullopt : std::optional<std::string>("its operands are different images in the buffer");
    if (b.image_height() == 1 && b.width == 1 && b.channels == a.channels && b.images == a.images) return std::nullopt;
    return fmt::format("its smaller operand is {} x {} x {} in the buffer, allowed is one pixel of {} channels", b.channels, b.height, b.width, a.channels);
  }

  std::optional<std::string> add_pieces(const Node& node, const std::vector<std::size_t>& operands, const ImageShape& out, NetworkLayer& layer) const {
    layer.rest.assign(operands.begin() + 1, operands.end());
    for (const auto& copy : node.copies) {
      const auto from = copy.input ? image_in(net_.activations[operands[*copy.input]].stored.layout) : out;
      auto pieces = pieces_of(copy, from, out);
      if (!pieces) return "it moves elements in steps that are no steps of the images in the buffer";
      layer.pieces.insert(layer.pieces.end(), pieces->begin(), pieces->end());
    }
    return std::nullopt;
  }

  Limits limits_of(const Node& node) const {
    if (!node.clamp) return {};
    const std::int32_t shift = graph_.value(node.outputs[0]).type == DType::kUint8 ? 128 : 0;
    const auto stored = [shift](double v) { return std::clamp(static_cast<std::int32_t>(v) - shift, -128, 127); };
    return {stored(node.clamp->lo), stored(node.clamp->hi)};
  }

  /// Layers without those that are gone.
  void keep_layers(const std::vector<bool>& gone) {
    std::size_t kept = 0;
    for (std::size_t l = 0; l < net_.layers.size(); ++l) {
      if (!gone[l]) net_.layers[kept++] = net_.layers[l];
    }
    net_.layers.resize(kept);
  }

  /// Moves a table into the vector command of the convolution that alone feeds it.
  void fuse_tables() {
    connect();
    std::vector<bool> gone(net_.layers.size());
    for (std::size_t t = 0; t < net_.layers.size(); ++t) {
      const auto table = net_.layers[t];
      const auto& held = net_.activations[table.input];
      if (table.kind != LayerKind::kTable || !held.writer || held.readers.size() != 1 || !held.outputs.empty()) continue;
      auto& producer = net_.layers[*held.writer];
      if (producer.kind != LayerKind::kConvolution || producer.table) continue;
      producer.table = table.table;
      producer.inner_scale = held.stored.scale;
      producer.inner_zero = held.stored.zero;
      producer.output = table.output;
      net_.activations[table.output].writer = *held.writer;
      gone[t] = true;
    }
    keep_layers(gone);
  }

  /// Moves an operation of two operands behind the last convolution that feeds it, when nobody else wants that convolution's result.
  void fuse_additions() {
    connect();
    std::vector<bool> gone(net_.layers.size());
    for (std::size_t a = 0; a < net_.layers.size(); ++a) {
      const auto add = net_.layers[a];
      if (add.kind != LayerKind::kBinary || add.input == *add.other) continue;
      const auto writer = [&](std::size_t activation) { return static_cast<std::int64_t>(net_.activations[activation].writer.value_or(static_cast<std::size_t>(-1))); };
      auto late = add.input, early = *add.other;
      const bool ordered = add.binary == BinaryOp::kSubtract || add.other_is_line;  // only the first can come from the convolution
      if (writer(late) < writer(early)) {
        if (ordered) continue;
        std::swap(late, early);
      }
      if (writer(late) < 0) continue;
      auto& producer = net_.layers[static_cast<std::size_t>(writer(late))];
      const auto& held = net_.activations[late];
      const bool only = held.readers == std::vector<std::size_t>{a} && held.outputs.empty();
      if (producer.kind != LayerKind::kConvolution || producer.add || !only) continue;
      producer.add = add.node;
      producer.other = early;
      producer.binary = add.binary;
      producer.other_is_line = add.other_is_line;
      producer.middle_scale = held.stored.scale;
      producer.middle_zero = held.stored.zero;
      producer.add_limits = add.limits;
      producer.output = add.output;
      net_.activations[add.output].writer = static_cast<std::size_t>(writer(late));
      gone[a] = true;
    }
    keep_layers(gone);
  }

  /// Writers, readers, program inputs and outputs, and the layer of every accelerated node.
  void connect() {
    for (auto& a : net_.activations) {
      a.writer.reset();
      a.readers.clear();
      a.outputs.clear();
    }
    net_.inputs.clear();
    std::map<NodeId, std::uint32_t> layer_of;
    for (std::size_t l = 0; l < net_.layers.size(); ++l) {
      const auto& layer = net_.layers[l];
      layer_of[layer.node] = static_cast<std::uint32_t>(l);
      for (const auto& fused : {layer.table, layer.add}) {
        if (fused) layer_of[*fused] = static_cast<std::uint32_t>(l);
      }
      for (const auto a : operands_of(layer)) net_.activations[a].readers.push_back(l);
      net_.activations[layer.output].writer = l;
    }
    const std::set<NodeId> host = [&] {
      std::set<NodeId> s(net_.head.begin(), net_.head.end());
      s.insert(net_.tail.begin(), net_.tail.end());
      return s;
    }();
    for (const auto& [value, held] : holder_) {
      const auto consumers = graph_.consumers(value);
      const bool leaves = std::ranges::count(graph_.outputs, value) != 0 ||
                          std::ranges::any_of(consumers, [&](NodeId n) { return host.contains(n); });
      if (leaves && net_.activations[held].writer) net_.activations[held].outputs.push_back(value);
    }
    for (std::size_t a = 0; a < net_.activations.size(); ++a) {
      if (!net_.activations[a].writer && !net_.activations[a].readers.empty()) net_.inputs.push_back(a);
    }
    for (auto& p : net_.placement) {
      if (const auto it = layer_of.find(p.node); it != layer_of.end()) {
        p.layer = it->second;
        if (net_.layers[it->second].node != p.node) p.reason = "runs in the vector command of layer " + graph_.node(net_.layers[it->second].node).name;
      }
    }
  }

  const Graph& graph_;
  const program::Target& target_;
  const Options& options_;
  const bool apart_;  ///< the images of a batch are images in the buffer, too
  Network net_;
  std::map<ValueId, std::size_t> holder_;
  std::set<NodeId> behind_, before_;
};

}  // namespace

FirstResult first_result(const Network& net, const NetworkLayer& layer) {
  if (layer.kind == LayerKind::kConvolution && layer.table) return {layer.inner_scale, layer.inner_zero};
  if (layer.add) return {layer.middle_scale, layer.middle_zero};
  const auto& out = net.activations[layer.output].stored;
  return {out.scale, out.zero};
}

std::vector<std::size_t> operands_of(const NetworkLayer& layer) {
  std::vector<std::size_t> operands;
  const auto add = [&](std::size_t a) {
    if (std::ranges::count(operands, a) == 0) operands.push_back(a);
  };
  add(layer.input);
  if (layer.other) add(*layer.other);
  for (const auto a : layer.rest) add(a);
  return operands;
}

Result<Network> analyse(const Graph& graph, const program::Target& target, const Options& options) {
  return Analysis(graph, target, options).run();
}

}  // namespace vernier::lower
