// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::ort {

inline constexpr std::string_view kCpuProvider = "CPUExecutionProvider";

/// Execution providers of the ONNX Runtime library that is loaded, by its names and in its order.
[[nodiscard]] std::vector<std::string> providers();

/// ONNX Runtime's name of a provider: "cuda", "CUDA" and "CUDAExecutionProvider" are one.
/// @retval kUnavailable  the library has no such provider; the error names those it has
[[nodiscard]] Result<std::string> find_provider(const std::string& name);

/// True where the provider's work is the processor's, so that package counters see its energy.
[[nodiscard]] bool computes_on_processor(std::string_view provider);

}  // namespace vernier::ort
