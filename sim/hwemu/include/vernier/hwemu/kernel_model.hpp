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

#include "../../../plugin/kernel_api.h"

namespace vernier::hwemu {

/// One port of a Verilated kernel; an absent optional port reads as zero and swallows what is written.
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

/// A Verilated kernel loaded from a shared object.
class KernelModel {
 public:
  [[nodiscard]] static Result<std::unique_ptr<KernelModel>> open(const std::filesystem::path& shared_object, const std::string& instance);
  ~KernelModel();
  KernelModel(const KernelModel&) = delete;
  KernelModel& operator=(const KernelModel&) = delete;

  /// By name, upper and lower case alike; absent: a Signal that is not present().
  [[nodiscard]] Signal port(const std::string& name) const;
  void eval() { api_->eval(kernel_); }
  /// First failed assertion, $fatal or $stop.
  [[nodiscard]] std::optional<std::string> failure() const;

  [[nodiscard]] Result<void> open_waves(const std::string& file);
  void dump_waves(std::uint64_t time_ps) {
    if (waves_) api_->waves_dump(kernel_, time_ps);
  }

 private:
  KernelModel() = default;
  void* library_ = nullptr;
  const VrnKernelApi* api_ = nullptr;
  VrnKernel* kernel_ = nullptr;
  std::map<std::string, Signal> ports_;
  bool waves_ = false;
};

}  // namespace vernier::hwemu
