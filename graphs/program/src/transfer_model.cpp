// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>
#include <fmt/format.h>

#include "machine.hpp"

namespace vernier::program {
namespace {

using spec::get;
using spec::Word;

/// Geometry that load and store share.
struct Rows {
  Region region;
  std::uint64_t offset, buffer, row_bytes, n1, memory_stride1, buffer_stride1, n2, memory_stride2, buffer_stride2;
};

Space space_of(Region region) { return static_cast<Space>(static_cast<std::size_t>(Space::kConstants) + static_cast<std::size_t>(region)); }

/// Calls move(memory byte, buffer byte) for every row after checking it.
template <class Move>
Fault for_each_row(const Rows& r, std::size_t memory_bytes, std::size_t buffer_bytes, bool whole_words, Move move) {
  if (r.row_bytes == 0 || r.n1 == 0 || r.n2 == 0) return "row_bytes, n1 and n2 must be at least 1";
  for (std::uint64_t i2 = 0; i2 < r.n2; ++i2) {
    for (std::uint64_t i1 = 0; i1 < r.n1; ++i1) {
      const std::uint64_t memory = r.offset + i2 * r.memory_stride2 + i1 * r.memory_stride1;
      const std::uint64_t buffer = r.buffer + i2 * r.buffer_stride2 + i1 * r.buffer_stride1;
      if (memory % 64 != buffer % 64) {
        return fmt::format("row ({}, {}): memory byte {} and buffer byte {} differ modulo 64", i2, i1, memory, buffer);
      }
      if (whole_words && (buffer % 64 != 0 || r.row_bytes % 64 != 0)) {
        return fmt::format("row ({}, {}): buffer byte {} with {} bytes is not whole words", i2, i1, buffer, r.row_bytes);
      }
      if (memory + r.row_bytes > memory_bytes) {
        return fmt::format("row ({}, {}) ends at byte {} of region {}, which has {}", i2, i1, memory + r.row_bytes,
                           static_cast<int>(r.region), memory_bytes);
      }
      if (buffer + r.row_bytes > buffer_bytes) {
        return fmt::format("row ({}, {}) ends at buffer byte {}, the buffer has {}", i2, i1, buffer + r.row_bytes, buffer_bytes);
      }
      if (auto fault = move(memory, buffer)) return fault;
    }
  }
  return std::nullopt;
}

}  // namespace

std::span<const std::byte> Machine::memory(Region region) const {
  switch (region) {
    case Region::kConstants: return constants;
    case Region::kInput: return input;
    case Region::kOutput: return output;
    case Region::kScratch: return scratch;
  }
  return {};
}

Fault execute_load(const Word& w, Machine& m) {
  namespace f = spec::load;
  if (get(w, f::region) > 3) return fmt::format("region {} does not exist", get(w, f::region));
  const auto select = get(w, f::buffer_select);
    const Rows rows{static_cast<Region>(get(w, f::region)), get(w, f::offset), get(w, f::buffer), get(w, f::row_bytes),
                  get(w, f::n1), get(w, f::memory_stride1), get(w, f::buffer_stride1), get(w, f::n2),
                  get(w, f::memory_stride2), get(w, f::buffer_stride2)};
  auto& buffer = *std::array{&m.activation, &m.weight, &m.parameter, &m.depthwise}.at(select);
  const auto memory = m.memory(rows.region);
  const auto target = static_cast<Space>(select);
  return for_each_row(rows, memory.size(), buffer.size(), select != 0, [&](std::uint64_t from, std::uint64_t to) -> Fault {
    if (m.checker != nullptr) {
      if (auto fault = m.checker->read(space_of(rows.region), from, rows.row_bytes)) return fault;
      if (auto fault = m.checker->write(target, to, rows.row_bytes)) return fault;
    }
    std::memcpy(buffer.data() + to, memory.data() + from, rows.row_bytes);
    return std::nullopt;
  });
}

Fault execute_store(const Word& w, Machine& m) {
  namespace f = spec::store;
  const auto region = get(w, f::region);
  if (region != 2 && region != 3) return fmt::format("region {} cannot be written", region);
  const Rows rows{static_cast<Region>(region), get(w, f::offset), get(w, f::buffer), get(w, f::row_bytes), get(w, f::n1),
                  get(w, f::memory_stride1), get(w, f::buffer_stride1), get(w, f::n2), get(w, f::memory_stride2),
                  get(w, f::buffer_stride2)};
  const std::span<std::byte> memory = rows.region == Region::kOutput ? m.output : std::span<std::byte>(m.scratch);
  return for_each_row(rows, memory.size(), m.activation.size(), false, [&](std::uint64_t to, std::uint64_t from) -> Fault {
    if (m.checker != nullptr) {
      if (auto fault = m.checker->read(Space::kActivation, from, rows.row_bytes)) return fault;
      if (auto fault = m.checker->write(space_of(rows.region), to, rows.row_bytes)) return fault;
    }
    std::memcpy(memory.data() + to, m.activation.data() + from, rows.row_bytes);
    return std::nullopt;
  });
}

}  // namespace vernier::program
