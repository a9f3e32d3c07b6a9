// SPDX-License-Identifier: Apache-2.0
#include "buffers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace vernier::verilator {
namespace {

constexpr std::size_t kWord = 64, kBanks = 4;

using Banks = std::array<std::span<std::byte>, kBanks>;

Banks activation_banks(Model& model) {
  Banks banks;
  for (std::size_t b = 0; b < kBanks; ++b) banks[b] = model.memory(fmt::format("u_abuf.gen_bank[{}].u_ram", b));
  return banks;
}

Error missing(const char* buffer, std::size_t found, std::size_t wanted) {
  return {ErrorCode::kUnavailable, fmt::format("the {} buffer of the RTL model has {} bytes within reach, the program's {}", buffer, found, wanted), "ruler rtl"};
}

Result<void> write_whole(Model& model, const char* path, const char* name, const std::vector<std::byte>& bytes) {
  const auto words = model.memory(path);
  if (words.size() != bytes.size()) return tl::unexpected<Error>(missing(name, words.size(), bytes.size()));
  std::ranges::copy(bytes, words.begin());
  return {};
}

}  // namespace

Result<void> write_buffers(Model& model, const program::Target& target, const program::MachineState& state) {
  const auto banks = activation_banks(model);
  for (std::size_t b = 0; b < kBanks; ++b) {
    if (banks[b].size() * kBanks != state.activation.size()) {
      return tl::unexpected<Error>(missing("activation", banks[b].size() * kBanks, state.activation.size()));
    }
  }
  for (std::size_t word = 0; word < state.activation.size() / kWord; ++word) {
    std::memcpy(banks[word % kBanks].data() + word / kBanks * kWord, state.activation.data() + word * kWord, kWord);
  }
  if (auto ok = write_whole(model, "u_wbuf.u_ram", "weight", state.weight); !ok) return ok;
  if (auto ok = write_whole(model, "u_pbuf.u_ram", "parameter", state.parameter); !ok) return ok;
  for (const char* copy : {"gen_depthwise.u_dbuf.u_weights", "gen_depthwise.u_dbuf.u_params"}) {
    if (target.depthwise_taps == 0) break;  // no such unit
    if (auto ok = write_whole(model, copy, "depthwise", state.depthwise); !ok) return ok;
  }
  return {};
}

std::optional<std::string> compare_activations(Model& model, const program::MachineState& expected) {
  const auto banks = activation_banks(model);
  for (std::size_t at = 0; at < expected.activation.size(); at += kWord) {
    const std::size_t word = at / kWord;
    const std::byte* got = banks[word % kBanks].data() + word / kBanks * kWord;
    const auto differing = std::mismatch(got, got + kWord, expected.activation.data() + at).first;
    if (differing == got + kWord) continue;
    const std::size_t byte = at + static_cast<std::size_t>(differing - got);
    return fmt::format("activation buffer byte {} is {}, should be {}", byte, static_cast<int>(*differing), static_cast<int>(expected.activation[byte]));
  }
  return std::nullopt;
}

}  // namespace vernier::verilator
