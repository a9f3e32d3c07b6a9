// SPDX-License-Identifier: Apache-2.0
#include <Vtb_abuf.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <optional>
#include <vector>

#include "wires.hpp"

using namespace vernier::test;

namespace {

constexpr std::uint32_t kWords = 64;
constexpr std::size_t kReaders = 4, kWriters = 2;
using Line = std::array<std::uint8_t, 64>;

/// The buffer's contract: bank conflicts by priority, old data for same-cycle writes, two cycles to
/// the client's register.
class AbufModel {
 public:
  AbufModel() : words_(kWords), shown_(kReaders) {}

  [[nodiscard]] static std::uint32_t grants(std::span<const bool> req,
                                            std::span<const std::uint32_t> addr) {
    std::uint32_t result = 0;
    std::array<bool, 4> busy{};
    for (std::size_t k = 0; k < req.size(); ++k) {
      if (!req[k] || busy[addr[k] % 4]) continue;
      busy[addr[k] % 4] = true;
      result |= 1U << k;
    }
    return result;
  }
  void begin_cycle() {
    for (std::size_t k = 0; k < kReaders; ++k) {
      if (in_register_[k]) shown_[k] = in_register_[k];
      in_register_[k] = in_bank_[k];
      in_bank_[k].reset();
    }
  }
  void read(std::size_t k, std::uint32_t a) { in_bank_[k] = words_[a]; }
  void write(std::uint32_t a, std::uint64_t mask, std::span<const std::uint8_t> data) {
    for (std::size_t i = 0; i < 64; ++i)
      if ((mask >> i) & 1U) words_[a][i] = data[i];
  }
  /// What client k must show in this cycle: nothing before its first word.
  [[nodiscard]] const std::optional<Line>& shown(std::size_t k) const { return shown_[k]; }

 private:
  std::vector<Line> words_;
  std::array<std::optional<Line>, kReaders> in_bank_, in_register_;
  std::vector<std::optional<Line>> shown_;
};

std::uint32_t packed(std::span<const std::uint32_t> addr) {
  std::uint32_t bits = 0;
  for (std::size_t k = 0; k < addr.size(); ++k) bits |= addr[k] << (6 * k);
  return bits;
}

}  // namespace

TEST_CASE("The activation buffer grants by priority and returns what was written", "[rtl]") {
  const int idle = GENERATE(0, 50, 90);
  const std::uint32_t span = GENERATE(8U, kWords);  // few addresses: every collision happens
  CAPTURE(idle, span);
  Stimulus stimulus(5);
  Vtb_abuf dut;
  AbufModel model;
  dut.rd_req_i = 0;
  dut.wr_req_i = 0;
  reset(dut);
  std::array<int, kReaders> refused{};
  int write_refused = 0, same_word = 0;
  for (std::uint32_t cycle = 0; cycle < 6000; ++cycle) {
    std::array<bool, kReaders> rd{};
    std::array<bool, kWriters> wr{};
    std::array<std::uint32_t, kReaders> rd_addr{};
    std::array<std::uint32_t, kWriters> wr_addr{};
    for (auto& a : rd_addr) a = stimulus.below(span);
    for (auto& a : wr_addr) a = stimulus.below(span);
    const bool filling = cycle < kWords;  // every word is defined before it is read
    if (filling) wr_addr = {cycle, cycle};
    for (auto& r : rd) r = !filling && !stimulus.chance(idle);
    for (auto& w : wr) w = !filling && !stimulus.chance(idle);
    wr[0] |= filling;
    dut.rd_req_i = static_cast<std::uint8_t>(rd[0] | rd[1] << 1 | rd[2] << 2 | rd[3] << 3);
    dut.wr_req_i = static_cast<std::uint8_t>(wr[0] | wr[1] << 1);
    dut.rd_addr_i = packed(rd_addr);
    dut.wr_addr_i = static_cast<std::uint16_t>(packed(wr_addr));
    stimulus.fill(bytes_of(dut.wr_data_i));
    stimulus.fill(bytes_of(dut.wr_mask_i));
    if (filling || stimulus.chance(30))
      std::ranges::fill(bytes_of(dut.wr_mask_i), std::uint8_t{0xFF});
    dut.eval();
    model.begin_cycle();
    REQUIRE(dut.rd_gnt_o == AbufModel::grants(rd, rd_addr));
    REQUIRE(dut.wr_gnt_o == AbufModel::grants(wr, wr_addr));
    for (std::size_t k = 0; k < kReaders; ++k) {
      if (model.shown(k))
        REQUIRE(std::ranges::equal(bytes_of(dut.rd_data_o).subspan(64 * k, 64), *model.shown(k)));
      if ((dut.rd_gnt_o >> k) & 1U) model.read(k, rd_addr[k]);
      refused[k] += rd[k] && !((dut.rd_gnt_o >> k) & 1U);
      same_word += rd[k] && wr[0] && rd_addr[k] == wr_addr[0];
    }
    for (std::size_t k = 0; k < kWriters; ++k) {
      std::uint64_t mask = 0;
      for (std::size_t i = 0; i < 8; ++i)
        mask |= std::uint64_t{bytes_of(dut.wr_mask_i)[8 * k + i]} << (8 * i);
      if ((dut.wr_gnt_o >> k) & 1U)
        model.write(wr_addr[k], mask, bytes_of(dut.wr_data_i).subspan(64 * k, 64));
      write_refused += wr[k] && !((dut.wr_gnt_o >> k) & 1U);
    }
    clock(dut);
  }
  CHECK(refused[0] == 0);
  CHECK(refused[3] > refused[1]);
  CHECK(write_refused > 0);
  CHECK(same_word > 0);
}
