// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <vernier/lower/lower.hpp>
#include <vernier/program/executor.hpp>

#include "lower_networks.hpp"

namespace vernier::test {

/// Runs the plan's program with random inputs and holds every output against the golden model; empty when all is equal.
[[nodiscard]] std::string difference_from_golden(NetworkBuilder& network, const lower::Plan& plan, program::ExecutorOptions options = {});

/// Lowers, runs and compares in one; the refusal as text when lowering refuses.
[[nodiscard]] std::string check_network(NetworkBuilder& network, const program::Target& target, const lower::Options& options = {});

/// Passes x max(vectors, tile words), summed: what the array needs if nothing ever waits.
[[nodiscard]] std::uint64_t array_cycles(const program::Program& program);

}  // namespace vernier::test
