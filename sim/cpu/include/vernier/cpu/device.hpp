// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/core/tensor.hpp>

namespace vernier::cpu {

/// Logical processors this process may use.
[[nodiscard]] int usable_processors();

struct DeviceOptions {
  int threads = 1;                ///< of each instance; >= 1
  int instances = 1;              ///< sessions that run side by side; >= 1
  std::string provider = "CPU";   ///< execution provider of ONNX Runtime, "CUDA" for instance
  std::string external_folder{};  ///< of initialisers outside the model bytes
};

/// The baseline as a device: ONNX Runtime with all optimisations, a session an instance, each thread on a processor
/// of its own. Instances are independent; one instance serves one thread at a time.
class Device {
 public:
  /// @retval kInvalidInput  threads or instances below 1, or a model ONNX Runtime refuses
  /// @retval kUnavailable   fewer processors than threads x instances, or no such provider
  [[nodiscard]] static Result<Device> open(std::span<const std::byte> model, const std::string& where, const DeviceOptions& options);
  Device(Device&&) noexcept;
  Device& operator=(Device&&) noexcept;
  ~Device();

  /// Pins the calling thread to the instance's first processor: the one run() computes on.
  [[nodiscard]] Result<void> enter(std::size_t instance) const;
  [[nodiscard]] Result<std::vector<Tensor>> run(std::size_t instance, std::span<const Tensor> inputs);
  /// Processors of an instance, the calling thread's first.
  [[nodiscard]] const std::vector<int>& processors(std::size_t instance) const;

 private:
  struct Impl;
  explicit Device(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vernier::cpu
