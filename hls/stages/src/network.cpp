// SPDX-License-Identifier: Apache-2.0
#include <vernier/stages/network.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include <vernier/ort/model.hpp>

#include "operators.hpp"

namespace vernier::stages {
namespace {

using graph::Graph;
using graph::NodeId;
using graph::OpKind;
using graph::ValueId;

/// A host's shape as an image; nothing where it is none.
std::optional<Image> image_of(const Shape& shape) {
  if (shape.size() == 4 && shape[0] == 1) return Image{shape[1], shape[2], shape[3]};
  if (shape.size() == 3 && shape[0] == 1) return Image{shape[1], 1, shape[2]};
  if (shape.size() == 2 && shape[0] == 1) return Image{shape[1], 1, 1};
  if (shape.size() == 1) return Image{shape[0], 1, 1};
  return std::nullopt;
}

class NetworkReader {
 public:
  explicit NetworkReader(const Graph& graph) : graph_(graph) { network_.name = graph.name; }

  Result<Network> read() {
    const auto order = graph_.topological_order();
    if (!order) return forward_error(order);
    for (const auto id : *order) {
      auto reason = place(id);
      if (!reason) return forward_error(reason);
      network_.placement.push_back({id, reason->empty(), *reason});
    }
    if (network_.operators.empty()) return fail(ErrorCode::kUnsupported, nothing_streams(), graph_.name);
    if (auto ok = find_outputs(); !ok) return forward_error(ok);
    return std::move(network_);
  }

 private:
  /// Adds the node to the network, or says why it stays on the host. Errors are those of a graph that is not canonical,
  /// and of nodes that stream from what the host computes out of a stream.
  Result<std::string> place(NodeId id) {
    const auto& node = graph_.node(id);
    const bool behind_host = std::ranges::any_of(node.inputs, [this](ValueId v) { return behind_host_.contains(v); });
    std::string reason;
    if (node.kind == OpKind::kReshape) {
      if (auto why = view(node); !why.empty()) reason = std::move(why);
    } else if (!ort::is_quantised(graph_, id)) {
      reason = fmt::format("{} is not an operator on int8", node.op_type);
    } else {
      const auto added = add(node);
      if (!added && added.error().code != ErrorCode::kUnsupported) return forward_error(added);
      if (!added) reason = added.error().what;
    }
    if (reason.empty() && behind_host) {
      return fail(ErrorCode::kUnsupported, fmt::format("streams, but {} in front of it cannot: frames would leave the stream and come back", blocker_), node.name);
    }
    if (!reason.empty()) {
      const bool reads_stream = std::ranges::any_of(node.inputs, [this](ValueId v) { return streams_.contains(v); });
      if (reads_stream || behind_host) {
        if (!behind_host) blocker_ = fmt::format("{} ({})", node.name, reason);
        behind_host_.insert(node.outputs.begin(), node.outputs.end());
      }
    } else {
      streams_.insert(node.outputs.begin(), node.outputs.end());
    }
    return reason;
  }

  /// The tensor of a value, made when the host or the graph's user provides it.
  std::optional<std::size_t> tensor_of(ValueId id) {
    if (const auto it = network_.tensor_of.find(id); it != network_.tensor_of.end()) return it->second;
    const auto& value = graph_.value(id);
    const auto image = image_of(value.shape);
    if (!image || value.constant || !graph::is_quantised_activation(value)) return std::nullopt;
    const auto at = new_tensor(id, *image);
    network_.inputs.push_back(at);
    return at;
  }

  std::size_t new_tensor(ValueId id, Image image) {
    const auto& value = graph_.value(id);
    const auto zero = value.quantization->zero_point.at(0) - (value.type == DType::kUint8 ? 128 : 0);
    network_.tensors.push_back({value.name, image, id, static_cast<std::int8_t>(zero)});
    network_.tensor_of[id] = network_.tensors.size() - 1;
    return network_.tensors.size() - 1;
  }

  /// A reshape of a stream is another name of it, as long as its readers take elements in the stream's order.
  std::string view(const graph::Node& node) {
    const auto from = network_.tensor_of.find(node.inputs.at(0));
    if (from == network_.tensor_of.end()) return "reshapes what the host holds";
    network_.tensor_of[node.outputs.at(0)] = from->second;
    return {};
  }

  Result<void> add(const graph::Node& node) {
    Reader reader{graph_, node, {}, {}};
    std::vector<std::size_t> inputs;
    const bool dense = node.kind == OpKind::kGemm;
    for (const auto in : node.inputs) {
      if (graph_.value(in).constant) continue;
      const auto tensor = tensor_of(in);
      if (!tensor) return fail(ErrorCode::kUnsupported, fmt::format("'{}' of shape {} is no image", graph_.value(in).name, to_string(graph_.value(in).shape)), node.name);
      const auto& streamed = network_.tensors[*tensor].image;
      const auto image = image_of(graph_.value(in).shape);
      // a flattened image is one to a dense layer alone, whose weights go into the stream's order
      if (!dense && image != streamed && !(image && image->pixels() == 1 && streamed.pixels() == 1)) {
        return fail(ErrorCode::kUnsupported, fmt::format("reads '{}' as {}, which streams as {} x {} x {}", graph_.value(in).name, to_string(graph_.value(in).shape), streamed.channels, streamed.height, streamed.width), node.name);
      }
      reader.inputs.push_back(streamed);
      inputs.push_back(*tensor);
    }
    const auto out = image_of(graph_.value(node.outputs.at(0)).shape);
    if (!out) return fail(ErrorCode::kUnsupported, fmt::format("its output of shape {} is no image", to_string(graph_.value(node.outputs[0]).shape)), node.name);
    reader.output = *out;
    switch (node.kind) {
      case OpKind::kConv: return append(read_convolution(reader), inputs, node, *out);
      case OpKind::kGemm: return append(read_dense(reader), inputs, node, *out);
      case OpKind::kMaxPool:
      case OpKind::kAveragePool: return append(read_pool(reader), inputs, node, *out);
      case OpKind::kAdd:
      case OpKind::kSub:
      case OpKind::kMul: return append_binary(reader, inputs);
      case OpKind::kTable:
      case OpKind::kClip: return append(read_table(reader), inputs, node, *out);
      case OpKind::kMove: return append_move(reader, inputs);
      default: return fail(ErrorCode::kUnsupported, fmt::format("{} has no stage", graph::name_of(node.kind)), node.name);
    }
  }

