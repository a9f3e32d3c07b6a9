// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>
#include <vernier/ir/constant.hpp>
#include <vernier/ir/scalar_function.hpp>

namespace vernier::graph {

/// How an integer tensor stands for real numbers: real = (q - zero_point) * scale. One entry, or one per index of `axis`.
struct Quantization {
  std::vector<float> scale;
  std::vector<std::int32_t> zero_point;
  int axis = -1;  ///< -1: per tensor
  friend bool operator==(const Quantization&, const Quantization&) = default;
};

enum class NodeId : std::uint32_t {};
enum class ValueId : std::uint32_t {};

/// An edge bundle of the graph: one tensor, written by at most one node.
struct Value {
  std::string name;
  DType type = DType::kFloat32;
  Shape shape;                               ///< static; batch is dimension 0 where the operator has one
  std::optional<Quantization> quantization;  ///< present on integer activations and weights once recognised
  Constant constant;                         ///< initialisers and folded constants
};

enum class OpKind : std::uint8_t {
  kConv,         ///< inputs x, weight [O, I/group, kh, kw], optional bias [O]
  kGemm,         ///< inputs x [M, K], weight [N, K] (already transposed), optional bias [N]; also MatMul with constant B
  kMatMul,       ///< two activations [G, M, K] and [G, K, N]: G products
  kAdd,          ///< two activations that broadcast (NumPy's rule); on integers one of them has the output's shape
  kSub,          ///< as kAdd
  kMul,          ///< as kAdd
  kMaxPool,
  kAveragePool,  ///< GlobalAveragePool is one whose kernel is the image
  kRelu,         ///< float graphs only: fused into a clamp by the passes
  kClip,
  kBatchNorm,    ///< folded by the passes
  kTable,        ///< one activation, a function of each element alone: `function`, on integers also as `table`
  kSoftmax,      ///< integer activations, attribute axis counted from 0; its canonical form has axis 1
  kMove,         ///< integer activations: Concat, Slice, Pad, Transpose and the like, elements at other places (`copies`)
  kReshape,      ///< Flatten, Reshape, Squeeze, Unsqueeze, Identity: same elements in row-major order, another shape
  kQuantize,     ///< QuantizeLinear
  kDequantize,   ///< DequantizeLinear
  kOther         ///< any other ONNX operator: kept whole for the host or for a refusal
};
[[nodiscard]] std::string_view name_of(OpKind kind);

/// Window geometry of convolution and pooling, two-dimensional (1-D is h = 1).
struct Window {
  std::int64_t kernel_h = 1, kernel_w = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t dilation_h = 1, dilation_w = 1;
  std::int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  bool ceil_mode = false;          ///< pooling
  bool count_include_pad = false;  ///< average pooling
  std::int64_t group = 1;          ///< convolution
  friend bool operator==(const Window&, const Window&) = default;
};

/// One attribute of an ONNX node. Graphs (control flow) and strings in lists have no place in the IR.
using Attribute = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>, Tensor>;

/// Clamp that follows an operator. On a quantised operator the limits are integers of the output type,
/// already including ReLU; on a float operator real values.
struct Clamp {
  double lo = 0;
  double hi = 0;
  friend bool operator==(const Clamp&, const Clamp&) = default;
};

/// One loop of a Copy: steps are elements in row-major order.
struct CopyLoop {
  std::int64_t count = 1, from_step = 0, to_step = 0;
  friend bool operator==(const CopyLoop&, const CopyLoop&) = default;
};
/// Output element `to` and those its loops reach become the elements of input `input` from `from` on, or the node's
/// `fill` where there is no input. The copies of a node are done in their order.
struct Copy {
  std::optional<std::size_t> input;
  std::int64_t from = 0, to = 0;
  std::vector<CopyLoop> loops;  ///< the outermost first
  friend bool operator==(const Copy&, const Copy&) = default;
};

/// Calls visit(from, to) for every element the copy moves.
void for_each_element(const Copy& copy, const std::function<void(std::int64_t, std::int64_t)>& visit);

struct Node {
  std::string name{};                      ///< the ONNX node's name, or op type and output name where it has none
  OpKind kind = OpKind::kOther;
  std::string op_type{};                   ///< ONNX operator; outside of ONNX's own domain "domain.operator"
  Window window{};                         ///< kConv, kMaxPool, kAveragePool, and QLinear forms of them
  std::optional<Clamp> clamp{};            ///< fused activation
  ScalarFunction function{};               ///< kTable
  std::vector<std::int16_t> table{};       ///< kTable on integers: the output's level for each level of the input, from the lowest on
  std::vector<Copy> copies{};              ///< kMove; kOther that only places elements, too
  double fill = 0;                         ///< with copies: as Clamp has it, on integers a level of the output, else a real number
  std::vector<ValueId> inputs{};           ///< values in ONNX order; absent optional ones are left out (kOther: see onnx_node)
  std::vector<ValueId> outputs{};
  std::map<std::string, Attribute> attributes{};  ///< of the ONNX node, as far as the fields above do not hold them
  std::string onnx_node{};                 ///< serialised onnx.NodeProto, to run it on the host as it came; its names are
                                           ///< those of the file: inputs[i] is its i-th named input, outputs likewise
  std::vector<std::string> fused{};        ///< names of nodes merged into this one, for reports
};

/// A typed operator graph. Nodes are vertices of a boost::adjacency_list, an edge u -> v carries the value that
/// u writes and v reads; order, dominators and components come from Boost.Graph through topology().
///
/// A graph is *quantised* where an operator's inputs and outputs are int8/uint8 with Quantization. Its meaning is
/// then contract C1 (docs/architecture.md): no Quantize/Dequantize pairs remain around it.
class Graph {
 public:
  using Topology = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, NodeId, ValueId>;

