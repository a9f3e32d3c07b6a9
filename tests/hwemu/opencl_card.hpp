// SPDX-License-Identifier: Apache-2.0
#pragma once

#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

/// What every plain OpenCL host of a card does first, through the ICD loader.
namespace plain {

[[noreturn]] inline void give_up(const char* what, cl_int code) {
  std::printf("%s: OpenCL error %d\n", what, code);
  std::exit(3);
}
inline void check(cl_int code, const char* what) {
  if (code != CL_SUCCESS) give_up(what, code);
}

inline cl_device_id accelerator() {
  cl_uint count = 0;
  check(clGetPlatformIDs(0, nullptr, &count), "platforms");
  std::vector<cl_platform_id> platforms(count);
  check(clGetPlatformIDs(count, platforms.data(), nullptr), "platforms");
  for (const auto platform : platforms) {
    char name[128] = {};
    clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof name, name, nullptr);
    if (std::strcmp(name, "Xilinx") != 0) continue;
    cl_device_id device = nullptr;
    check(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ACCELERATOR, 1, &device, nullptr), "devices");
    return device;
  }
  give_up("no platform Xilinx", 0);
}

/// The card programmed with an xclbin, and an out-of-order queue.
struct Card {
  cl_context context = nullptr;
  cl_command_queue queue = nullptr;
  cl_program program = nullptr;

  explicit Card(const char* xclbin) {
    std::ifstream file(xclbin, std::ios::binary);
    const std::vector<unsigned char> binary((std::istreambuf_iterator<char>(file)), {});
    cl_int code = 0;
    cl_device_id device = accelerator();
    context = clCreateContext(nullptr, 1, &device, nullptr, nullptr, &code);
    check(code, "context");
    queue = clCreateCommandQueue(context, device, CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE | CL_QUEUE_PROFILING_ENABLE, &code);
    check(code, "queue");
    const unsigned char* bytes = binary.data();
    const std::size_t size = binary.size();
    program = clCreateProgramWithBinary(context, 1, &device, &size, &bytes, nullptr, &code);
    check(code, "program");
    check(clBuildProgram(program, 1, &device, "", nullptr, nullptr), "build");
  }
  ~Card() {
    clReleaseProgram(program);
    clReleaseCommandQueue(queue);
    clReleaseContext(context);
  }
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;

  [[nodiscard]] cl_kernel kernel(const char* name) const {
    cl_int code = 0;
    cl_kernel kernel = clCreateKernel(program, name, &code);
    check(code, name);
    return kernel;
  }
  [[nodiscard]] cl_mem buffer(cl_mem_flags flags, std::size_t bytes) const {
    cl_int code = 0;
    cl_mem memory = clCreateBuffer(context, flags, bytes, nullptr, &code);
    check(code, "buffer");
    return memory;
  }
};

}  // namespace plain