  Result<void> append(Result<Operator> op, std::vector<std::size_t> inputs, const graph::Node& node, Image out) {
    if (!op) return forward_error(op);
    op->inputs = std::move(inputs);
    op->output = new_tensor(node.outputs.at(0), out);
    network_.operators.push_back(std::move(*op));
    return {};
  }

  /// A tensor between the parts of one operator.
  std::size_t new_part(std::string name, Image image, std::int32_t zero) {
    network_.tensors.push_back({std::move(name), image, std::nullopt, static_cast<std::int8_t>(zero)});
    return network_.tensors.size() - 1;
  }

  /// An operand of one pixel comes as often as the other one has pixels.
  Result<void> append_binary(const Reader& reader, std::vector<std::size_t> inputs) {
    auto op = read_binary(reader);
    if (!op) return forward_error(op);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (reader.inputs[i] == reader.output) continue;
      Operator copies;
      copies.name = fmt::format("{}.broadcast{}", op->name, i);
      copies.op = op->op;
      copies.kind = OperatorKind::kUpSample;
      copies.inputs = {inputs[i]};
      inputs[i] = copies.output = new_part(copies.name, reader.output, network_.tensors[inputs[i]].zero);
      network_.operators.push_back(std::move(copies));
    }
    return append(std::move(op), std::move(inputs), reader.node, reader.output);
  }

  Result<void> append_move(const Reader& reader, std::vector<std::size_t> inputs) {
    auto move = read_move(reader);
    if (!move) return forward_error(move);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!move->tables[i]) continue;
      auto& table = *move->tables[i];
      table.name += fmt::format(".rescale{}", i);
      table.inputs = {inputs[i]};
      inputs[i] = table.output = new_part(table.name, network_.tensors[inputs[i]].image, table.zero_y);
      network_.operators.push_back(std::move(table));
    }
    auto op = std::move(move->move);
    while (inputs.size() > 2) {  // concat stages take two streams
      auto pair = op;
      pair.name += fmt::format(".{}", inputs.size());
      pair.inputs = {inputs[0], inputs[1]};
      auto image = network_.tensors[inputs[0]].image;
      image.channels += network_.tensors[inputs[1]].image.channels;
      pair.output = new_part(pair.name, image, op.zero_y);
      inputs.erase(inputs.begin());
      inputs[0] = pair.output;
      network_.operators.push_back(std::move(pair));
    }
    return append(std::move(op), std::move(inputs), reader.node, reader.output);
  }

  /// What a graph output or the host reads leaves the stream.
  Result<void> find_outputs() {
    std::set<std::size_t> read_by_host;
    for (const auto id : graph_.outputs) {
      if (const auto it = network_.tensor_of.find(id); it != network_.tensor_of.end()) read_by_host.insert(it->second);
    }
    for (const auto& p : network_.placement) {
      if (p.streamed) continue;
      for (const auto id : graph_.node(p.node).inputs) {
        if (const auto it = network_.tensor_of.find(id); it != network_.tensor_of.end()) read_by_host.insert(it->second);
      }
    }
    for (const auto& op : network_.operators) {
      if (read_by_host.contains(op.output)) network_.outputs.push_back(op.output);
    }
    return {};
  }

  std::string nothing_streams() const {
    std::string reasons = "no operator can stream:";
    for (const auto& p : network_.placement) {
      if (reasons.size() < 400) reasons += fmt::format("\n  {}: {}", graph_.node(p.node).name, p.reason);
    }
    return reasons;
  }

  const Graph& graph_;
  Network network_;
  std::set<ValueId> streams_;      ///< values that stages write
  std::set<ValueId> behind_host_;  ///< values the host computes from those
  std::string blocker_;
};

}  // namespace

std::string_view name_of(OperatorKind kind) {
  switch (kind) {
    case OperatorKind::kMatrix: return "matrix";
    case OperatorKind::kDepthwise: return "depthwise";
    case OperatorKind::kMaxPool: return "max pool";
    case OperatorKind::kAveragePool: return "average pool";
    case OperatorKind::kAdd: return "add";
    case OperatorKind::kSub: return "sub";
    case OperatorKind::kMul: return "mul";
    case OperatorKind::kTable: return "table";
    case OperatorKind::kConcat: return "concat";
    case OperatorKind::kSlice: return "slice";
    case OperatorKind::kUpSample: return "up-sample";
  }
  return "table";
}

bool Operator::is_windowed() const {
  switch (kind) {
    case OperatorKind::kMatrix: {
      const auto& w = window;
      return w.kernel_h * w.kernel_w > 1 || w.stride_h * w.stride_w > 1 || w.pad_top + w.pad_left + w.pad_bottom + w.pad_right > 0;
    }
    case OperatorKind::kDepthwise:
    case OperatorKind::kMaxPool:
    case OperatorKind::kAveragePool: return true;
    default: return false;
  }
}

Result<Network> read_network(const Graph& graph) { return NetworkReader(graph).read(); }

}  // namespace vernier::stages
