// SPDX-License-Identifier: Apache-2.0
// A plain host of the matrix product, by XRT's native API. It knows nothing of Vernier.
//
// usage: matmul_host X.xclbin UNITS
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

struct Product {
  xrt::bo a, b, c;
  int n;
  xrt::run run;
};

int element(int seed, int i) { return (seed * 31 + i * 17) % 23 - 11; }

int wrong(Product& p, int seed) {
  p.run.wait();
  p.c.sync(XCL_BO_SYNC_BO_FROM_DEVICE);
  const auto* c = p.c.map<const int*>();
  int count = 0;
  for (int i = 0; i < p.n; ++i) {
    for (int j = 0; j < p.n; ++j) {
      int sum = 0;
      for (int k = 0; k < p.n; ++k) sum += element(seed, i * p.n + k) * element(seed + 1, k * p.n + j);
      count += c[i * p.n + j] != 3 * sum ? 1 : 0;
    }
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  int all_wrong = 0;
  try {
    xrt::device device(0);
    const auto uuid = device.load_xclbin(argv[1]);
    std::vector<xrt::kernel> units;
    for (int u = 1; u <= std::atoi(argv[2]); ++u) units.emplace_back(device, uuid, "matmul:{matmul_" + std::to_string(u) + "}");
    std::vector<Product> products;
    int seed = 1;
    for (const int n : {1, 5, 16, 33, 64}) {  // all queued before any is awaited
      auto& kernel = units[static_cast<std::size_t>(seed) % units.size()];
      const std::size_t bytes = sizeof(int) * static_cast<std::size_t>(n * n);
      Product p{xrt::bo(device, bytes, kernel.group_id(0)), xrt::bo(device, bytes, kernel.group_id(1)), xrt::bo(device, bytes, kernel.group_id(2)), n, {}};
      for (int i = 0; i < n * n; ++i) p.a.map<int*>()[i] = element(seed, i), p.b.map<int*>()[i] = element(seed + 1, i);
      p.a.sync(XCL_BO_SYNC_BO_TO_DEVICE);
      p.b.sync(XCL_BO_SYNC_BO_TO_DEVICE);
      p.run = kernel(p.a, p.b, p.c, n, 3.0F);
      products.push_back(std::move(p));
      ++seed;
    }
    seed = 1;
    for (auto& p : products) all_wrong += wrong(p, seed++);
  } catch (const std::exception& e) {
    std::printf("exception: %s\n", e.what());
    return 3;
  }
  std::printf("%d wrong\n", all_wrong);
  return all_wrong == 0 ? 0 : 1;
}
