// SPDX-License-Identifier: Apache-2.0
#include <vernier/lower/lower.hpp>

#include <algorithm>
#include <fmt/format.h>

#include "emitter.hpp"
#include "interleave.hpp"
#include "memory_plan.hpp"

namespace vernier::lower {
namespace {

// An input image comes in a few loads, so that the first rows can be worked on while the last are on their way.
constexpr std::int64_t kInputPieces = 4, kLeastPieceBytes = 2048;

/// Sends every layer of a planned network into a schedule.
class Scheduler {
 public:
  Scheduler(const graph::Graph& graph, const Network& net, const program::Target& target, const MemoryPlan& plan)
      : graph_(graph), net_(net), target_(target), plan_(plan), loaded_(net.activations.size()) {}

  Schedule run() {
    for (std::size_t l = 0; l < net_.layers.size(); ++l) build(l);
    return std::move(schedule_);
  }

 private:
  [[nodiscard]] const program::Layout& layout(std::size_t a) const { return net_.activations[a].stored.layout; }

  void build(std::size_t l) {
    const auto& layer = net_.layers[l];
    const BuildContext context{graph_, net_, target_, schedule_};
    for (const auto a : operands_of(layer)) load_resident_input(a, l);
    const auto builder = make_builder(context, l);
    const std::int64_t height = layout(layer.output).height;
    const auto strips = plan_.strips.find(l);
    const std::int64_t rows = strips == plan_.strips.end() ? height : std::min(strips->second.rows, height);
    const std::int64_t count = (height + rows - 1) / rows;
    const std::int64_t ahead = strips != plan_.strips.end() && strips->second.slots > 1 ? 1 : 0;
    std::int64_t fetched = 0;
    for (std::int64_t s = 0; s < count; ++s) {
      for (; fetched <= std::min(s + ahead, count - 1); ++fetched) move_strips(l, fetched, rows, true);
      builder->build(strip(l, s, rows));
      move_strips(l, s, rows, false);
    }
    store_resident_output(layer.output, l);
  }

  [[nodiscard]] Strip strip(std::size_t l, std::int64_t s, std::int64_t rows) const {
    const auto& layer = net_.layers[l];
    Strip strip{s * rows, std::min((s + 1) * rows, layout(layer.output).height), {}, {}, {}, {}, layer.weights ? plan_.memory[*layer.weights].offset : 0, 0};
    strip.in = view(l, layer.input, s, strip);
    strip.out = view(l, layer.output, s, strip);
    if (layer.other) strip.other = view(l, *layer.other, s, strip);
    strip.operands = {strip.in};
    for (const auto a : layer.rest) strip.operands.push_back(view(l, a, s, strip));
    return strip;
  }

  [[nodiscard]] View view(std::size_t l, std::size_t a, std::int64_t s, const Strip& strip) const {
    const auto& image = layout(a);
    if (plan_.resident[a]) return {*plan_.resident[a], image.block_stride, image.row_pitch, image.pixel_pitch};
    const auto& buffers = plan_.strips.at(l).buffers.at(a);
    const std::int64_t first = rows_of(net_, l, a, strip.y0, strip.y1).begin * image.row_pitch;
    return {slot(buffers, s) + first % 64 - first, buffers.block_stride, image.row_pitch, image.pixel_pitch};
  }

  static std::int64_t slot(const StripBuffers& buffers, std::int64_t s) {
    return buffers.slots[static_cast<std::size_t>(s) % buffers.slots.size()];
  }

  /// Loads the operands of strip s, or stores its result, where they do not lie on chip as a whole.
  void move_strips(std::size_t l, std::int64_t s, std::int64_t rows, bool load) {
    const auto it = plan_.strips.find(l);
    if (it == plan_.strips.end()) return;
    const auto& layer = net_.layers[l];
    const std::int64_t y0 = s * rows, y1 = std::min(y0 + rows, layout(layer.output).height);
    for (const auto& [a, buffers] : it->second.buffers) {
      if ((a == layer.output) == load) continue;
      const auto& image = layout(a);
      const auto range = rows_of(net_, l, a, y0, y1);
      const std::int64_t first = range.begin * image.row_pitch;
      const bool line = image.height == 1 && image.width == 1;
      const std::int64_t blocks = line ? 1 : (image.channels + image.block - 1) / image.block;
      transfer(load, l, plan_.memory[a], first, slot(buffers, s) + first % 64, line ? image.bytes : range.size() * image.row_pitch, blocks, image.block_stride, buffers.block_stride);
    }
  }

