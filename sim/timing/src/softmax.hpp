// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vernier/timing/work.hpp>

namespace vernier::timing {

/// vector_work of a softmax command.
[[nodiscard]] VectorWork softmax_work(const spec::Word& command, const program::Target& target);

}  // namespace vernier::timing
