// SPDX-License-Identifier: Apache-2.0
#include <vernier/memory/axi.hpp>

namespace vernier::memory {

std::string_view name_of(AxiResponse response) {
  switch (response) {
    case AxiResponse::kOkay:
      return "OKAY";
    case AxiResponse::kExclusiveOkay:
      return "EXOKAY";
    case AxiResponse::kSlaveError:
      return "SLVERR";
    case AxiResponse::kDecodeError:
      return "DECERR";
  }
  return "?";
}

}  // namespace vernier::memory
