// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include <vernier/core/assert.hpp>
#include <vernier/core/tensor.hpp>

namespace vernier::graph {

/// The tensor of an initialiser or folded constant, or none. Never changed, so that copies of a graph and its parts share it:
/// weights are most of a graph's memory.
class Constant {
 public:
  Constant() = default;
  Constant(Tensor tensor) : tensor_(std::make_shared<const Tensor>(std::move(tensor))) {}  // NOLINT: a tensor is one

  [[nodiscard]] bool has_value() const { return tensor_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] const Tensor& value() const {
    VERNIER_ASSERT(has_value(), "a value without constant");
    return *tensor_;
  }
  const Tensor& operator*() const { return value(); }
  const Tensor* operator->() const { return &value(); }
  void reset() { tensor_.reset(); }

 private:
  std::shared_ptr<const Tensor> tensor_;
};

}  // namespace vernier::graph
