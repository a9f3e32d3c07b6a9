// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/core/fixed_point.hpp>

namespace vernier {
namespace hls {

/// What follows the sum of one output channel.
struct Channel {
  std::int32_t bias;
  Multiplier multiplier;
};

}  // namespace hls
}  // namespace vernier
