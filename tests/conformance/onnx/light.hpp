// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace vernier::conformance {

// Known networks whose files hold one value a weight tensor: filled from a seeded generator. Checks are Catch's.

/// False, with a line that says so, where the networks are not on this machine.
[[nodiscard]] bool light_networks_present();

/// Imports, quantises with a random picture and places: nearly all MACs on the accelerator, every node with a reason.
void check_light_lowers(const std::string& name);

/// The same, and runs it: the executor gives golden's bits, golden is within one step of ONNX Runtime for each operator.
void check_light_runs(const std::string& name);

}  // namespace vernier::conformance
