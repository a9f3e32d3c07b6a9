// SPDX-License-Identifier: Apache-2.0
#include <vernier/memory/sparse_memory.hpp>

#include <algorithm>
#include <cstring>

namespace vernier::memory {

SparseMemory::Page* SparseMemory::find(std::uint64_t number) const {
  Recent& recent = recent_[number % recent_.size()];
  if (recent.number == number) return recent.page;
  const auto found = pages_.find(number);
  if (found == pages_.end()) return nullptr;
  recent = {number, found->second.get()};
  return recent.page;
}

SparseMemory::Page& SparseMemory::make(std::uint64_t number) {
  if (Page* page = find(number)) return *page;
  auto& page = pages_[number];
  page = std::make_unique<Page>();
  recent_[number % recent_.size()] = {number, page.get()};
  return *page;
}

void SparseMemory::read(std::uint64_t address, std::span<std::byte> out) const {
  while (!out.empty()) {
    const std::uint64_t at = address % kPageBytes;
    const std::size_t n = std::min<std::size_t>(out.size(), kPageBytes - at);
    if (const Page* page = find(address / kPageBytes)) {
      std::memcpy(out.data(), page->data() + at, n);
    } else {
      std::memset(out.data(), 0, n);
    }
    out = out.subspan(n);
    address += n;
  }
}

void SparseMemory::write(std::uint64_t address, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::uint64_t at = address % kPageBytes;
    const std::size_t n = std::min<std::size_t>(bytes.size(), kPageBytes - at);
    std::memcpy(make(address / kPageBytes).data() + at, bytes.data(), n);
    bytes = bytes.subspan(n);
    address += n;
  }
}

void SparseMemory::read_beat(std::uint64_t address, Beat& out) const {
  address -= address % kBeatBytes;
  if (const Page* page = find(address / kPageBytes)) {
    std::memcpy(out.data(), page->data() + address % kPageBytes, kBeatBytes);
  } else {
    out.fill(0);
  }
}

void SparseMemory::write_beat(std::uint64_t address, const Beat& data, std::uint64_t strobe) {
  if (strobe == 0) return;
  address -= address % kBeatBytes;
  std::byte* at = make(address / kPageBytes).data() + address % kPageBytes;
  if (strobe == ~std::uint64_t{0}) {
    std::memcpy(at, data.data(), kBeatBytes);
    return;
  }
  const auto* from = reinterpret_cast<const std::byte*>(data.data());
  for (unsigned i = 0; i < kBeatBytes; ++i) {
    if ((strobe >> i & 1U) != 0) at[i] = from[i];
  }
}

void SparseMemory::clear() {
  pages_.clear();
  recent_.fill({});
}

}  // namespace vernier::memory
