// SPDX-License-Identifier: Apache-2.0
// A plain host of the vector addition by XRT's native API. It knows nothing of Vernier: the same program drives a card.
//
// usage: native_host X.xclbin UNITS MODE
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>
#include <experimental/xrt_ip.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Vectors {
  xrt::bo a, b, sum;
  std::uint32_t seed = 0;
  std::size_t count = 0;
};

std::uint32_t word(std::uint32_t seed, std::size_t i) { return (seed + static_cast<std::uint32_t>(i)) * 2654435761U; }

Vectors make(const xrt::device& device, const xrt::kernel& kernel, std::size_t count, std::uint32_t seed) {
  const std::size_t bytes = count * sizeof(std::uint32_t);
  Vectors v{xrt::bo(device, bytes, kernel.group_id(0)), xrt::bo(device, bytes, kernel.group_id(1)), xrt::bo(device, bytes, kernel.group_id(2)), seed, count};
  auto* a = v.a.map<std::uint32_t*>();
  auto* b = v.b.map<std::uint32_t*>();
  std::memset(v.sum.map<std::uint32_t*>(), 0, bytes);
  for (std::size_t i = 0; i < count; ++i) a[i] = word(seed, i), b[i] = word(seed + 77, i);
  v.a.sync(XCL_BO_SYNC_BO_TO_DEVICE);
  v.b.sync(XCL_BO_SYNC_BO_TO_DEVICE);
  v.sum.sync(XCL_BO_SYNC_BO_TO_DEVICE);
  return v;
}

int errors(Vectors& v) {
  v.sum.sync(XCL_BO_SYNC_BO_FROM_DEVICE);
  const auto* sum = v.sum.map<const std::uint32_t*>();
  int wrong = 0;
  for (std::size_t i = 0; i < v.count; ++i) wrong += sum[i] != word(v.seed, i) + word(v.seed + 77, i) ? 1 : 0;
  return wrong;
}

/// Every unit alone, again and again, with counts around the burst and page sizes.
int repeated(const xrt::device& device, std::vector<xrt::kernel>& kernels) {
  int wrong = 0;
  std::uint32_t seed = 1;
  for (auto& kernel : kernels) {
    for (const std::size_t count : {1, 15, 16, 17, 1000, 1024, 4099}) {
      auto v = make(device, kernel, count, seed++);
      kernel(v.a, v.b, v.sum, static_cast<unsigned>(count)).wait();
      wrong += errors(v);
    }
  }
  return wrong;
}

/// Runs queued on all units before any is awaited, then one run object started over and over.
int queued(const xrt::device& device, std::vector<xrt::kernel>& kernels) {
  std::vector<Vectors> vectors;
  std::vector<xrt::run> runs;
  for (std::uint32_t i = 0; i < 8; ++i) {
    auto& kernel = kernels[i % kernels.size()];
    vectors.push_back(make(device, kernel, 300 + 13 * i, 100 + i));
    runs.push_back(kernel(vectors[i].a, vectors[i].b, vectors[i].sum, static_cast<unsigned>(vectors[i].count)));
  }
  for (auto& run : runs) run.wait();
  int wrong = 0;
  for (auto& v : vectors) wrong += errors(v);
  for (int i = 0; i < 20; ++i) {
    runs[0].start();
    runs[0].wait();
  }
  return wrong + errors(vectors[0]);
}

/// Views into one buffer, and transfers of a part of it.
int sub_buffers(const xrt::device& device, std::vector<xrt::kernel>& kernels) {
  auto& kernel = kernels[0];
  constexpr std::size_t kPage = 4096, kWords = kPage / 4;
  auto whole = make(device, kernel, 4 * kWords, 500);
  xrt::bo a(whole.a, kPage, kPage), b(whole.b, kPage, kPage), sum(whole.sum, kPage, 2 * kPage);
  kernel(a, b, sum, static_cast<unsigned>(kWords)).wait();
  std::vector<std::uint32_t> got(kWords);
  whole.sum.sync(XCL_BO_SYNC_BO_FROM_DEVICE, kPage, 2 * kPage);
  whole.sum.read(got.data(), kPage, 2 * kPage);
  int wrong = 0;
  for (std::size_t i = 0; i < kWords; ++i) wrong += got[i] != word(500, kWords + i) + word(577, kWords + i) ? 1 : 0;
  return wrong;
}

/// A vector that begins a few words before the end of a page: the kernel's arguments are addresses, set by hand.
int unaligned(const xrt::device& device, std::vector<xrt::kernel>& kernels) {
  constexpr std::size_t kPage = 4096, kOffset = kPage - 32, kWords = 64;
  auto v = make(device, kernels[0], 2048, 900);
  xrt::run run(kernels[0]);
  run.set_arg(0, v.a);
  run.set_arg(1, v.b);
  run.set_arg(2, v.sum);
  run.set_arg(3, static_cast<unsigned>(kWords));
  const std::uint64_t a = v.a.address() + kOffset, b = v.b.address() + kOffset, sum = v.sum.address() + kOffset;
  run.set_arg(0, a);
  run.set_arg(1, b);
  run.set_arg(2, sum);
  run.start();
  run.wait();
  v.sum.sync(XCL_BO_SYNC_BO_FROM_DEVICE);
  const auto* got = v.sum.map<const std::uint32_t*>() + kOffset / 4;
  int wrong = 0;
  for (std::size_t i = 0; i < kWords; ++i) wrong += got[i] != word(900, kOffset / 4 + i) + word(977, kOffset / 4 + i) ? 1 : 0;
  return wrong;
}

