// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <numeric>

#include <vernier/stages/design.hpp>

namespace vernier::stages {
namespace {

/// The writing side of a stream that has no reader yet.
struct Loose {
  std::size_t stage = 0;
  int lanes = 0;
};

class Builder {
 public:
  Builder(const Network& network, const std::vector<Fold>& folding) : network_(network), folding_(folding), ends_(network.tensors.size()) {
    design_.name = network.name;
    design_.folding = folding;
  }

  Result<Design> build() {
    if (folding_.size() != network_.operators.size()) {
      return fail(ErrorCode::kInvalidInput, fmt::format("{} folds given for {} operators", folding_.size(), network_.operators.size()), network_.name);
    }
    for (const auto tensor : network_.inputs) load(tensor);
    for (std::size_t i = 0; i < folding_.size(); ++i) {
      if (auto ok = check(network_.operators[i], folding_[i]); !ok) return forward_error(ok);
      add(network_.operators[i], folding_[i]);
    }
    for (const auto tensor : network_.outputs) store(tensor);
    return std::move(design_);
  }

 private:
  Result<void> check(const Operator& op, Fold fold) const {
    const auto limits = fold_limits(network_, op);
    const auto bad = [&op](std::string what) { return fail(ErrorCode::kInvalidInput, std::move(what), op.name); };
    if (fold.simd < 1 || fold.simd > kMostLanes || limits.channels_in % fold.simd != 0) {
      return bad(fmt::format("simd is {}; a divisor of {} up to {} is allowed", fold.simd, limits.channels_in, kMostLanes));
    }
    if (fold.pe < 1 || fold.pe > kMostLanes || limits.channels_out % fold.pe != 0) {
      return bad(fmt::format("pe is {}; a divisor of {} up to {} is allowed", fold.pe, limits.channels_out, kMostLanes));
    }
    if (limits.lanes && fold.simd != fold.pe) return bad(fmt::format("simd is {} and pe is {}; its lanes are both", fold.simd, fold.pe));
    return {};
  }

  std::size_t new_stage(std::string name, std::string node, Sizes sizes) {
    design_.stages.push_back({std::move(name), std::move(node), sizes, {}, {}, 0, {}, 0, {}, {}, {}, {}});
    return design_.stages.size() - 1;
  }

  /// A FIFO from a loose end to the next input of `reader`.
  void connect(Loose end, std::size_t reader, std::int64_t elements) {
    auto& from = design_.stages[end.stage];
    auto& to = design_.stages[reader];
    from.outputs.push_back(design_.fifos.size());
    to.inputs.push_back(design_.fifos.size());
    design_.fifos.push_back({fmt::format("{}>{}", from.name, to.name), end.stage, reader, end.lanes, elements / end.lanes, 2});
  }

  /// Parts one stream into as many as the tensor has readers.
  void publish(std::size_t tensor, Loose end) {
    auto readers = std::ranges::count(network_.outputs, tensor);
    for (const auto& op : network_.operators) readers += std::ranges::count(op.inputs, tensor);
    const auto elements = network_.tensors[tensor].image.elements();
    const auto writer = design_.stages[end.stage].name;
    for (; readers > 1; --readers) {
      const auto fork = new_stage(fmt::format("{}.fork{}", writer, readers - 1), design_.stages[end.stage].node, ForkSizes{static_cast<int>(elements / end.lanes), end.lanes});
      connect(end, fork, elements);
      end.stage = fork;
      ends_[tensor].push_back(end);
    }
    ends_[tensor].push_back(end);
  }

  /// The next stream of a tensor, in beats of so many lanes.
  Loose take(std::size_t tensor, int lanes, const std::string& reader) {
    auto end = ends_[tensor].front();
    ends_[tensor].pop_front();
    const auto elements = network_.tensors[tensor].image.elements();
    const auto convert = [&](int to) {
      if (end.lanes == to) return;
      const auto name = fmt::format("{}.width{}", reader, to);
      const auto stage = new_stage(name, reader, WidthSizes{end.lanes, to, static_cast<int>(elements / std::max(end.lanes, to))});
      connect(end, stage, elements);
      end = {stage, to};
    };
    if (end.lanes % lanes != 0 && lanes % end.lanes != 0) {
      const int common = std::lcm(end.lanes, lanes);
      convert(common <= kMostLanes ? common : std::gcd(end.lanes, lanes));
    }
    convert(lanes);
    return end;
  }

