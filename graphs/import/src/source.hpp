// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/import/import.hpp>

namespace vernier::graph {

/// Where a model came from: what errors name, where external data may lie, how to read it.
struct Source {
  std::string file;
  std::filesystem::path folder;  ///< empty: bytes from memory
  ImportOptions options;

  /// "file: node"
  [[nodiscard]] std::string at(const std::string& part) const { return file + ": " + part; }
};

/// The node's name, or operator and first output where it has none.
[[nodiscard]] std::string label_of(const onnx::NodeProto& node);

/// The default ONNX domain is written in two ways.
[[nodiscard]] inline bool is_onnx_domain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

}  // namespace vernier::graph
