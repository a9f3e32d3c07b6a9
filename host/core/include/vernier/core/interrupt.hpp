// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace vernier {

/// From here on SIGINT and SIGTERM set a flag instead of ending the process; a second one ends it.
void install_interrupt_handler();
/// Long loops ask this and return ErrorCode::kInterrupted.
[[nodiscard]] bool interrupted();

}  // namespace vernier
