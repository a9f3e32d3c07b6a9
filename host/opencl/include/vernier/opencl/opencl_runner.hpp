// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/ir/graph.hpp>
#include <vernier/runtime/runner.hpp>

namespace vernier::opencl {

/// Kinds of device that OpenCL tells apart. A CPU's figures never stand for a GPU's.
enum class DeviceKind : std::uint8_t { kGpu, kAccelerator, kCpu };

struct DeviceInfo {
  DeviceKind kind = DeviceKind::kCpu;
  std::string title;   ///< "OpenCL on CPU (PoCL)"
  std::string name, driver, version;
};

/// Every device of every platform the ICD Loader finds, emulated cards apart. kUnavailable when there is none.
[[nodiscard]] Result<std::vector<DeviceInfo>> devices();

/// A canonical graph on one OpenCL 1.2 device, operator by operator; what has no kernel runs on the host as golden has it.
/// Quantised operators are integer kernels, bit-exact with golden. float32 operators are CLBlast's products and convolutions
/// and kernels around them: sums in another order than ONNX Runtime's. kernel_s is the device's own time.
class OpenClRunner final : public runtime::Runner {
 public:
  /// @param wanted  empty: any device; else the kind it must be, in this order of preference
  /// @param name    part of the device's name; empty: the first
  /// @retval kUnavailable  no such device; the message lists those there are
  [[nodiscard]] static Result<std::unique_ptr<OpenClRunner>> open(const graph::Graph& graph, const std::vector<DeviceKind>& wanted, const std::string& name);
  ~OpenClRunner() override;

  [[nodiscard]] const DeviceInfo& device() const;
  /// Operators on the device and on the host.
  struct Placement {
    std::int64_t device = 0, host = 0;
  };
  [[nodiscard]] Placement placement() const;

  [[nodiscard]] runtime::RulerInfo info() const override;
  [[nodiscard]] Result<runtime::Inference> infer(std::span<const Tensor> inputs, const runtime::RunOptions& options) override;

 private:
  struct Impl;
  explicit OpenClRunner(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vernier::opencl