  void load_resident_input(std::size_t a, std::size_t l) {
    if (net_.activations[a].writer || !plan_.resident[a] || loaded_[a]) return;
    loaded_[a] = true;
    const auto& image = layout(a);
    const std::int64_t piece = image.channels > image.block ? image.bytes : std::max(kLeastPieceBytes, (image.bytes / kInputPieces + 63) / 64 * 64);
    for (std::int64_t at = 0; at < image.bytes; at += piece) {
      transfer(true, l, plan_.memory[a], at, *plan_.resident[a] + at, std::min(piece, image.bytes - at), 1, 0, 0);
    }
  }

  void store_resident_output(std::size_t a, std::size_t l) {
    if (net_.activations[a].outputs.empty() || !plan_.resident[a]) return;
    transfer(false, l, plan_.memory[a], 0, *plan_.resident[a], layout(a).bytes, 1, 0, 0);
  }

  void transfer(bool load, std::size_t l, const MemoryPlace& place, std::int64_t from, std::int64_t buffer, std::int64_t bytes, std::int64_t rows,
                std::int64_t memory_stride, std::int64_t buffer_stride) {
    const auto fill = [&](WordBuilder& b, const auto&... f) {
      const std::int64_t values[] = {static_cast<std::int64_t>(place.region), place.offset + from, buffer, bytes, rows, rows == 1 ? 0 : memory_stride, rows == 1 ? 0 : buffer_stride, 1};
      std::size_t i = 0;
      (b.put(f, values[i++]), ...);
    };
    WordBuilder b(load ? spec::Opcode::kLoad : spec::Opcode::kStore);
    if (load) {
      namespace f = spec::load;
      fill(b, f::region, f::offset, f::buffer, f::row_bytes, f::n1, f::memory_stride1, f::buffer_stride1, f::n2);
    } else {
      namespace f = spec::store;
      fill(b, f::region, f::offset, f::buffer, f::row_bytes, f::n1, f::memory_stride1, f::buffer_stride1, f::n2);
    }
    if (b.problem() && !schedule_.problem) {
      schedule_.problem = b.problem();
      schedule_.problem_layer = l;
    }
    schedule_.drafts.push_back({.word = b.word(), .layer = static_cast<std::uint32_t>(l)});
  }

