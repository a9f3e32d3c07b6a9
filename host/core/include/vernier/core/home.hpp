// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace vernier {

/// Folder that holds rtl/, graphs/models/, sim/energy/tables/ and the rest of the data Vernier reads at run time:
/// $VERNIER_HOME, or the source tree it was built from.
[[nodiscard]] std::filesystem::path home();

}  // namespace vernier
