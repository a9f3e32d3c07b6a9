// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <vernier/core/result.hpp>

#include "../../../plugin/function_api.h"

namespace vernier::hwemu {

/// One port of a kernel; an absent optional port reads as zero and swallows what is written.
class Signal {
 public:
  Signal() = default;
  Signal(void* data, unsigned bits) : data_(data), bits_(bits) {}
  [[nodiscard]] bool present() const { return data_ != nullptr; }
  [[nodiscard]] unsigned bits() const { return bits_; }
  [[nodiscard]] std::uint64_t get() const {
    std::uint64_t value = 0;
    if (data_ != nullptr) std::memcpy(&value, data_, storage());
    return value;
  }
  void set(std::uint64_t value) const {
    if (data_ == nullptr) return;
    if (bits_ < 64) value &= (std::uint64_t{1} << bits_) - 1;
    std::memcpy(data_, &value, storage());
  }
  /// The low `size` bytes of a port of any width.
  void copy_out(void* into, std::size_t size) const {
    if (data_ != nullptr) std::memcpy(into, data_, size);
  }
  void copy_in(const void* from, std::size_t size) const {
    if (data_ != nullptr) std::memcpy(data_, from, size);
  }

 private:
  [[nodiscard]] std::size_t storage() const { return bits_ <= 8 ? 1 : bits_ <= 16 ? 2 : bits_ <= 32 ? 4 : 8; }
  void* data_ = nullptr;
  unsigned bits_ = 0;
};

/// A kernel loaded from a shared object: Verilated, or a C++ function with a compute unit around it.
class KernelModel {
 public:
  [[nodiscard]] static Result<std::unique_ptr<KernelModel>> open(const std::filesystem::path& shared_object, const std::string& instance);
  ~KernelModel();
  KernelModel(const KernelModel&) = delete;
  KernelModel& operator=(const KernelModel&) = delete;

  /// By name, upper and lower case alike; absent: a Signal that is not present().
  [[nodiscard]] Signal port(const std::string& name) const;
  void eval() { api_->eval(kernel_); }
  /// First failed assertion, $fatal or $stop; of a function what ended it.
  [[nodiscard]] std::optional<std::string> failure() const;

  /// Of a function: what its processes wait for, a line each; else empty.
  [[nodiscard]] std::string state() const { return function_ == nullptr ? std::string() : function_->state(kernel_); }
  /// Of a function: changes whenever it went on.
  [[nodiscard]] std::uint64_t progress() const { return function_ == nullptr ? 0 : function_->progress(kernel_); }
  /// Of a function: runs that have ended, and the estimated cycles of the last.
  [[nodiscard]] std::uint64_t runs(std::uint64_t& cycles) const { return function_ == nullptr ? 0 : function_->runs(kernel_, &cycles); }

  [[nodiscard]] Result<void> open_waves(const std::string& file);
  void dump_waves(std::uint64_t time_ps) {
    if (waves_) api_->waves_dump(kernel_, time_ps);
  }

 private:
  KernelModel() = default;
  void* library_ = nullptr;
  const VrnKernelApi* api_ = nullptr;
  const VrnFunctionApi* function_ = nullptr;  // null: Verilated
  VrnKernel* kernel_ = nullptr;
  std::map<std::string, Signal> ports_;
  bool waves_ = false;
};

}  // namespace vernier::hwemu
