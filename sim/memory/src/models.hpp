// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <vernier/memory/axi_memory.hpp>

namespace vernier::memory {

/// One line of the table in make_memory.cpp: what a model's own file offers. `options` is what follows the colon.
using MakeModel = Result<std::unique_ptr<AxiMemory>> (*)(std::string_view options, SparseMemory& store,
                                                         std::uint64_t seed);

[[nodiscard]] Result<std::unique_ptr<AxiMemory>> make_ideal(std::string_view options, SparseMemory& store,
                                                            std::uint64_t seed);
[[nodiscard]] Result<std::unique_ptr<AxiMemory>> make_hostile(std::string_view options, SparseMemory& store,
                                                              std::uint64_t seed);
[[nodiscard]] Result<std::unique_ptr<AxiMemory>> make_faulty(std::string_view options, SparseMemory& store,
                                                             std::uint64_t seed);

/// The whole of `text` as a decimal number, or nothing.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

/// True for what the models serve: incrementing bursts of full words. Others are answered SLVERR.
[[nodiscard]] inline bool served(const AxiAddress& a) { return a.size == kFullSize && a.burst == kIncrementing; }

}  // namespace vernier::memory
