// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include <vernier/golden/comparison.hpp>
#include <vernier/golden/evaluator.hpp>
#include <vernier/ort/model.hpp>

namespace vernier::golden {
namespace {

struct Difference {
  std::int64_t differing = 0;
  double largest = 0;
};

template <class T>
Difference difference_of(std::span<const T> a, std::span<const T> b) {
  Difference d;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double gap = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (gap == 0) continue;
    ++d.differing;
    if (!(gap <= d.largest)) d.largest = gap;  // a NaN stays
  }
  return d;
}

Result<Difference> difference_of(const Tensor& a, const Tensor& b, const std::string& where) {
  if (a.type() != b.type() || a.shape() != b.shape()) {
    return fail(ErrorCode::kMismatch,
                fmt::format("golden gives {} {}, the reference {} {}", name_of(a.type()), to_string(a.shape()), name_of(b.type()), to_string(b.shape())),
                where);
  }
  switch (a.type()) {
    case DType::kInt8: return difference_of(a.as<std::int8_t>(), b.as<std::int8_t>());
    case DType::kUint8: return difference_of(a.as<std::uint8_t>(), b.as<std::uint8_t>());
    case DType::kFloat32: return difference_of(a.as<float>(), b.as<float>());
    case DType::kInt32: return difference_of(a.as<std::int32_t>(), b.as<std::int32_t>());
    case DType::kInt64: return difference_of(a.as<std::int64_t>(), b.as<std::int64_t>());
    default: return fail(ErrorCode::kUnsupported, fmt::format("outputs of {} are not compared", name_of(a.type())), where);
  }
}

template <class T>
std::size_t first_largest(std::span<const T> values) {
  return static_cast<std::size_t>(std::ranges::max_element(values) - values.begin());
}

std::size_t top1_of(const Tensor& t) {
  switch (t.type()) {
    case DType::kInt8: return first_largest(t.as<std::int8_t>());
    case DType::kUint8: return first_largest(t.as<std::uint8_t>());
    case DType::kFloat32: return first_largest(t.as<float>());
    case DType::kInt32: return first_largest(t.as<std::int32_t>());
    default: return 0;
  }
}

/// Scale that an output's steps are counted in: its own, or that of the value it was dequantised from.
std::optional<float> step_of(const graph::Graph& graph, graph::ValueId id) {
  const auto scale = [&graph](graph::ValueId v) -> std::optional<float> {
    const auto& q = graph.value(v).quantization;
    return q && q->scale.size() == 1 ? std::optional(q->scale[0]) : std::nullopt;
  };
  const auto type = graph.value(id).type;
  if (type == DType::kInt8 || type == DType::kUint8) return 1.0F;
  const auto producer = graph.producer(id);
  if (producer && graph.node(*producer).kind == graph::OpKind::kDequantize) return scale(graph.node(*producer).inputs.at(0));
  return std::nullopt;
}

struct Layer {
  graph::NodeId node;
  ort::Model model;
  ort::Session session;
};

}  // namespace

std::int64_t Comparison::worst_layer_lsb() const {
  std::int64_t worst = 0;
  for (const auto& layer : layers) worst = std::max(worst, layer.max_lsb);
  return worst;
}

struct Comparer::Impl {
  const graph::Graph* graph;
  Evaluator golden;
  ort::Session reference;
  std::vector<Layer> layers;
  Comparison result;

