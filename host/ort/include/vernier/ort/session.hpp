// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>
#include <vernier/ort/providers.hpp>

namespace vernier::ort {

struct SessionOptions {
  bool optimize = false;   ///< false: the reference (no graph optimisation, exact u8*s8 products); true: the CPU baseline
  int intra_threads = 1;   ///< threads inside one operator, the calling one included; >= 1
  std::vector<std::string> extra_outputs{};  ///< inner values to return after the model's own outputs
  std::vector<int> pinned_cpus{};  ///< logical processors (from 0) of threads 2..n; empty: left to the system
  std::string external_folder{};   ///< where initialisers outside the model bytes lie; empty: none
  std::string provider = std::string(kCpuProvider);  ///< that takes what it can of the nodes
};

/// One input or output of a session. Symbolic dimensions are -1.
struct Port {
  std::string name;
  DType type = DType::kFloat32;
  Shape shape;
};

/// One ONNX model loaded into ONNX Runtime. Movable; run() is not thread-safe here.
class Session {
 public:
  /// @param model  bytes of a ModelProto
  /// @param where  what errors name: the file or the node the model was made from
  /// @retval kInvalidInput  ONNX Runtime refuses the model, or an extra output is not a value of it
  /// @retval kUnsupported   an input or output is no tensor of a known element type
  /// @retval kUnavailable   the provider, one of its libraries or its device is not here
  [[nodiscard]] static Result<Session> open(std::span<const std::byte> model, const SessionOptions& options,
                                            std::string where);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  [[nodiscard]] const std::vector<Port>& inputs() const;   ///< without initialisers, in the model's order
  [[nodiscard]] const std::vector<Port>& outputs() const;  ///< the model's own, then extra_outputs
  /// One tensor an input, in order of inputs(); one an output, in order of outputs().
  /// @retval kInvalidInput  count, element type or shape differs from inputs()
  [[nodiscard]] Result<std::vector<Tensor>> run(std::span<const Tensor> inputs);

 private:
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Version of the ONNX Runtime library that is loaded, "1.29.0".
[[nodiscard]] std::string runtime_version();

}  // namespace vernier::ort
