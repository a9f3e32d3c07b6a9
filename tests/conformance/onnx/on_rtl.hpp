// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace vernier::conformance {

/// The cases of the committed list, every `step`th of them, on the RTL under hostile memory. Checks are Catch's.
void check_on_rtl(std::size_t step);

}  // namespace vernier::conformance
