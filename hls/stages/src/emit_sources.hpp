// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <vernier/stages/design.hpp>
#include <vernier/stages/emit.hpp>

namespace vernier::stages {

/// A stage's or FIFO's name as a C++ identifier, different for each index.
[[nodiscard]] std::string identifier(std::string_view prefix, std::size_t index, std::string_view name);

/// Loads and stores in the order of the top function's parameters, and the parameters' names.
struct Port {
  std::size_t stage = 0;
  bool load = false;
  std::string name;
};
[[nodiscard]] std::vector<Port> ports_of(const Design& design);

[[nodiscard]] std::string constants_source(const Design& design);                             ///< src/constants.hpp
/// src/NAME.cpp. Without `left_out` stages, streams from and to those are parameters behind the others.
[[nodiscard]] std::string top_source(const Design& design, const EmitOptions& options, const std::vector<bool>& left_out = {});
[[nodiscard]] std::string stream_name(const Design& design, std::size_t fifo);                ///< the parameter or variable there
[[nodiscard]] std::string top_header(const Design& design, const EmitOptions& options);       ///< src/NAME.hpp
[[nodiscard]] std::string frames_source(const Design& design, const TestFrames& test);        ///< test/frames.hpp
[[nodiscard]] std::string testbench_source(const Design& design, const TestFrames& test, const EmitOptions& options);  ///< test/testbench.cpp
[[nodiscard]] std::string host_source(const Design& design, const EmitOptions& options);      ///< host/host.cpp

}  // namespace vernier::stages
