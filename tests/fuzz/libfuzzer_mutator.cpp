// SPDX-License-Identifier: Apache-2.0
// libFuzzer's own byte mutations one time in four, ours else.
#include "import_fuzz.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  if (seed % 4 != 0) {
    if (const auto n = mutate_onnx(data, size, max_size, seed); n > 0) return n;
  }
  return LLVMFuzzerMutate(data, size, max_size);
}
