// SPDX-License-Identifier: Apache-2.0
// A plain OpenCL host of a reader and a writer that a stream connects. It knows nothing of Vernier.
//
// usage: stream_opencl_host X.xclbin PIPELINES ADDED
#include <cstdint>
#include <string>

#include "opencl_card.hpp"

using plain::check;

namespace {

void set_arguments(cl_kernel kernel, cl_mem buffer, cl_uint count) {
  check(clSetKernelArg(kernel, 0, sizeof buffer, &buffer), "argument 0");
  check(clSetKernelArg(kernel, 1, sizeof count, &count), "argument 1");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int pipelines = std::atoi(argv[2]);
  const auto added = static_cast<cl_uint>(std::atoi(argv[3]));
  const plain::Card card(argv[1]);
  constexpr cl_uint kCount = 700;
  constexpr std::size_t kBytes = kCount * sizeof(cl_uint);
  int wrong = 0;
  for (int round = 0; round < 4; ++round) {
    const auto number = std::to_string(round % pipelines + 1);
    cl_kernel reader = card.kernel(("stream_reader:{reader_" + number + "}").c_str());
    cl_kernel writer = card.kernel(("stream_writer:{writer_" + number + "}").c_str());
    cl_mem from = card.buffer(CL_MEM_READ_ONLY, kBytes), to = card.buffer(CL_MEM_WRITE_ONLY, kBytes);
    set_arguments(reader, from, kCount);
    set_arguments(writer, to, kCount);
    std::vector<cl_uint> sent(kCount), received(kCount);
    for (cl_uint i = 0; i < kCount; ++i) sent[i] = i * 2246822519U + static_cast<cl_uint>(round);
    cl_event written, read, wrote, got;
    check(clEnqueueWriteBuffer(card.queue, from, CL_FALSE, 0, kBytes, sent.data(), 0, nullptr, &written), "write");
    check(clEnqueueTask(card.queue, reader, 1, &written, &read), "reader");
    check(clEnqueueTask(card.queue, writer, 1, &written, &wrote), "writer");
    check(clEnqueueReadBuffer(card.queue, to, CL_FALSE, 0, kBytes, received.data(), 1, &wrote, &got), "read");
    check(clWaitForEvents(1, &got), "wait");
    check(clWaitForEvents(1, &read), "wait");
    for (cl_uint i = 0; i < kCount; ++i) wrong += received[i] != sent[i] + added ? 1 : 0;
    for (cl_event event : {written, read, wrote, got}) clReleaseEvent(event);
    for (cl_mem buffer : {from, to}) clReleaseMemObject(buffer);
    for (cl_kernel kernel : {reader, writer}) clReleaseKernel(kernel);
  }
  std::printf("%d wrong\n", wrong);
  return wrong == 0 ? 0 : 1;
}
