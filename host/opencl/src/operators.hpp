// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/ir/graph.hpp>

namespace vernier::opencl {

/// What CLBlast computes before the kernel, which then adds the bias to the output in place.
struct Product {  ///< y [rows, columns] = x [rows, inner] * weight [columns, inner], transposed
  std::size_t rows = 0, columns = 0, inner = 0;
};
struct Convolution {  ///< y = x convolved with weight, NCHW, no groups, the same padding on opposite sides
  std::size_t channels = 0, height = 0, width = 0, kernels = 0, batch = 0;
  graph::Window window;
};

/// One kernel launch: its parameters as kernels.cl declares them, inputs of the node, then constant arrays, then the output.
struct Launch {
  std::variant<std::monostate, Product, Convolution> library;
  std::vector<std::byte> weight;         ///< of the library's part
  const char* kernel = nullptr;          ///< null: a reshape, the output is the input's bytes
  std::vector<std::int32_t> parameters;  ///< the structure, field by field
  std::vector<graph::ValueId> inputs;
  std::vector<std::vector<std::byte>> constants;
  graph::ValueId output{};
  std::int64_t elements = 0;             ///< of the output, one work-item each; bytes of a reshape
};

/// How a quantised node, a float32 node or a reshape runs on a device.
/// @retval kUnsupported  the golden model would refuse it too
[[nodiscard]] Result<Launch> launch_of(const graph::Graph& graph, graph::NodeId id);
/// Whether launch_of() has a kernel for it; other nodes run on the host.
[[nodiscard]] bool runs_on_device(const graph::Graph& graph, graph::NodeId id);

[[nodiscard]] constexpr std::int32_t i32(std::int64_t v) { return static_cast<std::int32_t>(v); }
/// Structure Window of kernels.cl, for a pool.
[[nodiscard]] Result<std::vector<std::int32_t>> window_parameters(const graph::Graph& graph, const graph::Node& node);

/// The float32 part of both.
[[nodiscard]] bool runs_as_float(const graph::Graph& graph, const graph::Node& node);
[[nodiscard]] Result<void> float_launch(const graph::Graph& graph, const graph::Node& node, Launch& launch);

}  // namespace vernier::opencl
