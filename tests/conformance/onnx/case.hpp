// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>

namespace vernier::conformance {

/// One case of ONNX's own backend test data: a model and what it makes of stored inputs.
struct Case {
  std::string name;  ///< "node/test_relu"
  std::filesystem::path folder;
};

struct DataSet {
  std::vector<Tensor> inputs, outputs;
};

/// Where the test data lie: $VERNIER_ONNX_TESTDATA, else where the Debian package libonnx-testdata puts them.
[[nodiscard]] std::filesystem::path test_data_folder();

/// All cases of the families node, pytorch-converted, pytorch-operator and simple, by name. Empty where there are none.
[[nodiscard]] std::vector<Case> find_cases();

/// The test_data_set_N folders of a case, in order.
[[nodiscard]] Result<std::vector<DataSet>> load_data(const Case& c);

}  // namespace vernier::conformance
