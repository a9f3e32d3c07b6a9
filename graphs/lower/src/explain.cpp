// SPDX-License-Identifier: Apache-2.0
#include "network.hpp"

namespace vernier::lower {

std::string_view name_of(Place place) {
  switch (place) {
    case Place::kNpu: return "npu";
    case Place::kHost: return "host";
    case Place::kRefused: return "refused";
  }
  return "";
}

Result<std::vector<Placement>> explain(const graph::Graph& graph, const program::Target& target) {
  auto net = analyse(graph, target, Options{});
  if (!net) return forward_error(net);
  return std::move(net->placement);
}

}  // namespace vernier::lower
