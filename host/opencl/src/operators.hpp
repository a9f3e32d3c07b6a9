// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/ir/graph.hpp>

namespace vernier::opencl {

/// One kernel launch: its parameters as kernels.cl declares them, inputs of the node, then constant arrays, then the output.
struct Launch {
  const char* kernel = nullptr;          ///< null: a reshape, the output is the input's bytes
  std::vector<std::int32_t> parameters;  ///< the structure, field by field
  std::vector<graph::ValueId> inputs;
  std::vector<std::vector<std::byte>> constants;
  graph::ValueId output{};
  std::int64_t elements = 0;             ///< of the output, one work-item each
};

/// How a quantised node or a reshape runs on a device.
/// @retval kUnsupported  the golden model would refuse it too
[[nodiscard]] Result<Launch> launch_of(const graph::Graph& graph, graph::NodeId id);
/// Whether launch_of() has a kernel for it; other nodes run on the host.
[[nodiscard]] bool runs_on_device(const graph::Graph& graph, graph::NodeId id);

}  // namespace vernier::opencl
