// SPDX-License-Identifier: Apache-2.0
#pragma once

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/opencl/opencl_runner.hpp>

namespace vernier::opencl {

/// An OpenCL object, released with its owner.
template <class Handle, cl_int (*Release)(Handle)>
class Object {
 public:
  Object() = default;
  explicit Object(Handle handle) : handle_(handle) {}
  ~Object() {
    if (handle_ != nullptr) Release(handle_);
  }
  Object(Object&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Object& operator=(Object&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  [[nodiscard]] Handle get() const { return handle_; }

 private:
  Handle handle_ = nullptr;
};
using Context = Object<cl_context, clReleaseContext>;
using Queue = Object<cl_command_queue, clReleaseCommandQueue>;
using ClProgram = Object<cl_program, clReleaseProgram>;
using ClKernel = Object<cl_kernel, clReleaseKernel>;
using Buffer = Object<cl_mem, clReleaseMemObject>;
using Event = Object<cl_event, clReleaseEvent>;

struct Device {
  cl_device_id id = nullptr;
  DeviceInfo info;
};
/// As devices(), with handles.
[[nodiscard]] Result<std::vector<Device>> find_devices();

[[nodiscard]] inline tl::unexpected<Error> opencl_error(cl_int code, const std::string& what, const std::string& where) {
  return fail(ErrorCode::kUnavailable, what + ": OpenCL error " + std::to_string(code), where);
}

}  // namespace vernier::opencl
