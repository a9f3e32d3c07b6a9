// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <vernier/core/result.hpp>

#include "../plugin/model_api.h"

namespace vernier::verilator {

/// A Verilated NPU loaded from a shared object.
class Model {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Model>> open(const std::filesystem::path& shared_object);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  [[nodiscard]] const VrnPorts& ports() const { return *ports_; }
  void eval() { api_->eval(model_); }
  /// 64-byte words of a memory of the core, between two evaluations; empty where the path names none.
  [[nodiscard]] std::span<std::byte> memory(const std::string& path);
  /// First failed assertion or $fatal.
  [[nodiscard]] std::optional<std::string> failure() const;

  [[nodiscard]] Result<void> open_waves(const std::string& file);
  void dump_waves(std::uint64_t time_ps) { api_->waves_dump(model_, time_ps); }
  void close_waves();

 private:
  Model() = default;
  void* library_ = nullptr;
  const VrnModelApi* api_ = nullptr;
  VrnModel* model_ = nullptr;
  const VrnPorts* ports_ = nullptr;
  bool waves_ = false;
};

}  // namespace vernier::verilator
