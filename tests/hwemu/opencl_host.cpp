// SPDX-License-Identifier: Apache-2.0
// A plain OpenCL host of the vector addition, through the ICD loader. It knows nothing of Vernier.
//
// usage: opencl_host X.xclbin UNITS
#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

[[noreturn]] void give_up(const char* what, cl_int code) {
  std::printf("%s: OpenCL error %d\n", what, code);
  std::exit(3);
}
void check(cl_int code, const char* what) {
  if (code != CL_SUCCESS) give_up(what, code);
}

cl_device_id accelerator() {
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

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int units = std::atoi(argv[2]);
  std::ifstream file(argv[1], std::ios::binary);
  const std::vector<unsigned char> binary((std::istreambuf_iterator<char>(file)), {});
  cl_int code = 0;
  cl_device_id device = accelerator();
  cl_context context = clCreateContext(nullptr, 1, &device, nullptr, nullptr, &code);
  check(code, "context");
  cl_command_queue queue = clCreateCommandQueue(context, device, CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE | CL_QUEUE_PROFILING_ENABLE, &code);
  check(code, "queue");
  const unsigned char* bytes = binary.data();
  const std::size_t size = binary.size();
  cl_program program = clCreateProgramWithBinary(context, 1, &device, &size, &bytes, nullptr, &code);
  check(code, "program");
  check(clBuildProgram(program, 1, &device, "", nullptr, nullptr), "build");

  constexpr cl_uint kCount = 1500;
  constexpr std::size_t kBytes = kCount * sizeof(cl_uint);
  int wrong = 0;
  for (int round = 0; round < 6; ++round) {
    const std::string name = "vadd:{vadd_" + std::to_string(round % units + 1) + "}";
    cl_kernel kernel = clCreateKernel(program, name.c_str(), &code);
    check(code, "kernel");
    cl_mem buffers[3];
    for (int i = 0; i < 3; ++i) {
      buffers[i] = clCreateBuffer(context, i < 2 ? CL_MEM_READ_ONLY : CL_MEM_WRITE_ONLY, kBytes, nullptr, &code);
      check(code, "buffer");
      check(clSetKernelArg(kernel, static_cast<cl_uint>(i), sizeof(cl_mem), &buffers[i]), "argument");
    }
    check(clSetKernelArg(kernel, 3, sizeof kCount, &kCount), "argument");
    std::vector<cl_uint> a(kCount), b(kCount), sum(kCount);
    for (cl_uint i = 0; i < kCount; ++i) a[i] = i * 2246822519U + static_cast<cl_uint>(round), b[i] = i * 3266489917U;
    cl_event written[2], run, read;
    check(clEnqueueWriteBuffer(queue, buffers[0], CL_FALSE, 0, kBytes, a.data(), 0, nullptr, &written[0]), "write");
    check(clEnqueueWriteBuffer(queue, buffers[1], CL_FALSE, 0, kBytes, b.data(), 0, nullptr, &written[1]), "write");
    check(clEnqueueTask(queue, kernel, 2, written, &run), "task");
    check(clEnqueueReadBuffer(queue, buffers[2], CL_FALSE, 0, kBytes, sum.data(), 1, &run, &read), "read");
    check(clWaitForEvents(1, &read), "wait");
    for (cl_uint i = 0; i < kCount; ++i) wrong += sum[i] != a[i] + b[i] ? 1 : 0;
    for (cl_event event : {written[0], written[1], run, read}) clReleaseEvent(event);
    for (cl_mem buffer : buffers) clReleaseMemObject(buffer);
    clReleaseKernel(kernel);
  }
  clReleaseProgram(program);
  clReleaseCommandQueue(queue);
  clReleaseContext(context);
  std::printf("%d wrong\n", wrong);
  return wrong == 0 ? 0 : 1;
}
