// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/resources.hpp>

namespace vernier {

Resources& Resources::operator+=(const Resources& other) {
  for (const auto& kind : kResourceKinds) this->*kind.count += other.*kind.count;
  return *this;
}

Resources operator*(Resources r, double times) {
  for (const auto& kind : kResourceKinds) r.*kind.count *= times;
  return r;
}

Binding binding_resource(const Resources& used, const Resources& available) {
  Binding worst;
  for (const auto& kind : kResourceKinds) {
    const double share = share_of(used.*kind.count, available.*kind.count);
    if (share > worst.share) worst = {&kind, share};
  }
  return worst;
}

}  // namespace vernier
