// SPDX-License-Identifier: Apache-2.0
#include <vernier/lower/pipeline.hpp>

#include <algorithm>
#include <utility>
#include <fmt/format.h>
#include <map>
#include <set>

#include "cut.hpp"
#include "network.hpp"

namespace vernier::lower {
namespace {

using graph::Graph;
using graph::NodeId;
using graph::OpKind;
using graph::ValueId;

/// The nodes of one run as a graph of its own: same ids, ports where values pass from one run to another.
Graph part_of(const Graph& graph, const std::vector<NodeId>& nodes) {
  Graph part = graph;
  const std::set<NodeId> mine(nodes.begin(), nodes.end());
  part.inputs.clear();
  part.outputs.clear();
  std::set<ValueId> seen;
  for (const auto id : nodes) {
    for (const auto value : graph.node(id).inputs) {
      const auto producer = graph.producer(value);
      const bool inside = producer && mine.contains(*producer);
      if (!inside && !graph.value(value).constant && seen.insert(value).second) part.inputs.push_back(value);
    }
    for (const auto value : graph.node(id).outputs) {
      const auto readers = graph.consumers(value);
      const bool leaves = std::ranges::count(graph.outputs, value) != 0 ||
                          std::ranges::any_of(readers, [&](NodeId reader) { return !mine.contains(reader); });
      if (leaves) part.outputs.push_back(value);
    }
  }
  for (const auto id : graph.nodes()) {
    if (!mine.contains(id)) part.remove_node(id);
  }
  return part;
}

class Partitioner {
 public:
  Partitioner(const Graph& graph, const program::Target& target, const Options& options) : graph_(graph), target_(target), options_(options) {}

  Result<Pipeline> run() {
    const auto order = graph_.topological_order();
    if (!order) return forward_error(order);
    order_ = *order;
    for (const auto id : order_) judge(id);
    // Each round sends at least one more node to the host, so this ends.
    for (;;) {
      auto sides = fixed_;
      settle_free(graph_, sides);
      auto pipeline = build(sides, runs_of(graph_, order_, sides));
      if (!pipeline || *pipeline) return pipeline ? Result<Pipeline>(std::move(**pipeline)) : forward_error(pipeline);
    }
  }

 private:
  void judge(NodeId id) {
    const auto& node = graph_.node(id);
    if (!accelerated_kind(graph_, node)) {
      send_to_host(id, host_reason(graph_, node));
    } else if (auto bad = refusal(graph_, node)) {
      send_to_host(id, *bad);
    } else {
      fixed_[id] = node.kind == OpKind::kReshape ? Side::kFree : Side::kNpu;
    }
  }

  void send_to_host(NodeId id, std::string reason) {
    fixed_[id] = Side::kHost;
    reasons_[id] = std::move(reason);
  }

  static std::string op_of(const graph::Node& node) { return node.op_type.empty() ? std::string(name_of(node.kind)) : node.op_type; }

  /// The pipeline, or nothing when a refusal has moved a node to the host.
  Result<std::optional<Pipeline>> build(const std::map<NodeId, Side>& sides, const std::vector<Run>& runs) {
    Pipeline pipeline;
    std::map<NodeId, Placement> placed;
    for (const auto& run : runs) {
      Stage stage{run.nodes, std::nullopt};
      if (run.side == Side::kNpu) {
        auto plan = lower_run(part_of(graph_, run.nodes), sides);
        if (!plan) return forward_error(plan);
        if (!*plan) return std::optional<Pipeline>{};
        for (auto& p : (*plan)->placement) {
          if (p.layer) *p.layer += static_cast<std::uint32_t>(layers_of(pipeline));
          placed[p.node] = p;
        }
        stage.program = pipeline.plans.size();
        pipeline.plans.push_back(std::move(**plan));
      }
      pipeline.stages.push_back(std::move(stage));
    }
    for (const auto id : order_) {
      if (const auto it = placed.find(id); it != placed.end()) pipeline.placement.push_back(it->second);
      else pipeline.placement.push_back(on_host(id));
    }
    pipeline.graph = graph_;
    if (auto ok = join(pipeline); !ok) return forward_error(ok);
    return std::optional<Pipeline>(std::move(pipeline));
  }

  static std::size_t layers_of(const Pipeline& pipeline) {
    std::size_t n = 0;
    for (const auto& plan : pipeline.plans) n += plan.program.layers.size();
    return n;
  }