  const graph::Graph& graph_;
  const Network& net_;
  const program::Target& target_;
  const MemoryPlan& plan_;
  std::vector<bool> loaded_;
  Schedule schedule_;
};

Result<void> check_placement(const std::vector<Placement>& placement, const program::Target& target) {
  for (const auto& p : placement) {
    if (p.place == Place::kRefused) return fail(ErrorCode::kUnsupported, fmt::format("{} {} cannot run on {}: {}", p.op, p.shapes, target.name, p.reason), p.name);
  }
  return {};
}

/// Bindings in the order of the graph's values, so that a program does not depend on how the plan walked the graph.
void bind(const graph::Graph& graph, const Network& net, const MemoryPlan& plan, Plan& result) {
  const auto binding = [&](graph::ValueId value, std::size_t a) {
    const auto& v = graph.value(value);
    const auto& stored = net.activations[a].stored;
    program::Binding b{.name = v.name, .region = plan.memory[a].region, .layout = stored.layout, .type = v.type, .shape = v.shape, .fill = static_cast<std::int8_t>(stored.zero)};
    b.layout.offset = plan.memory[a].offset;
    return b;
  };
  auto& p = result.program;
  for (const auto a : net.inputs) {
    p.inputs.push_back(binding(net.activations[a].value, a));
    result.inputs.push_back(net.activations[a].value);
  }
  for (std::size_t a = 0; a < net.activations.size(); ++a) {
    for (const auto value : net.activations[a].outputs) {
      p.outputs.push_back(binding(value, a));
      result.outputs.push_back(value);
    }
  }
  const auto end_of = [](const std::vector<program::Binding>& list) {
    std::int64_t end = 0;
    for (const auto& b : list) end = std::max(end, b.layout.offset + (b.layout.bytes + 63) / 64 * 64);
    return end;
  };
  p.input_bytes = end_of(p.inputs);
  p.output_bytes = end_of(p.outputs);
  p.scratch_bytes = plan.scratch_bytes;
}

void describe_layers(const graph::Graph& graph, const Network& net, program::Program& program) {
  for (const auto& layer : net.layers) {
    const auto& node = graph.node(layer.node);
    if (net.activations[layer.output].weights) {
      program.layers.push_back({node.name + "/weights", "Move", 0, {}});
      continue;
    }
    program::Layer l{node.name, node.op_type.empty() ? std::string(name_of(node.kind)) : node.op_type, macs(graph, layer.node), node.fused};
    for (const auto& id : {layer.table, layer.add}) {
      if (!id || *id == layer.node) continue;
      const auto& behind = graph.node(*id);
      l.fused.push_back(behind.name);
      l.fused.insert(l.fused.end(), behind.fused.begin(), behind.fused.end());
    }
    program.layers.push_back(std::move(l));
  }
}

/// Tensors in the activation buffer when a layer begins.
std::vector<program::Resident> resident_at(const graph::Graph& graph, const Network& net, const MemoryPlan& plan, std::size_t layer) {
  std::vector<program::Resident> list;
  for (std::size_t a = 0; a < net.activations.size(); ++a) {
    const auto& act = net.activations[a];
    if (!plan.resident[a] || act.readers.empty() || act.readers.back() < layer) continue;
    if (act.writer.value_or(act.readers.front()) >= layer) continue;
    list.push_back({graph.value(act.value).name, act.stored.layout});
    list.back().layout.offset = *plan.resident[a];
  }
  return list;
}

}  // namespace

Result<Plan> lower(graph::Graph graph, const program::Target& target, const Options& options) {
  if (auto ok = check_target(target, target.name); !ok) return forward_error(ok);
  auto net = analyse(graph, target, options);
  if (!net) return forward_error(net);
  if (auto ok = check_placement(net->placement, target); !ok) return forward_error(ok);
  if (net->layers.empty()) return fail(ErrorCode::kUnsupported, fmt::format("no operator runs on {}: the graph has no quantised operator that it knows", target.name), graph.name);
  constexpr std::size_t kMostLayers = 1U << spec::header::layer.bits;
  if (net->layers.size() > kMostLayers) return fail(ErrorCode::kUnsupported, fmt::format("has {} layers, commands can name {}", net->layers.size(), kMostLayers), graph.name);
  const auto memory = plan_memory(graph, *net, target);
  if (!memory) return forward_error(memory);
  auto schedule = Scheduler(graph, *net, target, *memory).run();
  if (schedule.problem) {
    const auto& node = graph.node(net->layers[schedule.problem_layer].node);
    return fail(ErrorCode::kUnsupported, fmt::format("{} {} cannot run on {}: {}", name_of(node.kind), shapes_of(graph, node), target.name, *schedule.problem), node.name);
  }
  auto groups = cut_groups(schedule, net->layers.size(), target, options);
  align_constants(schedule, groups);
  auto layer_by_layer = schedule.drafts;
  if (options.interleave) interleave(schedule, groups, target);
  auto stream = emit(schedule, groups, target);
  if (!stream && options.interleave) {  // layers side by side keep more constants on chip than one after another
    schedule.drafts = std::move(layer_by_layer);
    stream = emit(schedule, groups, target);
  }
  if (!stream) return forward_error(stream);
  Plan plan;
  plan.head = net->head;
  plan.tail = net->tail;
  plan.placement = std::move(net->placement);
  plan.program.target = target;
  plan.program.model = graph.name;
  plan.program.commands = std::move(stream->words);
  plan.program.constants = std::move(schedule.constants);
  describe_layers(graph, *net, plan.program);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    plan.program.groups.push_back({.first_command = stream->first_commands[g], .first_layer = static_cast<std::uint32_t>(groups[g].first_layer),
                                   .layers = static_cast<std::uint32_t>(groups[g].layers), .cycles = groups[g].cycles,
                                   .resident = resident_at(graph, *net, *memory, groups[g].first_layer)});
  }
  bind(graph, *net, *memory, plan);
  plan.graph = std::move(graph);
  return plan;
}

}  // namespace vernier::lower