  void load(std::size_t tensor) {
    const auto& t = network_.tensors[tensor];
    // as wide as its widest reader, so that it is never the slowest
    int lanes = 1;
    for (std::size_t i = 0; i < folding_.size(); ++i) {
      if (std::ranges::count(network_.operators[i].inputs, tensor) > 0) lanes = std::max(lanes, folding_[i].simd);
    }
    const auto stage = new_stage(t.name + ".load", t.name, LoadSizes{static_cast<int>(t.image.elements() / lanes), lanes});
    design_.stages[stage].tensor = tensor;
    publish(tensor, {stage, lanes});
  }

  void store(std::size_t tensor) {
    const auto& t = network_.tensors[tensor];
    const int lanes = ends_[tensor].front().lanes;
    const auto end = take(tensor, lanes, t.name);
    const auto stage = new_stage(t.name + ".store", t.name, StoreSizes{static_cast<int>(t.image.elements() / lanes), lanes});
    design_.stages[stage].tensor = tensor;
    connect(end, stage, t.image.elements());
  }

  void add(const Operator& op, Fold fold) {
    const auto sizes = sizes_of(network_, op, fold);
    std::vector<Loose> inputs;
    for (const auto in : op.inputs) inputs.push_back(take(in, fold.simd, op.name));
    if (sizes.window) {
      const auto window = new_stage(op.name + ".window", op.name, *sizes.window);
      connect(inputs[0], window, network_.tensors[op.inputs[0]].image.elements());
      inputs[0] = {window, fold.simd};
    }
    const auto stage = new_stage(op.name, op.name, sizes.own);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      auto elements = network_.tensors[op.inputs[i]].image.elements();
      if (sizes.window) {
        const auto& w = *sizes.window;
        elements = std::int64_t{1} * w.out_h * w.out_w * w.kernel_h * w.kernel_w * w.channels;
      }
      connect(inputs[i], stage, elements);
    }
    fill(design_.stages[stage], op, fold);
    publish(op.output, {stage, fold.pe});
  }

  static void fill(Stage& stage, const Operator& op, Fold fold) {
    stage.channels = op.channels;
    stage.table = op.table;
    stage.kinds = op.multiplier_of_pixel;
    stage.multipliers = op.multipliers;
    const auto simd = static_cast<std::size_t>(fold.simd), pe = static_cast<std::size_t>(fold.pe);
    if (op.kind == OperatorKind::kDepthwise) {  // [tap][channel] to [channel fold][tap][lane]
      const auto channels = op.channels.size(), taps = op.weights.size() / channels;
      stage.weight_lanes = pe;
      for (std::size_t f = 0; f < channels / pe; ++f) {
        for (std::size_t t = 0; t < taps; ++t) {
          const auto* from = op.weights.data() + t * channels + f * pe;
          stage.weights.insert(stage.weights.end(), from, from + pe);
        }
      }
    } else if (op.kind == OperatorKind::kMatrix) {  // [output][input] to [output fold][input fold][pe][simd]
      const auto outputs = op.channels.size(), inputs = op.weights.size() / outputs;
      stage.weight_lanes = pe * simd;
      stage.weights.reserve(op.weights.size());
      for (std::size_t o = 0; o < outputs; o += pe) {
        for (std::size_t i = 0; i < inputs; i += simd) {
          for (std::size_t p = 0; p < pe; ++p) {
            const auto* from = op.weights.data() + (o + p) * inputs + i;
            stage.weights.insert(stage.weights.end(), from, from + simd);
          }
        }
      }
    }
  }

  const Network& network_;
  const std::vector<Fold>& folding_;
  std::vector<std::deque<Loose>> ends_;
  Design design_;
};

}  // namespace

Result<Design> build(const Network& network, const std::vector<Fold>& folding, const UltraRam& ultra) {
  auto design = Builder(network, folding).build();
  if (design) design->ultra_ram = ultra;
  return design;
}

}  // namespace vernier::stages