/// One operand and the result stay in the host's memory, where the kernel reaches them.
int host_memory(const xrt::device& device, std::vector<xrt::kernel>& kernels) {
  constexpr std::size_t kWords = 2000, kBytes = 4 * kWords;
  auto& kernel = kernels[0];
  Vectors v{xrt::bo(device, kBytes, kernel.group_id(0)), xrt::bo(device, kBytes, xrt::bo::flags::host_only, kernel.group_id(1)),
            xrt::bo(device, kBytes, xrt::bo::flags::host_only, kernel.group_id(2)), 40, kWords};
  for (std::size_t i = 0; i < kWords; ++i) v.a.map<std::uint32_t*>()[i] = word(40, i), v.b.map<std::uint32_t*>()[i] = word(117, i);
  v.a.sync(XCL_BO_SYNC_BO_TO_DEVICE);
  v.b.sync(XCL_BO_SYNC_BO_TO_DEVICE);
  kernel(v.a, v.b, v.sum, static_cast<unsigned>(kWords)).wait();
  return errors(v);
}

/// A kernel that the host manages itself: registers by xrt::ip, completion by looking.
int user_managed(const xrt::device& device, const xrt::uuid& uuid) {
  constexpr std::size_t kWords = 300;
  constexpr std::uint32_t kControl = 0x00, kA = 0x10, kB = 0x1C, kSum = 0x28, kCount = 0x34, kStart = 1, kDone = 2;
  xrt::ip ip(device, uuid, "vadd:{vadd_1}");
  std::vector<xrt::bo> buffers;
  for (int i = 0; i < 3; ++i) buffers.emplace_back(device, 4 * kWords, 0);
  Vectors v{buffers[0], buffers[1], buffers[2], 60, kWords};
  for (std::size_t i = 0; i < kWords; ++i) v.a.map<std::uint32_t*>()[i] = word(60, i), v.b.map<std::uint32_t*>()[i] = word(137, i);
  v.a.sync(XCL_BO_SYNC_BO_TO_DEVICE);
  v.b.sync(XCL_BO_SYNC_BO_TO_DEVICE);
  int wrong = 0;
  for (int round = 0; round < 3; ++round) {
    for (const auto& [offset, bo] : {std::pair{kA, &v.a}, {kB, &v.b}, {kSum, &v.sum}}) {
      ip.write_register(offset, static_cast<std::uint32_t>(bo->address()));
      ip.write_register(offset + 4, static_cast<std::uint32_t>(bo->address() >> 32));
    }
    ip.write_register(kCount, kWords);
    ip.write_register(kControl, kStart);
    while ((ip.read_register(kControl) & kDone) == 0) continue;
    wrong += errors(v);
  }
  return wrong;
}

/// A host thread per unit.
int threads(const xrt::device& device, std::vector<xrt::kernel>& kernels) {
  std::vector<int> wrong(kernels.size());
  std::vector<std::thread> workers;
  for (std::size_t t = 0; t < kernels.size(); ++t) {
    workers.emplace_back([&, t] {
      for (std::uint32_t i = 0; i < 5; ++i) {
        auto v = make(device, kernels[t], 700, static_cast<std::uint32_t>(1000 * t) + i);
        kernels[t](v.a, v.b, v.sum, 700U).wait();
        wrong[t] += errors(v);
      }
    });
  }
  for (auto& w : workers) w.join();
  int all = 0;
  for (const int w : wrong) all += w;
  return all;
}

/// Runs until somebody ends it: for tests that kill one of the two processes.
int endless(const xrt::device& device, std::vector<xrt::kernel>& kernels) {
  auto v = make(device, kernels[0], 512, 3);
  for (bool first = true;; first = false) {
    kernels[0](v.a, v.b, v.sum, 512U).wait();
    v.sum.sync(XCL_BO_SYNC_BO_FROM_DEVICE);
    if (first) std::printf("first run\n"), std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string mode = argv[3];
  int wrong = 0;
  try {
    xrt::device device(0);
    const auto uuid = device.load_xclbin(argv[1]);
    if (mode == "user_managed") {
      wrong = user_managed(device, uuid);
      std::printf("%d wrong\n", wrong);
      return wrong == 0 ? 0 : 1;
    }
    std::vector<xrt::kernel> kernels;
    for (int u = 1; u <= std::atoi(argv[2]); ++u) kernels.emplace_back(device, uuid, "vadd:{vadd_" + std::to_string(u) + "}");
    std::printf("loaded\n");
    std::fflush(stdout);
    if (mode == "repeated") wrong = repeated(device, kernels);
    else if (mode == "queued") wrong = queued(device, kernels);
    else if (mode == "sub_buffers") wrong = sub_buffers(device, kernels);
    else if (mode == "threads") wrong = threads(device, kernels);
    else if (mode == "host_memory") wrong = host_memory(device, kernels);
    else if (mode == "unaligned") wrong = unaligned(device, kernels);
    else if (mode == "endless") wrong = endless(device, kernels);
    else return 2;
  } catch (const std::exception& e) {
    std::printf("exception: %s\n", e.what());
    return 3;
  }
  std::printf("%d wrong\n", wrong);
  return wrong == 0 ? 0 : 1;
}
