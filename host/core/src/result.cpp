// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/result.hpp>

namespace vernier {

std::string to_string(const Error& error) {
  return error.where.empty() ? error.what : error.where + ": " + error.what;
}

}  // namespace vernier
