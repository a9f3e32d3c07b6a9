// SPDX-License-Identifier: Apache-2.0
// A plain OpenCL host of the vector addition, through the ICD loader. It knows nothing of Vernier.
//
// usage: opencl_host X.xclbin UNITS
#include <cstdint>
#include <string>

#include "opencl_card.hpp"

using plain::check;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int units = std::atoi(argv[2]);
  const plain::Card card(argv[1]);
  constexpr cl_uint kCount = 1500;
  constexpr std::size_t kBytes = kCount * sizeof(cl_uint);
  int wrong = 0;
  for (int round = 0; round < 6; ++round) {
    const std::string name = "vadd:{vadd_" + std::to_string(round % units + 1) + "}";
    cl_kernel kernel = card.kernel(name.c_str());
    cl_mem buffers[3];
    for (int i = 0; i < 3; ++i) {
      buffers[i] = card.buffer(i < 2 ? CL_MEM_READ_ONLY : CL_MEM_WRITE_ONLY, kBytes);
      check(clSetKernelArg(kernel, static_cast<cl_uint>(i), sizeof(cl_mem), &buffers[i]), "argument");
    }
    check(clSetKernelArg(kernel, 3, sizeof kCount, &kCount), "argument");
    std::vector<cl_uint> a(kCount), b(kCount), sum(kCount);
    for (cl_uint i = 0; i < kCount; ++i) a[i] = i * 2246822519U + static_cast<cl_uint>(round), b[i] = i * 3266489917U;
    cl_event written[2], run, read;
    check(clEnqueueWriteBuffer(card.queue, buffers[0], CL_FALSE, 0, kBytes, a.data(), 0, nullptr, &written[0]), "write");
    check(clEnqueueWriteBuffer(card.queue, buffers[1], CL_FALSE, 0, kBytes, b.data(), 0, nullptr, &written[1]), "write");
    check(clEnqueueTask(card.queue, kernel, 2, written, &run), "task");
    check(clEnqueueReadBuffer(card.queue, buffers[2], CL_FALSE, 0, kBytes, sum.data(), 1, &run, &read), "read");
    check(clWaitForEvents(1, &read), "wait");
    for (cl_uint i = 0; i < kCount; ++i) wrong += sum[i] != a[i] + b[i] ? 1 : 0;
    for (cl_event event : {written[0], written[1], run, read}) clReleaseEvent(event);
    for (cl_mem buffer : buffers) clReleaseMemObject(buffer);
    clReleaseKernel(kernel);
  }
  std::printf("%d wrong\n", wrong);
  return wrong == 0 ? 0 : 1;
}