  Placement on_host(NodeId id) const {
    const auto& node = graph_.node(id);
    const auto reason = reasons_.find(id);
    return {.node = id, .name = node.name, .op = op_of(node), .shapes = shapes_of(graph_, node), .place = Place::kHost,
            .reason = reason == reasons_.end() ? "between operators of the host: moving it would move more tensors" : reason->second,
            .macs = macs(graph_, id), .layer = {}};
  }

  /// A plan, or nothing when one of the nodes went to the host instead.
  Result<std::optional<Plan>> lower_run(Graph part, const std::map<NodeId, Side>& sides) {
    const auto net = analyse(part, target_, options_);
    if (!net) return forward_error(net);
    bool moved = false;
    for (const auto& p : net->placement) {
      if (p.place == Place::kNpu) continue;
      moved = true;
      // A window may only dislike what a reshape before it left in the buffer: let the host do that reshape.
      if (const auto reshape = reshape_before(part, p.node, sides)) send_to_host(*reshape, fmt::format("{} needs its elements in another order in the buffer", p.name));
      else send_to_host(p.node, p.reason);
    }
    if (moved) return std::optional<Plan>{};
    if (net->layers.empty()) {  // reshapes alone
      for (const auto& p : net->placement) send_to_host(p.node, "no operator beside it runs on the accelerator");
      return std::optional<Plan>{};
    }
    auto plan = lower(std::move(part), target_, options_);
    if (plan) return std::optional<Plan>(std::move(*plan));
    const auto& error = plan.error();
    const auto named = std::ranges::find(net->placement, error.where, &Placement::name);
    if (error.code != ErrorCode::kUnsupported || named == net->placement.end()) return forward_error(plan);
    send_to_host(named->node, error.what);
    return std::optional<Plan>{};
  }

  std::optional<NodeId> reshape_before(const Graph& part, NodeId id, const std::map<NodeId, Side>& sides) const {
    for (const auto input : part.node(id).inputs) {
      const auto producer = part.producer(input);
      if (producer && part.node(*producer).kind == OpKind::kReshape && sides.at(*producer) == Side::kNpu) return producer;
    }
    return std::nullopt;
  }

  Result<void> join(Pipeline& pipeline) const {
    auto& whole = pipeline.whole;
    whole.target = target_;
    whole.model = graph_.name;
    if (pipeline.plans.size() == 1) {
      auto& program = pipeline.plans[0].program;
      auto constants = std::exchange(program.constants, {});  // megabytes that nobody asks the whole for
      whole = program;
      program.constants = std::move(constants);
      return {};
    }
    constexpr std::size_t kMostLayers = 1U << spec::header::layer.bits;
    if (layers_of(pipeline) > kMostLayers) {
      return fail(ErrorCode::kUnsupported, fmt::format("has {} layers, commands can name {}", layers_of(pipeline), kMostLayers), graph_.name);
    }
    for (const auto& plan : pipeline.plans) {
      const auto& p = plan.program;
      for (auto g : p.groups) {
        g.first_command += static_cast<std::uint32_t>(whole.commands.size());
        g.first_layer += static_cast<std::uint32_t>(whole.layers.size());
        whole.groups.push_back(std::move(g));
      }
      for (auto command : p.commands) {
        spec::set(command, spec::header::layer, spec::get(command, spec::header::layer) + whole.layers.size());
        whole.commands.push_back(command);
      }
      whole.layers.insert(whole.layers.end(), p.layers.begin(), p.layers.end());
    }
    return {};
  }

  const Graph& graph_;
  const program::Target& target_;
  const Options& options_;
  std::vector<NodeId> order_;
  std::map<NodeId, Side> fixed_;
  std::map<NodeId, std::string> reasons_;
};

}  // namespace

std::string_view name_of(Place place) {
  switch (place) {
    case Place::kNpu: return "npu";
    case Place::kHost: return "host";
    case Place::kRefused: return "refused";
  }
  return "";
}

Result<Pipeline> partition(const Graph& graph, const program::Target& target, const Options& options) {
  if (auto ok = check_target(target, target.name); !ok) return forward_error(ok);
  return Partitioner(graph, target, options).run();
}

Result<std::vector<Placement>> explain(const graph::Graph& graph, const program::Target& target) {
  auto pipeline = partition(graph, target);
  if (!pipeline) return forward_error(pipeline);
  return std::move(pipeline->placement);
}

}  // namespace vernier::lower
