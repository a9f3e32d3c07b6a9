// SPDX-License-Identifier: Apache-2.0
// A plain host of a reader and a writer that a stream connects, by XRT's native API. It knows nothing of Vernier.
//
// usage: stream_native_host X.xclbin PIPELINES ADDED
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

struct Pipeline {
  xrt::kernel reader, writer;
};

std::uint32_t word(std::uint32_t seed, std::size_t i) { return (seed + static_cast<std::uint32_t>(i)) * 2654435761U; }

/// `rounds` transfers through every pipeline, all queued before any is awaited; the writer starts first or last in turn.
int transfer(const xrt::device& device, std::vector<Pipeline>& pipelines, std::size_t count, std::uint32_t added, int rounds) {
  struct Transfer {
    xrt::bo from, to;
    xrt::run read, write;
  };
  std::vector<Transfer> transfers;
  std::uint32_t seed = static_cast<std::uint32_t>(count);
  for (int round = 0; round < rounds; ++round) {
    for (auto& p : pipelines) {
      Transfer t{xrt::bo(device, 4 * count, p.reader.group_id(0)), xrt::bo(device, 4 * count, p.writer.group_id(0)), xrt::run(p.reader), xrt::run(p.writer)};
      for (std::size_t i = 0; i < count; ++i) t.from.map<std::uint32_t*>()[i] = word(seed, i);
      t.from.sync(XCL_BO_SYNC_BO_TO_DEVICE);
      t.read.set_arg(0, t.from);
      t.read.set_arg(1, static_cast<std::uint32_t>(count));
      t.write.set_arg(0, t.to);
      t.write.set_arg(1, static_cast<std::uint32_t>(count));
      if (round % 2 == 0) t.write.start();
      t.read.start();
      if (round % 2 != 0) t.write.start();
      transfers.push_back(std::move(t));
      ++seed;
    }
  }
  int wrong = 0;
  seed = static_cast<std::uint32_t>(count);
  for (auto& t : transfers) {
    t.read.wait();
    t.write.wait();
    t.to.sync(XCL_BO_SYNC_BO_FROM_DEVICE);
    for (std::size_t i = 0; i < count; ++i) wrong += t.to.map<const std::uint32_t*>()[i] != word(seed, i) + added ? 1 : 0;
    ++seed;
  }
  return wrong;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  int wrong = 0;
  try {
    xrt::device device(0);
    const auto uuid = device.load_xclbin(argv[1]);
    std::vector<Pipeline> pipelines;
    for (int i = 1; i <= std::atoi(argv[2]); ++i) {
      const auto number = std::to_string(i);
      pipelines.push_back({xrt::kernel(device, uuid, "stream_reader:{reader_" + number + "}"), xrt::kernel(device, uuid, "stream_writer:{writer_" + number + "}")});
    }
    for (const std::size_t count : {1, 16, 17, 1000}) wrong += transfer(device, pipelines, count, static_cast<std::uint32_t>(std::atoi(argv[3])), 3);
  } catch (const std::exception& e) {
    std::printf("exception: %s\n", e.what());
    return 3;
  }
  std::printf("%d wrong\n", wrong);
  return wrong == 0 ? 0 : 1;
}
