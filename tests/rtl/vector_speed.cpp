// SPDX-License-Identifier: Apache-2.0
// Simulated cycles a second of the vector unit alone, every cycle a row: rtl_vector_speed [binary]
#include <Vtb_vector_speed.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <string_view>
#include <vernier/spec/npu.hpp>

int main(int argc, char** argv) {
  using namespace vernier;
  namespace v = spec::vector;
  const bool binary = argc > 1 && std::string_view(argv[1]) == "binary";
  spec::Word command{}, word{};
  spec::set(command, v::n_ct, 1);
  spec::set(command, v::n_y, 1000);
  spec::set(command, v::n_x, 1000);
  spec::set(command, v::out_pitch, 16);
  spec::set(command, v::out_row, 16000);
  spec::set(command, v::out_bytes, 16);
  spec::set(command, v::other_pitch, 16);
  spec::set(command, v::other_row, 16000);
  spec::set(command, v::binary, binary ? 1 : 0);
  namespace k = spec::descriptor;  // every word of the parameter buffer is this one
  spec::set(word, k::lo_1, 0x80);
  spec::set(word, k::hi_1, 0x7F);
  spec::set(word, k::lo_2, 0x80);
  spec::set(word, k::hi_2, 0x7F);
  spec::set(word, k::m_a, 0x5A5A5A);
  spec::set(word, k::m_b, 0x3C3C3C);
  spec::set(word, k::s_ab, 22);
  spec::set(word, k::uniform, 1);
  spec::set(word, k::m, 0x6B6B6B);
  spec::set(word, k::s, 33);
  spec::set(word, k::bias, 12345);

  Vtb_vector_speed dut;
  const auto clock = [&dut] {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  };
  dut.rst_ni = 0;
  clock();
  dut.rst_ni = 1;
  dut.src_rd_gnt_i = dut.oth_rd_gnt_i = dut.wr_gnt_i = 1;
  dut.acc_valid_i = 1;
  std::memcpy(&dut.cmd_i, command.words.data(), 64);
  std::memcpy(&dut.pb_data_i, word.words.data(), 64);
  std::uint32_t x = 1;
  std::int64_t cycles = 0, rows = 0;
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const std::clock_t start = std::clock();
    for (int i = 0; i < (argc > 2 ? 20000 : 1000000); ++i) {
      dut.cmd_valid_i = 1;
      x = x * 1664525U + 1013904223U;
      for (std::uint32_t lane = 0; lane < 16; ++lane) dut.acc_data_i[lane] = x ^ lane << 20;
      for (std::uint32_t at = 0; at < 16; ++at) dut.oth_rd_data_i[at] = x + at;
      clock();
      rows += dut.ev_vector_rows_o;
      ++cycles;
    }
    best = std::max(best, 1.0 * CLOCKS_PER_SEC / static_cast<double>(std::clock() - start));
  }
  fmt::print("{:.1f} million cycles a processor second (best of 5), a row in {:.1f} % of them\n", best,
             100.0 * static_cast<double>(rows) / static_cast<double>(cycles));
}
