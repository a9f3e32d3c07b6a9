// SPDX-License-Identifier: Apache-2.0
#include <vernier/streaming/deployment.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>

#include <vernier/program/program.hpp>
#include <vernier/stages/resources.hpp>

namespace vernier::streaming {
namespace {

constexpr std::string_view kPrefix = "stream@";
constexpr std::string_view kSuffix = "fps";
constexpr std::string_view kBoard = "board";

/// A LUT, a DSP slice and a block RAM as shares of a large card (AMD Alveo U250 data sheet DS962: 1728 k, 12288, 2688),
/// which weighs them against each other where no board limits them.
const stages::Budget kWeights{{1'728'000, 12'288, 2'688}, "a U250"};

/// An image in the order in which it streams, as a binding of one dense block of channels.
program::Binding binding_of(const stages::Image& image, const graph::Value& value) {
  program::Binding b;
  b.name = value.name;
  b.type = value.type;
  b.shape = value.shape;
  b.layout = {0, image.channels, image.height, image.width, image.channels, image.channels, image.width * image.channels, image.elements(), image.elements()};
  return b;
}

std::vector<std::int8_t> streamed(const stages::Image& image, const graph::Value& value, const Tensor& tensor) {
  std::vector<std::int8_t> bytes(static_cast<std::size_t>(image.elements()));
  program::pack(binding_of(image, value), tensor, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// Versal's parts are xcv and another letter than the u of Virtex UltraScale+.
stages::UltraRam ultra_ram_of(const package::Board& board) {
  const auto& has = board.resources->available;
  const bool versal = board.part.size() > 3 && board.part.starts_with("xcv") && board.part[3] != 'u';
  return {has.uram > 0 ? has.bram36 / has.uram : 0, versal};
}

}  // namespace

bool is_stream_target(std::string_view name) { return name.starts_with(kPrefix); }

Result<void> StreamTarget::stand_on(const package::Board& there) {
  if (package::family_of_part(there.part) == package::Family::kEcp5) {
    return fail(ErrorCode::kUnsupported, fmt::format("has an {}; stages are estimated in LUTs of six inputs and DSP slices of UltraScale+ and 7 series", there.part), "board " + there.name);
  }
  if (!there.resources) return {};
  const auto& has = there.resources->available;
  budget = stages::Budget{has, "board " + there.name, ultra_ram_of(there)};
  board = there;
  return {};
}

Result<StreamTarget> stream_target_of(const std::string& name, double clock_mhz) {
  const auto wrong = [&name] {
    return fail(ErrorCode::kInvalidInput, "is no streaming target; those are stream@RATEfps with a rate above 0 and below the clock, stream@RATEfps:BOARD and stream@board:BOARD", "target " + name);
  };
  StreamTarget target;
  target.name = name;
  if (!is_stream_target(name)) return wrong();
  auto wish = std::string_view(name).substr(kPrefix.size());
  if (const auto colon = wish.find(':'); colon != std::string_view::npos) {
    const auto board = package::find_board(std::string(wish.substr(colon + 1)));
    if (!board) return forward_error(board);
    target.clock = board->clock;
    if (auto ok = target.stand_on(*board); !ok) return forward_error(ok);
    wish = wish.substr(0, colon);
    if (wish == kBoard) {
      if (!target.budget) return fail(ErrorCode::kInvalidInput, fmt::format("board {} has no limits to fill; ask for a rate", board->name), "target " + name);
      if (clock_mhz > 0) target.clock = Hertz{clock_mhz * 1e6};
      return target;
    }
  }
  if (clock_mhz > 0) target.clock = Hertz{clock_mhz * 1e6};
  if (!wish.ends_with(kSuffix)) return wrong();
  double rate = 0;
  const auto* end = wish.data() + wish.size() - kSuffix.size();
  const auto [rest, error] = std::from_chars(wish.data(), end, rate);
  if (error != std::errc{} || rest != end || !(rate > 0) || target.clock.count() / rate < 1) return wrong();
  target.frames_per_s = rate;
  return target;
}

/// FIFOs, converters and forks come on top of the operators the folding weighs: what they took is kept free in the next
/// attempt, until the whole fits.
Result<void> StreamDeployment::solve() {
  constexpr int kMostAttempts = 6;
  auto room = target_.budget;
  for (int attempt = 1;; ++attempt) {
    const auto folding = !room                    ? stages::fold_for_interval(network_, *target_.interval(), kWeights)
                         : target_.frames_per_s ? stages::fold_to_fit(network_, *target_.interval(), *room)
                                                : stages::fold_for_budget(network_, *room);
    if (!folding) return forward_error(folding);
    auto design = stages::build(network_, folding->folds, room ? room->ultra_ram : stages::UltraRam{});
    if (!design) return forward_error(design);
    const auto depths = stages::size_fifos(*design);
    if (!depths) return forward_error(depths);
    design_ = std::move(*design);
    depths_ = *depths;
    if (!room) return {};
    const auto used = stages::resources_of(design_);
    const auto fits = stages::check_budget(used, *target_.budget, network_.name);
    if (fits || attempt == kMostAttempts) return fits;
    const auto& all = target_.budget->available;
    const auto left = [](double has, double takes, double operators) { return std::max(has - (takes - operators), 0.0); };
    for (const auto& kind : stages::kEstimatedKinds) room->available.*kind.count = left(all.*kind.count, used.*kind.count, folding->resources.*kind.count);
    room->name = target_.budget->name + " beside FIFOs and converters";
  }
}

Result<StreamDeployment> StreamDeployment::prepare(const graph::Graph& canonical, const StreamTarget& target) {
  auto host = golden::Evaluator::prepare(canonical);
  if (!host) return forward_error(host);
  StreamDeployment d(canonical, std::move(*host));
  d.target_ = target;
  auto network = stages::read_network(canonical);
  if (!network) return forward_error(network);
  d.network_ = std::move(*network);
  if (auto ok = d.solve(); !ok) return forward_error(ok);
  return d;
}

Result<void> StreamDeployment::run_host(golden::Values& values, bool behind_stream, runtime::HostTimes& times) {
  const Stopwatch watch;
  std::set<graph::ValueId> missing;  // what comes out of the stream, directly or through the host
  for (const auto& p : network_.placement) {
    const auto& node = graph_->node(p.node);
    bool waits = p.streamed;
    for (const auto in : node.inputs) waits = waits || missing.contains(in);
    if (waits) missing.insert(node.outputs.begin(), node.outputs.end());
    if (p.streamed || waits != behind_stream) continue;
    auto outputs = host_.run_node(p.node, values);
    if (!outputs) return forward_error(outputs);
    values.merge(*outputs);
  }
  times.operators_s += watch.seconds();
  return {};
}

Result<stages::TestFrames> StreamDeployment::golden_frames(std::span<const std::vector<Tensor>> samples) {
  stages::TestFrames test;
  test.inputs.resize(network_.inputs.size());
  test.outputs.resize(network_.outputs.size());
  for (const auto& sample : samples) {
    const auto values = host_.run(sample);
    if (!values) return forward_error(values);
    const auto append = [&](const std::vector<std::size_t>& tensors, std::vector<std::vector<std::int8_t>>& to) {
      for (std::size_t i = 0; i < tensors.size(); ++i) {
        const auto& tensor = network_.tensors[tensors[i]];
        const auto frame = streamed(tensor.image, graph_->value(*tensor.value), values->at(*tensor.value));
        to[i].insert(to[i].end(), frame.begin(), frame.end());
      }
    };
    append(network_.inputs, test.inputs);
    append(network_.outputs, test.outputs);
    ++test.frames;
  }
  return test;
}

Result<runtime::Inference> StreamDeployment::infer(const StreamSimulator& simulate, std::span<const Tensor> inputs, const runtime::RunOptions& options) {
  if (inputs.size() != graph_->inputs.size()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{} input tensors given, the model has {}", inputs.size(), graph_->inputs.size()), graph_->name);
  }
  runtime::Inference result;
  golden::Values values;
  for (std::size_t i = 0; i < inputs.size(); ++i) values[graph_->inputs[i]] = inputs[i];
  if (auto ok = run_host(values, false, result.host); !ok) return forward_error(ok);

  const Stopwatch packing;
  std::vector<std::vector<std::int8_t>> frames;
  for (const auto t : network_.inputs) {
    const auto& tensor = network_.tensors[t];
    frames.push_back(streamed(tensor.image, graph_->value(*tensor.value), values.at(*tensor.value)));
  }
  result.host.pack_s += packing.seconds();
  const Stopwatch simulation;
  auto run = simulate(design_, 1, frames, options);
  if (!run) return forward_error(run);
  timing_ = std::move(run->timing);
  result.report.emplace();
  result.report->cycles = Cycles{timing_.first_frame()};
  result.report->wall_s = simulation.seconds();

  const Stopwatch unpacking;
  for (const auto& [value, tensor] : network_.tensor_of) {
    for (std::size_t o = 0; o < network_.outputs.size(); ++o) {
      if (network_.outputs[o] != tensor) continue;
      values[value] = program::unpack(binding_of(network_.tensors[tensor].image, graph_->value(value)), std::as_bytes(std::span(run->outputs[o])));
    }
  }
  result.host.pack_s += unpacking.seconds();
  if (auto ok = run_host(values, true, result.host); !ok) return forward_error(ok);
  for (const auto id : graph_->outputs) {
    const auto& constant = graph_->value(id).constant;
    result.outputs.push_back(constant ? *constant : values.at(id));
  }
  return result;
}

}  // namespace vernier::streaming
