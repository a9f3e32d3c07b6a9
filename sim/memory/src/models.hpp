// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <vernier/core/units.hpp>
#include <vernier/memory/axi_memory.hpp>

namespace vernier::memory {

/// What a description asks for, split at its colon, and where the model will stand.
struct ModelOptions {
  std::string_view name, options;
  std::uint64_t seed = 1;
  Hertz clock{0};  ///< of the port
};

/// One line of the table in make_memory.cpp: what a model's own file offers.
using MakeModel = Result<std::unique_ptr<AxiMemory>> (*)(const ModelOptions& wanted, SparseMemory& store);

[[nodiscard]] Result<std::unique_ptr<AxiMemory>> make_ideal(const ModelOptions& wanted, SparseMemory& store);
[[nodiscard]] Result<std::unique_ptr<AxiMemory>> make_dram(const ModelOptions& wanted, SparseMemory& store);
[[nodiscard]] Result<std::unique_ptr<AxiMemory>> make_hostile(const ModelOptions& wanted, SparseMemory& store);  ///< and faulty

/// The whole of `text` as a decimal number, or nothing.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

/// True for what the models serve: incrementing bursts of full words. Others are answered SLVERR.
[[nodiscard]] inline bool served(const AxiAddress& a) { return a.size == kFullSize && a.burst == kIncrementing; }

}  // namespace vernier::memory
