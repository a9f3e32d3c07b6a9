// SPDX-License-Identifier: Apache-2.0
#include "classify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include <vernier/core/files.hpp>
#include <vernier/golden/comparison.hpp>
#include <vernier/golden/evaluator.hpp>
#include <vernier/import/import.hpp>
#include <vernier/ort/model.hpp>
#include <vernier/passes/pipeline.hpp>
#include <vernier/passes/quantise.hpp>
#include <vernier/runtime/deployment.hpp>

#include "difference.hpp"
#include "freeze.hpp"

namespace vernier::conformance {
namespace {

using graph::Graph;
using graph::OpKind;

/// Rounding of int8 inputs, weights and outputs on ONNX's random data stays below 3 % of the output's range for one
/// operator and below 10 % for chains of them; a wrong axis, pad or order is far above it.
constexpr double kRoundingShare = 0.05, kRoundingShareOfChain = 0.15;

/// How the examination of a case ends.
struct Ended {
  Outcome outcome;
  std::string reason;
};

class Examination {
 public:
  Examination(const Case& c, const Setup& setup) : case_(c), setup_(setup) { verdict_.name = c.name; }

  Verdict run() {
    const auto ended = examine();
    verdict_.outcome = ended.outcome;
    verdict_.reason = ended.reason;
    return verdict_;
  }

 private:
  /// An error of a valid model is a refusal when it says "unsupported" and where; anything else is wrong.
  static Ended refusal(const Error& error, const char* step) {
    if (error.code == ErrorCode::kUnsupported && !error.what.empty() && !error.where.empty()) return {Outcome::kRefused, to_string(error)};
    return {Outcome::kWrong, fmt::format("{}: {}", step, to_string(error))};
  }
  static Ended wrong(std::string what) { return {Outcome::kWrong, std::move(what)}; }

  Ended examine() {
    onnx::ModelProto model;
    std::ifstream in(case_.folder / "model.onnx", std::ios::binary);
    if (!in || !model.ParseFromIstream(&in)) return wrong("its model does not parse");
    verdict_.operators = operators_of(model);
    auto frozen = freeze(std::move(model), case_.folder);
    if (!frozen) return refusal(frozen.error(), "freeze");
    const auto bytes = frozen->model.SerializeAsString();
    auto data = load_data(case_);  // sequences among them are no tensors: then import says so first
    graph::ImportOptions options;
    options.batch = 1;  // where there are no data to say
    if (data) {
      for (auto& set : *data) drop_frozen(set.inputs, frozen->kept);
      options.dims = symbols_of(frozen->model.graph(), data->front().inputs);
    }
    auto imported = graph::import_onnx_bytes(std::as_bytes(std::span(bytes.data(), bytes.size())), case_.name, options);
    if (!imported) return refusal(imported.error(), "import");
    if (!data) return refusal(data.error(), "test data");
    return examine(*imported, *data);
  }

  static void drop_frozen(std::vector<Tensor>& inputs, const std::vector<bool>& kept) {
    std::size_t n = 0;
    std::erase_if(inputs, [&](const Tensor&) { return n < kept.size() && !kept[n++]; });
  }

  /// What the symbolic dimensions of the graph's inputs are in its data.
  static std::map<std::string, std::int64_t> symbols_of(const onnx::GraphProto& graph, const std::vector<Tensor>& inputs) {
    std::map<std::string, std::int64_t> symbols;
    for (std::size_t i = 0; i < inputs.size() && i < static_cast<std::size_t>(graph.input_size()); ++i) {
      const auto& dims = graph.input(static_cast<int>(i)).type().tensor_type().shape().dim();
      for (std::size_t axis = 0; axis < inputs[i].shape().size() && axis < static_cast<std::size_t>(dims.size()); ++axis) {
        const auto& symbol = dims[static_cast<int>(axis)].dim_param();
        if (!symbol.empty()) symbols[symbol] = inputs[i].shape()[axis];
      }
    }
    return symbols;
  }

  Ended examine(const Graph& imported, const std::vector<DataSet>& data) {
    auto canonical = graph::canonicalise(imported);
    if (!canonical) return refusal(canonical.error(), "passes");
    for (const auto& set : data) {
      const auto got = outputs_of(*canonical, set.inputs);
      if (!got) return refusal(got.error(), "golden");
      const auto exception = setup_.exceptions.find(case_.name);
      const bool excused = exception != setup_.exceptions.end() && coarse() == nullptr;
      const auto bad = difference(*got, set.outputs);
      if (excused && (!bad.empty() || exception->second.starts_with("random"))) return {Outcome::kHost, exception->second};
      if (excused) return wrong("is listed as an exception, but ONNX Runtime gives the case's result");
      if (!bad.empty()) return wrong(bad);
    }
    std::vector<std::vector<Tensor>> samples;
    for (const auto& set : data) samples.push_back(set.inputs);
    const bool given = std::ranges::any_of(canonical->nodes(), [&](graph::NodeId id) { return ort::is_quantised(*canonical, id); });
    auto quantised = given ? std::move(canonical) : graph::quantize_after_training(imported, samples);
    if (!quantised) return {Outcome::kHost, quantised.error().what};
    return examine_quantised(*quantised, data);
  }

