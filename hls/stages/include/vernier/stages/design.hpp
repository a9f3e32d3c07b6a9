// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/stages/memory.hpp>
#include <vernier/stages/network.hpp>
#include <vernier/stages/sizes.hpp>

namespace vernier::stages {

/// The widest stream: 1024 bits.
inline constexpr int kMostLanes = 128;

/// How one operator is unrolled: `simd` inputs and `pe` outputs a cycle. Operators without sums have simd == pe lanes.
struct Fold {
  int simd = 1, pe = 1;
  friend bool operator==(const Fold&, const Fold&) = default;
};

/// One process of the dataflow region: a kernel with its sizes, its streams and its constants.
struct Stage {
  std::string name;
  std::string node;                   ///< operator it belongs to; of load and store the tensor
  Sizes sizes;
  std::vector<std::size_t> inputs;    ///< FIFOs, in the order of the kernel's parameters
  std::vector<std::size_t> outputs;
  std::size_t tensor = 0;             ///< load, store: of Network::tensors
  std::vector<std::int8_t> weights;   ///< in the kernel's order: one fold behind another
  std::size_t weight_lanes = 0;       ///< weights of one fold
  std::vector<hls::Channel> channels;
  std::array<std::int8_t, 256> table{};
  std::vector<std::uint8_t> kinds;
  std::vector<Multiplier> multipliers;
};

/// A stream between two stages. `depth` beats fit beside those in the writer's pipeline.
struct Fifo {
  std::string name;  ///< "writer>reader"
  std::size_t writer = 0, reader = 0;
  int lanes = 0;
  std::int64_t beats = 0;  ///< a frame
  std::int64_t depth = 2;
};

/// A folded network: what is simulated, sized and emitted.
struct Design {
  std::string name;
  std::vector<Stage> stages;  ///< every stage behind those it reads from
  std::vector<Fifo> fifos;
  std::vector<Fold> folding;  ///< of the network's operators
  UltraRam ultra_ram{};       ///< of the part, where one is chosen
  /// Cycles between frames in the steady state: the slowest stage's interval.
  [[nodiscard]] std::int64_t interval() const;
  [[nodiscard]] const Stage& slowest() const;
};

/// Stages of a network folded as given, FIFOs two deep: width converters where lanes differ, forks where a tensor has
/// several readers, sliding windows in front of what needs them.
/// @retval kInvalidInput  a fold that does not divide its operator's channels, named
[[nodiscard]] Result<Design> build(const Network& network, const std::vector<Fold>& folding, const UltraRam& ultra = {});

/// Values of one operator's fold that are allowed: `channels_in` and `channels_out` are what simd and pe must divide.
struct FoldLimits {
  std::int64_t channels_in = 1, channels_out = 1;
  bool lanes = false;  ///< simd == pe
};
[[nodiscard]] FoldLimits fold_limits(const Network& network, const Operator& op);

/// Sizes of the operator's own stage, and of the sliding window in front of it where it has one.
struct OperatorSizes {
  Sizes own;
  std::optional<WindowSizes> window;
  [[nodiscard]] std::int64_t interval() const;
};
[[nodiscard]] OperatorSizes sizes_of(const Network& network, const Operator& op, Fold fold);

}  // namespace vernier::stages
