// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::package {

/// A parameter of a kernel function and what INTERFACE pragmas say of it.
struct FunctionParameter {
  std::string name, type;            ///< type as written, "const int*"
  std::string mode;                  ///< "m_axi", "axis", "s_axilite"; empty: what the type implies
  std::string bundle = "gmem";       ///< of m_axi
  std::string where;                 ///< file:line of its pragma, else of the function
  bool written = false;              ///< a stream into which the source writes
  bool read = false;                 ///< a pointer or reference that the function does more with than assigning through it
};

/// A Vitis HLS kernel: an extern "C" function with its pragmas, and its source made ready for the emulated unit.
struct FunctionSource {
  std::string name, protocol, where;
  std::vector<FunctionParameter> parameters;
  std::vector<std::string> texts;    ///< to compile, one a source file
};

/// Preprocesses the sources with g++ against the project's ap_int.h, hls_stream.h and so on, finds the function and its
/// INTERFACE pragmas and puts the unit's calls where PIPELINE, STREAM and DATAFLOW stand.
///
/// @param sources  the first holds the function
/// @param top      its name; empty where only one function is extern "C"
/// @retval kInvalidInput  does not compile, no such function, a pragma that names no parameter; names file and line
/// @retval kUnsupported   an interface that is not emulated, by file and line
[[nodiscard]] Result<FunctionSource> read_function(const std::vector<std::filesystem::path>& sources, const std::vector<std::filesystem::path>& include_folders,
                                                   const std::string& top);

}  // namespace vernier::package