  /// Why eight bits are too few for the case: it computes the same bits everywhere, and not the case's result.
  const std::string* coarse() const {
    const auto exception = setup_.exceptions.find(case_.name);
    return exception != setup_.exceptions.end() && exception->second.starts_with("int8") ? &exception->second : nullptr;
  }

  static Result<std::vector<Tensor>> outputs_of(const Graph& graph, const std::vector<Tensor>& inputs) {
    const auto values = golden::evaluate(graph, inputs);
    if (!values) return forward_error(values);
    std::vector<Tensor> outputs;
    for (const auto id : graph.outputs) {
      const auto it = values->find(id);
      outputs.push_back(it != values->end() ? it->second : graph.value(id).constant.value());
    }
    return outputs;
  }

  /// The node that keeps a case from the accelerator, as "name: reason"; empty when none does.
  static std::string host_operator(const lower::Pipeline& pipeline) {
    for (const auto& p : pipeline.placement) {
      const auto kind = pipeline.graph.node(p.node).kind;
      const bool moves_only = kind == OpKind::kQuantize || kind == OpKind::kDequantize || kind == OpKind::kReshape || p.op == "Transpose";
      if (!moves_only && p.place != lower::Place::kNpu) return fmt::format("{}: {}", p.op, p.reason);
    }
    return pipeline.plans.empty() ? "nothing in it computes" : "";
  }

  Ended examine_quantised(const Graph& quantised, const std::vector<DataSet>& data) {
    auto pipeline = lower::partition(quantised, setup_.target);
    if (!pipeline) return refusal(pipeline.error(), "partition");
    const auto on_host = host_operator(*pipeline);
    if (!pipeline->plans.empty()) {
      auto deployment = runtime::Deployment::prepare(quantised, setup_.target, {});
      if (!deployment) return refusal(deployment.error(), "deployment");
      for (const auto& set : data) {
        if (auto bad = check_rulers(quantised, *deployment, set); !bad.empty()) return wrong(bad);
      }
    }
    if (!on_host.empty()) return {Outcome::kHost, on_host};
    if (const auto* why = coarse()) {
      if (verdict_.share <= kRoundingShare) return wrong("is listed as too coarse in eight bits, and is not");
      if (auto bad = check_reference(quantised, data); !bad.empty()) return wrong(bad);
      return {Outcome::kHost, *why};
    }
    if (auto bad = check_reference(quantised, data); !bad.empty()) return wrong(bad);
    return {Outcome::kNpu, ""};
  }

  std::string check_rulers(const Graph& quantised, runtime::Deployment& deployment, const DataSet& set) {
    const auto golden = outputs_of(quantised, set.inputs);
    if (!golden) return "golden: " + to_string(golden.error());
    for (auto* ruler : setup_.rulers) {
      const auto run = deployment.infer(*ruler, set.inputs, setup_.options);
      if (!run) return fmt::format("{}: {}", ruler->info().name, to_string(run.error()));
      if (const auto bad = difference(run->outputs, *golden, {0, 0}); !bad.empty()) return fmt::format("{} is not golden: {}", ruler->info().name, bad);
    }
    verdict_.share = std::max(verdict_.share, largest_share(*golden, set.outputs));
    if (coarse() == nullptr && verdict_.share > (verdict_.operators.size() > 1 ? kRoundingShareOfChain : kRoundingShare)) return fmt::format("quantised, it is {:.1f} % of the output's range away from the case's outputs", 100 * verdict_.share);
    return "";
  }

  std::string check_reference(const Graph& quantised, const std::vector<DataSet>& data) {
    auto reference = golden::reference_of(quantised);
    if (!reference) return "reference: " + to_string(reference.error());
    std::vector<std::vector<Tensor>> samples;
    for (const auto& set : data) samples.push_back(set.inputs);
    const auto compared = golden::compare_with_reference(quantised, std::move(*reference), samples);
    if (!compared) return "reference: " + to_string(compared.error());
    verdict_.max_lsb = std::max(compared->max_lsb, compared->worst_layer_lsb());
    return verdict_.max_lsb > 1 ? fmt::format("{} steps from ONNX Runtime on the same quantised graph", verdict_.max_lsb) : "";
  }

  const Case& case_;
  const Setup& setup_;
  Verdict verdict_;
};

}  // namespace

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNpu: return "npu";
    case Outcome::kHost: return "host";
    case Outcome::kRefused: return "refused";
    case Outcome::kWrong: return "wrong";
  }
  return "";
}

Result<std::map<std::string, std::string>> load_exceptions(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  std::map<std::string, std::string> exceptions;
  std::istringstream in(*text);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto comma = line.find(',');
    if (comma == std::string::npos || comma + 1 == line.size()) return fail(ErrorCode::kInvalidInput, fmt::format("'{}' gives no reason", line), file.string());
    exceptions[line.substr(0, comma)] = line.substr(comma + 1);
  }
  return exceptions;
}

Verdict classify(const Case& c, const Setup& setup) { return Examination(c, setup).run(); }

}  // namespace vernier::conformance
