// SPDX-License-Identifier: Apache-2.0
#include "old_operator_sets.hpp"

#include <fmt/format.h>
#include <onnx/checker.h>
#include <onnx/version_converter/convert.h>

#include <algorithm>

#include "operator_versions.hpp"

namespace vernier::graph {

Result<void> raise_operator_set(onnx::ModelProto& model, const Source& source) {
  const auto it = std::ranges::find_if(model.opset_import(), [](const auto& import) { return is_onnx_domain(import.domain()); });
  if (it == model.opset_import().end() || it->version() < 1 || it->version() >= kOldestOpset) return {};
  const auto from = it->version();
  try {
    onnx::checker::check_model(model);
    model = onnx::version_conversion::ConvertVersion(model, static_cast<int>(kOldestOpset));
  } catch (const std::exception& e) {
    std::string what = e.what();
    std::ranges::replace(what, '\n', ' ');
    return fail(ErrorCode::kUnsupported,
                fmt::format("operator set {} does not convert to {}, the oldest that runs ({}); export the model with opset_version={}", from, kOldestOpset, what, kCheckedOpset),
                source.file);
  }
  return {};
}

}  // namespace vernier::graph
