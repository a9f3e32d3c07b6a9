// SPDX-License-Identifier: Apache-2.0
#include "case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include <vernier/import/tensor_file.hpp>

namespace vernier::conformance {
namespace fs = std::filesystem;

namespace {

Result<std::vector<Tensor>> tensors_in(const fs::path& folder, const char* stem) {
  std::vector<Tensor> tensors;
  for (int n = 0;; ++n) {
    const auto file = folder / fmt::format("{}_{}.pb", stem, n);
    if (!fs::exists(file)) return tensors;
    auto tensor = graph::read_tensor_proto(file);
    if (!tensor) return forward_error(tensor);
    tensors.push_back(std::move(*tensor));
  }
}

}  // namespace

fs::path test_data_folder() {
  const char* set = std::getenv("VERNIER_ONNX_TESTDATA");
  return set != nullptr ? set : "/usr/share/libonnx-testdata/data";
}

std::vector<Case> find_cases() {
  std::vector<Case> cases;
  for (const std::string family : {"node", "pytorch-converted", "pytorch-operator", "simple"}) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(test_data_folder() / family, none)) {
      if (fs::exists(entry.path() / "model.onnx")) cases.push_back({family + "/" + entry.path().filename().string(), entry.path()});
    }
  }
  std::ranges::sort(cases, {}, &Case::name);
  return cases;
}

Result<std::vector<DataSet>> load_data(const Case& c) {
  std::vector<DataSet> sets;
  for (int n = 0;; ++n) {
    const auto folder = c.folder / fmt::format("test_data_set_{}", n);
    if (!fs::exists(folder)) break;
    auto inputs = tensors_in(folder, "input");
    if (!inputs) return forward_error(inputs);
    auto outputs = tensors_in(folder, "output");
    if (!outputs) return forward_error(outputs);
    sets.push_back({std::move(*inputs), std::move(*outputs)});
  }
  if (sets.empty()) return fail(ErrorCode::kInvalidInput, "has no test data", c.folder.string());
  return sets;
}

}  // namespace vernier::conformance
