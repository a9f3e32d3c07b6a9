// SPDX-License-Identifier: Apache-2.0
#include "stage_check.hpp"

#include <fmt/format.h>

#include <vernier/golden/evaluator.hpp>

namespace vernier::test {

std::vector<std::int8_t> streamed(const Tensor& tensor, const stages::Image& image) {
  std::vector<std::int8_t> bytes;
  const auto from = tensor.bytes();
  const int offset = tensor.type() == DType::kUint8 ? 128 : 0;
  for (std::int64_t p = 0; p < image.pixels(); ++p) {
    for (std::int64_t c = 0; c < image.channels; ++c) {
      const auto at = static_cast<std::size_t>(c * image.pixels() + p);
      bytes.push_back(static_cast<std::int8_t>(static_cast<int>(from[at]) - offset));
    }
  }
  return bytes;
}

graph::ValueId up_sample(NetworkBuilder& network, graph::ValueId x, std::int64_t down, std::int64_t across, DType out) {
  const auto shape = network.shape(x);
  const auto rows = shape[1] * shape[2], width = shape[3];
  std::vector<graph::Copy> copies;
  for (std::int64_t below = 0; below < down; ++below) {
    for (std::int64_t right = 0; right < across; ++right) {
      copies.push_back({0, 0, below * width * across + right, {{rows, width, down * width * across}, {width, 1, across}}});
    }
  }
  return network.move("Resize", {x}, copies, {1, shape[1], shape[2] * down, width * across}, out);
}

graph::ValueId sub_pixels(NetworkBuilder& network, graph::ValueId x, std::int64_t down, std::int64_t across, DType out) {
  const auto shape = network.shape(x);
  const auto channels = shape[1] / (down * across), height = shape[2], width = shape[3], plane = height * width;
  std::vector<graph::Copy> copies;
  for (std::int64_t phase = 0; phase < down * across; ++phase) {
    copies.push_back({0, phase * channels * plane, phase / across * width * across + phase % across,
                      {{channels, plane, plane * down * across}, {height, width, down * width * across}, {width, 1, across}}});
  }
  return network.move("DepthToSpace", {x}, copies, {1, channels, height * down, width * across}, out);
}

int any_divisor(NetworkBuilder& network, std::int64_t of, std::int64_t most) {
  std::vector<int> divisors;
  for (int d = 1; d <= std::min(of, most); ++d) {
    if (of % d == 0) divisors.push_back(d);
  }
  return divisors[static_cast<std::size_t>(network.integer(0, static_cast<std::int64_t>(divisors.size()) - 1))];
}

std::vector<stages::Fold> any_folding(NetworkBuilder& network, const stages::Network& streams, std::int64_t most) {
  std::vector<stages::Fold> folding;
  for (const auto& op : streams.operators) {
    const auto limits = stages::fold_limits(streams, op);
    const int simd = any_divisor(network, limits.channels_in, most);
    folding.push_back({simd, limits.lanes ? simd : any_divisor(network, limits.channels_out, most)});
  }
  return folding;
}

std::string difference_from_golden(NetworkBuilder& network, const stages::Network& streams, const stages::Design& design, int frames) {
  std::vector<std::vector<std::int8_t>> inputs(streams.inputs.size()), wanted(streams.outputs.size());
  auto evaluator = golden::Evaluator::prepare(network.graph);
  if (!evaluator) return to_string(evaluator.error());
  for (int f = 0; f < frames; ++f) {
    std::vector<Tensor> tensors;
    for (const auto id : network.graph.inputs) tensors.push_back(network.random_tensor(id));
    const auto values = evaluator->run(tensors);
    if (!values) return to_string(values.error());
    const auto put = [&](const std::vector<std::size_t>& ids, std::vector<std::vector<std::int8_t>>& to) {
      for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto& t = streams.tensors[ids[i]];
        const auto bytes = streamed(values->at(*t.value), t.image);
        to[i].insert(to[i].end(), bytes.begin(), bytes.end());
      }
    };
    put(streams.inputs, inputs);
    put(streams.outputs, wanted);
  }
  const auto got = stages::simulate_values(design, frames, inputs);
  if (!got) return to_string(got.error());
  if (got->timing.deadlock) return to_string(*got->timing.deadlock, design);
  for (std::size_t o = 0; o < wanted.size(); ++o) {
    for (std::size_t i = 0; i < wanted[o].size(); ++i) {
      if (got->outputs[o][i] == wanted[o][i]) continue;
      return fmt::format("output {}, byte {} of {}: {} for {}", o, i, wanted[o].size(), got->outputs[o][i], wanted[o][i]);
    }
  }
  return {};
}

std::string check_streams(NetworkBuilder& network, int frames, std::int64_t most_lanes) {
  const auto streams = stages::read_network(network.graph);
  if (!streams) return to_string(streams.error());
  auto design = stages::build(*streams, any_folding(network, *streams, most_lanes));
  if (!design) return to_string(design.error());
  for (auto& f : design->fifos) f.depth = f.beats * frames + 2;
  return difference_from_golden(network, *streams, *design, frames);
}

}  // namespace vernier::test
