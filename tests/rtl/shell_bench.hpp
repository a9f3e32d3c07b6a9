// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/core/assert.hpp>
#include <vernier/memory/axi_checker.hpp>
#include <vernier/memory/axi_memory.hpp>
#include <vernier/spec/npu.hpp>

/// What the tests of load, store, dispatch and the whole NPU share: commands by field, memory behind a port, chance.
namespace vernier::bench {

using FieldValue = std::pair<spec::Field, std::uint64_t>;

inline spec::Word command(spec::Opcode opcode, std::initializer_list<FieldValue> fields) {
  spec::Word word;
  spec::set(word, spec::header::opcode, static_cast<std::uint64_t>(opcode));
  for (const auto& [field, value] : fields) {
    VERNIER_ASSERT(spec::fits(field, value), "a test's field value fits");
    spec::set(word, field, value);
  }
  return word;
}

/// Copies between a Verilated vector of 32-bit words and anything of the same size.
template <class Wide, class Object>
void drive(Wide& to, const Object& from) {
  static_assert(sizeof(Wide) == sizeof(Object));
  std::memcpy(&to[0], &from, sizeof(Object));
}
template <class Wide, class Object>
void sample(Object& to, const Wide& from) {
  static_assert(sizeof(Wide) == sizeof(Object));
  std::memcpy(static_cast<void*>(&to), from.data(), sizeof(Object));
}

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}
  bool percent(int p) { return static_cast<int>(random_() % 100) < p; }
  /// first .. last, both included
  std::uint64_t between(std::uint64_t first, std::uint64_t last) { return first + random_() % (last - first + 1); }
  std::byte byte() { return static_cast<std::byte>(random_() & 0xFF); }

 private:
  std::mt19937_64 random_;
};

/// A memory model with its checker and its bytes.
struct Port {
  Port(std::string_view spec, std::uint64_t seed) {
    auto made = memory::make_memory(spec, store, seed);
    VERNIER_ASSERT(made.has_value(), "a test's memory description is right");
    model = std::move(*made);
  }
  /// One edge; `master` was sampled before it and `slave` changes after it.
  void step() {
    checker.observe(master, slave);
    model->step(master, slave);
  }
  void fill(std::uint64_t from, std::uint64_t bytes, Chance& chance) {
    std::vector<std::byte> data(bytes);
    for (auto& b : data) b = chance.byte();
    store.write(from, data);
  }
  [[nodiscard]] std::vector<std::byte> bytes(std::uint64_t from, std::uint64_t count) const {
    std::vector<std::byte> out(count);
    store.read(from, out);
    return out;
  }

  memory::SparseMemory store;
  std::unique_ptr<memory::AxiMemory> model;
  memory::AxiChecker checker;
  memory::AxiMaster master;
  memory::AxiSlave slave;
};

constexpr std::array<std::uint64_t, 4> kRegions{0x1'0000'0000, 0x2'0000'0000, 0x3'0000'0000, 0x7F'FFFF'0000};

/// Rows of a load or store, by the text of rtl/spec.
struct Copy {
  std::uint64_t region = 0, offset = 0, buffer = 0, row_bytes = 1;
  std::uint64_t n1 = 1, memory_stride1 = 0, buffer_stride1 = 0, n2 = 1, memory_stride2 = 0, buffer_stride2 = 0;

  template <class Row>
  void for_rows(Row row) const {
    for (std::uint64_t i2 = 0; i2 < n2; ++i2) {
      for (std::uint64_t i1 = 0; i1 < n1; ++i1) {
        row(kRegions[region] + offset + i2 * memory_stride2 + i1 * memory_stride1,
            buffer + i2 * buffer_stride2 + i1 * buffer_stride1);
      }
    }
  }
  [[nodiscard]] std::uint64_t words() const {
    std::uint64_t sum = 0;
    for_rows([&](std::uint64_t memory_address, std::uint64_t) { sum += (memory_address % 64 + row_bytes + 63) / 64; });
    return sum;
  }
  [[nodiscard]] spec::Word load(std::uint64_t select) const {
    namespace f = spec::load;
    return command(spec::Opcode::kLoad, {{f::buffer_select, select},
                                         {f::region, region},
                                         {f::offset, offset},
                                         {f::buffer, buffer},
                                         {f::row_bytes, row_bytes},
                                         {f::n1, n1},
                                         {f::memory_stride1, memory_stride1},
                                         {f::buffer_stride1, buffer_stride1},
                                         {f::n2, n2},
                                         {f::memory_stride2, memory_stride2},
                                         {f::buffer_stride2, buffer_stride2}});
  }
  [[nodiscard]] spec::Word store() const {
    namespace f = spec::store;
    return command(spec::Opcode::kStore, {{f::region, region},
                                          {f::offset, offset},
                                          {f::buffer, buffer},
                                          {f::row_bytes, row_bytes},
                                          {f::n1, n1},
                                          {f::memory_stride1, memory_stride1},
                                          {f::buffer_stride1, buffer_stride1},
                                          {f::n2, n2},
                                          {f::memory_stride2, memory_stride2},
                                          {f::buffer_stride2, buffer_stride2}});
  }
};

/// A copy that stays inside `buffer_bytes` of the buffer and 64 KiB of its region; whole words or any bytes.
inline Copy random_copy(Chance& chance, std::uint64_t buffer_bytes, bool whole_words) {
  Copy c;
  c.region = chance.between(0, 3);
  const std::uint64_t unit = whole_words ? 64 : 1;
  const std::uint64_t align = chance.percent(50) ? 64 : unit;  // strides that keep or change the byte in the word
  c.n2 = chance.percent(50) ? 1 : chance.between(1, 3);
  c.n1 = chance.percent(30) ? 1 : chance.between(1, 6);
  const std::uint64_t room = buffer_bytes / (c.n1 * c.n2);
  c.row_bytes = std::max(
      unit, chance.between(1, std::min<std::uint64_t>(room / 2, chance.percent(20) ? 4000 : 300)) / unit * unit);
  const auto up = [&](std::uint64_t v, std::uint64_t to) { return (v + to - 1) / to * to; };
  const std::uint64_t gap = chance.between(0, 100);
  c.buffer_stride1 = up(c.row_bytes + (chance.percent(50) ? gap : 0), align);
  c.memory_stride1 = c.buffer_stride1 % 64 + chance.between(c.row_bytes / 64 + 1, c.row_bytes / 64 + 20) * 64;
  c.buffer_stride2 = up(c.buffer_stride1 * c.n1, align);
  c.memory_stride2 = c.buffer_stride2 % 64 + (c.memory_stride1 * c.n1 / 64 + chance.between(1, 5)) * 64;
  const std::uint64_t extent = c.buffer_stride2 * c.n2;
  c.buffer = extent >= buffer_bytes ? 0 : chance.between(0, buffer_bytes - extent) / unit * unit;
  c.offset = c.buffer % 64 + chance.between(0, 200) * 64;
  return c;
}

}  // namespace vernier::bench
