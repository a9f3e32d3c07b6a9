// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <vernier/program/program.hpp>

#include "groups.hpp"
#include "schedule.hpp"

namespace vernier::lower {

/// Reorders the drafts of every group for the units to run side by side: each unit takes its commands in the order of the
/// layers, and the stream holds all of them in the order in which they are expected to start, so that no command waits
/// in front of others that could go. Every command stays behind all it depends on, a vector command behind its matrix
/// command. Vector commands of their own take their place between those of the matrix unit where the unit would be idle.
/// The cycles expected of every group are set.
void interleave(Schedule& schedule, std::vector<LayerGroup>& groups, const program::Target& target);

}  // namespace vernier::lower
