// SPDX-License-Identifier: Apache-2.0
// scale_host XCLBIN: an XRT host of kernel scale. What is right it computes in integers.
#include <cstdint>
#include <cstdio>
#include <random>
#include <vector>

#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>

namespace {

constexpr std::uint32_t kClipped = 0x44, kClippedValid = 0x48, kPeak = 0x54, kPeakValid = 0x58;  // where Vitis HLS puts them
constexpr std::size_t kBlock = 16;

int run(xrt::device& device, xrt::kernel& kernel, std::size_t blocks, std::uint32_t gain, std::mt19937& random) {
  const std::size_t samples = blocks * kBlock;
  std::vector<xrt::bo> buffers;
  for (int argument = 0; argument < 3; ++argument) buffers.emplace_back(device, samples * sizeof(std::int16_t), kernel.group_id(argument));
  auto *in = buffers[0].map<std::int16_t*>(), *offset = buffers[1].map<std::int16_t*>(), *out = buffers[2].map<std::int16_t*>();
  for (std::size_t i = 0; i < samples; ++i) {
    in[i] = static_cast<std::int16_t>(random());
    offset[i] = static_cast<std::int16_t>(random());
    out[i] = 0;
  }
  for (auto& buffer : buffers) buffer.sync(XCL_BO_SYNC_BO_TO_DEVICE);
  xrt::run run(kernel);
  for (int argument = 0; argument < 3; ++argument) run.set_arg(argument, buffers[static_cast<std::size_t>(argument)]);
  run.set_arg(3, gain);
  run.set_arg(4, static_cast<int>(blocks));
  run.start();
  run.wait();
  buffers[2].sync(XCL_BO_SYNC_BO_FROM_DEVICE);
  int wrong = 0, clipped = 0, peak = -32768;
  for (std::size_t i = 0; i < samples; ++i) {
    const int exact = static_cast<int>(gain) * in[i] + offset[i] * 64;  // 16 places behind the point
    const int rounded = (exact + 32) >> 6;                             // 10 of them, halves up
    const int wanted = rounded > 32767 ? 32767 : (rounded < -32768 ? -32768 : rounded);
    clipped += exact > 32767 * 64 || exact < -32768 * 64 ? 1 : 0;
    peak = wanted > peak ? wanted : peak;
    if (out[i] != wanted && wrong++ == 0) std::printf("sample %zu: %d for %d\n", i, out[i], wanted);
  }
  const auto check = [&](const char* what, std::uint32_t got, std::uint32_t wanted) {
    if (got != wanted && wrong++ >= 0) std::printf("%s: %u for %u\n", what, got, wanted);
  };
  check("clipped is there", kernel.read_register(kClippedValid), 1);
  check("clipped was read", kernel.read_register(kClippedValid), 0);
  check("clipped", kernel.read_register(kClipped), static_cast<std::uint32_t>(clipped));
  check("peak is there", kernel.read_register(kPeakValid), 1);
  check("peak", kernel.read_register(kPeak) & 0xFFFF, static_cast<std::uint16_t>(peak));
  return wrong;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  xrt::device device(0U);
  xrt::kernel kernel(device, device.load_xclbin(argv[1]), "scale", xrt::kernel::cu_access_mode::exclusive);
  std::mt19937 random(5);
  int wrong = 0;
  for (const std::uint32_t gain : {0U, 64U, 37U, 255U}) wrong += run(device, kernel, gain == 255 ? 100 : 3, gain, random);
  std::printf("%d wrong\n", wrong);
  return wrong == 0 ? 0 : 1;
}
