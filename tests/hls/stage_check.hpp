// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <vernier/stages/dataflow.hpp>
#include <vernier/stages/design.hpp>

#include "lower_networks.hpp"

namespace vernier::test {

/// The bytes of a host tensor in the order of a stream: by pixel, uint8 less 128.
[[nodiscard]] std::vector<std::int8_t> streamed(const Tensor& tensor, const stages::Image& image);

/// Every pixel so often to the right and below, as nearest Resize has it.
/// A pixel's channels laid out as `down` x `across` pixels, those of the first row first.
[[nodiscard]] graph::ValueId sub_pixels(NetworkBuilder& network, graph::ValueId x, std::int64_t down, std::int64_t across, DType out = DType::kInt8);
[[nodiscard]] graph::ValueId up_sample(NetworkBuilder& network, graph::ValueId x, std::int64_t down, std::int64_t across, DType out = DType::kInt8);

/// A divisor of `of`, at most `most`, drawn from the builder's generator.
[[nodiscard]] int any_divisor(NetworkBuilder& network, std::int64_t of, std::int64_t most);
[[nodiscard]] std::vector<stages::Fold> any_folding(NetworkBuilder& network, const stages::Network& streams, std::int64_t most);

/// Streams `frames` random frames through the design and holds every byte of every output to golden; empty when equal.
[[nodiscard]] std::string difference_from_golden(NetworkBuilder& network, const stages::Network& streams, const stages::Design& design, int frames);

/// Reads, folds at random, builds, runs; the refusal as text when one of them refuses.
[[nodiscard]] std::string check_streams(NetworkBuilder& network, int frames, std::int64_t most_lanes = 8);

}  // namespace vernier::test
