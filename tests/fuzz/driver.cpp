// SPDX-License-Identifier: Apache-2.0
// Stands in for libFuzzer where clang is absent: mutates the corpus files given for a bounded time, without coverage.
//   driver SECONDS FILE...
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "import_fuzz.hpp"

int main(int argc, char** argv) {
  constexpr std::size_t kMaxSize = 65536;
  std::vector<std::vector<std::uint8_t>> corpus;
  for (int i = 2; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    LLVMFuzzerTestOneInput(corpus.back().data(), corpus.back().size());
  }
  if (corpus.empty()) return 2;
  const unsigned seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::mt19937 engine(seed);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(argv[1]));
  long runs = 0;
  while (std::chrono::steady_clock::now() < end) {
    auto bytes = corpus[engine() % corpus.size()];
    const auto size = bytes.size();
    bytes.resize(kMaxSize);
    auto n = mutate_onnx(bytes.data(), size, kMaxSize, static_cast<unsigned>(engine()));
    if (engine() % 4 == 0 || n == 0) {  // plain damage
      n = n == 0 ? size : n;
      for (int flips = 1 + static_cast<int>(engine() % 4); flips > 0 && n > 0; --flips) bytes[engine() % n] = static_cast<std::uint8_t>(engine());
    }
    LLVMFuzzerTestOneInput(bytes.data(), n);
    ++runs;
  }
  std::printf("%ld runs\n", runs);
  return 0;
}
