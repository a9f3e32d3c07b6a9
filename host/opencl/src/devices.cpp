// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "objects.hpp"

namespace vernier::opencl {
namespace {

template <class Query, class Handle, class Name>
std::string text_of(Query query, Handle handle, Name name) {
  std::size_t size = 0;
  if (query(handle, name, 0, nullptr, &size) != CL_SUCCESS || size == 0) return "";
  std::string text(size, '\0');
  query(handle, name, size, text.data(), nullptr);
  text.resize(std::strlen(text.c_str()));
  return text;
}

DeviceKind kind_of(cl_device_id id) {
  cl_device_type type = 0;
  clGetDeviceInfo(id, CL_DEVICE_TYPE, sizeof type, &type, nullptr);
  return (type & CL_DEVICE_TYPE_GPU) != 0 ? DeviceKind::kGpu : (type & CL_DEVICE_TYPE_ACCELERATOR) != 0 ? DeviceKind::kAccelerator : DeviceKind::kCpu;
}

std::string title_of(DeviceKind kind, const std::string& platform) {
  const std::string maker = platform.find("Portable Computing Language") != std::string::npos ? "PoCL" : platform;
  return fmt::format("OpenCL on {} ({})", kind == DeviceKind::kGpu ? "GPU" : kind == DeviceKind::kAccelerator ? "accelerator" : "CPU", maker);
}

}  // namespace

Result<std::vector<Device>> find_devices() {
  cl_uint count = 0;
  std::vector<Device> found;
  if (clGetPlatformIDs(0, nullptr, &count) == CL_SUCCESS && count > 0) {
    std::vector<cl_platform_id> platforms(count);
    clGetPlatformIDs(count, platforms.data(), nullptr);
    for (const auto platform : platforms) {
      const auto name = text_of(clGetPlatformInfo, platform, CL_PLATFORM_NAME);
      if (name == "Xilinx") continue;  // cards are the business of rulers hw_emu and board
      cl_uint devices = 0;
      if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, nullptr, &devices) != CL_SUCCESS || devices == 0) continue;
      std::vector<cl_device_id> ids(devices);
      clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, devices, ids.data(), nullptr);
      for (const auto id : ids) {
        const auto kind = kind_of(id);
        found.push_back({id, {kind, title_of(kind, name), text_of(clGetDeviceInfo, id, CL_DEVICE_NAME), text_of(clGetDeviceInfo, id, CL_DRIVER_VERSION),
                              text_of(clGetDeviceInfo, id, CL_DEVICE_VERSION)}});
      }
    }
  }
  if (found.empty()) return fail(ErrorCode::kUnavailable, "no OpenCL device: install a vendor's driver, or apt-get install pocl-opencl-icd for the CPU", "OpenCL");
  return found;
}

Result<std::vector<DeviceInfo>> devices() {
  const auto found = find_devices();
  if (!found) return forward_error(found);
  std::vector<DeviceInfo> infos;
  for (const auto& d : *found) infos.push_back(d.info);
  return infos;
}

}  // namespace vernier::opencl