  ValueId add_value(Value value);
  NodeId add_node(Node node);
  void remove_node(NodeId id);

  [[nodiscard]] bool contains(NodeId id) const;  ///< false once removed
  [[nodiscard]] const Value& value(ValueId id) const;
  [[nodiscard]] Value& value(ValueId id);
  [[nodiscard]] const Node& node(NodeId id) const;
  [[nodiscard]] Node& node(NodeId id);

  [[nodiscard]] std::size_t value_count() const { return values_.size(); }  ///< ValueIds are 0 to value_count() - 1
  [[nodiscard]] std::vector<NodeId> nodes() const;                ///< live nodes, in order of creation
  [[nodiscard]] std::optional<NodeId> producer(ValueId id) const;
  [[nodiscard]] std::vector<NodeId> consumers(ValueId id) const;  ///< each once, in order of creation
  [[nodiscard]] std::optional<ValueId> find_value(std::string_view name) const;

  std::vector<ValueId> inputs;   ///< graph inputs, without initialisers
  std::vector<ValueId> outputs;
  std::string name;
  std::map<std::string, std::int64_t> opsets;  ///< domain to version, of the model it came from

  /// The graph as Boost.Graph sees it; vertex i is nodes()[i].
  [[nodiscard]] Topology topology() const;
  /// Nodes so that each stands after all it reads from; kInvalidInput when there is a cycle.
  [[nodiscard]] Result<std::vector<NodeId>> topological_order() const;
  /// Replaces every read of `from` by `to`, graph outputs included.
  void replace_uses(ValueId from, ValueId to);

 private:
  std::vector<std::optional<Node>> nodes_;
  std::vector<Value> values_;
};

/// Integer attributes with the default of the operator specification; another kind of attribute counts as absent.
[[nodiscard]] std::int64_t int_attribute(const Node& node, std::string_view name, std::int64_t fallback);
[[nodiscard]] float float_attribute(const Node& node, std::string_view name, float fallback);
[[nodiscard]] std::vector<std::int64_t> ints_attribute(const Node& node, std::string_view name);  ///< empty when absent

/// True where the value is int8 or uint8 with one scale and one zero point.
[[nodiscard]] bool is_quantised_activation(const Value& value);

/// The graph as text, one line a node in topological order: operator, name, shapes, types, scales, window, clamp,
/// what was fused into it. For people and for tests; not parsed.
[[nodiscard]] std::string dump(const Graph& graph);

/// Output height and width of a window operator on an h x w image (ONNX operator specification).
struct ImageSize {
  std::int64_t h = 0, w = 0;
  friend bool operator==(const ImageSize&, const ImageSize&) = default;
};
[[nodiscard]] ImageSize output_size(const Window& window, ImageSize input);

/// Multiply-accumulates of one node for its static shape (conv, gemm, matmul), else 0.
[[nodiscard]] std::int64_t macs(const Graph& graph, NodeId id);

}  // namespace vernier::graph