  Result<void> add_layers(const Values& values) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      auto& layer = layers[i];
      auto& seen = result.layers[i];
      std::vector<Tensor> fed;
      for (const auto in : layer.model.inputs) fed.push_back(values.at(in));
      const auto want = layer.session.run(fed);
      if (!want) return forward_error(want);
      const auto& got = values.at(layer.model.outputs.at(0));
      const auto d = difference_of(got, want->at(0), seen.name);
      if (!d) return forward_error(d);
      seen.elements += got.size();
      seen.differing += d->differing;
      seen.max_lsb = std::max(seen.max_lsb, static_cast<std::int64_t>(d->largest));
    }
    return {};
  }

  Result<void> add_outputs(const Values& values, const std::vector<Tensor>& want) {
    for (std::size_t i = 0; i < graph->outputs.size(); ++i) {
      const auto id = graph->outputs[i];
      const auto& got = values.at(id);
      const auto d = difference_of(got, want[i], graph->value(id).name);
      if (!d) return forward_error(d);
      result.elements += got.size();
      result.differing += d->differing;
      if (!(d->largest <= result.largest_difference)) result.largest_difference = d->largest;
      if (const auto step = step_of(*graph, id)) {
        result.max_lsb = std::max<std::int64_t>(result.max_lsb, std::llround(d->largest / static_cast<double>(*step)));
      }
      if (i == 0 && got.size() > 0 && top1_of(got) == top1_of(want[i])) ++result.top1_equal;
    }
    ++result.samples;
    return {};
  }
};

Comparer::Comparer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Comparer::Comparer(Comparer&&) noexcept = default;
Comparer& Comparer::operator=(Comparer&&) noexcept = default;
Comparer::~Comparer() = default;
const Comparison& Comparer::result() const { return impl_->result; }

Result<Comparer> Comparer::prepare(const graph::Graph& graph, ort::Session reference) {
  if (reference.inputs().size() != graph.inputs.size() || reference.outputs().size() < graph.outputs.size()) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the reference has {} inputs and {} outputs, the graph {} and {}", reference.inputs().size(), reference.outputs().size(),
                            graph.inputs.size(), graph.outputs.size()),
                graph.name);
  }
  auto golden = Evaluator::prepare(graph);
  if (!golden) return forward_error(golden);
  const auto order = graph.topological_order();
  if (!order) return forward_error(order);
  auto impl = std::make_unique<Impl>(Impl{&graph, std::move(*golden), std::move(reference), {}, {}});
  for (const auto id : *order) {
    const auto& node = graph.node(id);
    if (!ort::is_quantised(graph, id) || node.kind == graph::OpKind::kReshape) continue;
    auto model = ort::qdq_model_of(graph, id);
    if (!model) return forward_error(model);
    auto session = ort::Session::open(model->bytes(), {}, node.name);
    if (!session) return forward_error(session);
    impl->layers.push_back({id, std::move(*model), std::move(*session)});
    impl->result.layers.push_back({id, node.name, std::string(graph::name_of(node.kind)), 0, 0, 0});
  }
  return Comparer(std::move(impl));
}

Result<void> Comparer::add(std::span<const Tensor> inputs) {
  const auto values = impl_->golden.run(inputs);
  if (!values) return forward_error(values);
  if (auto r = impl_->add_layers(*values); !r) return r;
  const auto want = impl_->reference.run(inputs);
  if (!want) return forward_error(want);
  return impl_->add_outputs(*values, *want);
}

Result<ort::Session> reference_of(const graph::Graph& graph) {
  const auto order = graph.topological_order();
  if (!order) return forward_error(order);
  const auto model = ort::model_of(graph, *order);
  if (!model) return forward_error(model);
  if (model->inputs != graph.inputs || model->outputs != graph.outputs) {
    return fail(ErrorCode::kInvalidInput, "a graph input is unused, or an inner value is read by nothing; remove dead nodes first", graph.name);
  }
  return ort::Session::open(model->bytes(), {}, graph.name);
}

Result<Comparison> compare_with_reference(const graph::Graph& graph, ort::Session reference, std::span<const std::vector<Tensor>> samples) {
  auto comparer = Comparer::prepare(graph, std::move(reference));
  if (!comparer) return forward_error(comparer);
  for (const auto& sample : samples) {
    if (auto r = comparer->add(sample); !r) return forward_error(r);
  }
  return comparer->result();
}

}  // namespace vernier::golden
