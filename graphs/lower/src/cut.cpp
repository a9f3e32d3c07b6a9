// SPDX-License-Identifier: Apache-2.0
#include "cut.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>

namespace vernier::lower {
namespace {

using graph::Graph;
using graph::NodeId;

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
struct Vertex {
  boost::default_color_type colour = boost::default_color_type::white_color;
  long distance = 0;
  Traits::edge_descriptor predecessor{};
};
struct Edge {
  long capacity = 0, residual = 0;
  Traits::edge_descriptor reverse{};
};
using Flow = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, Vertex, Edge>;

constexpr long kNeverCut = 1'000'000'000;

void connect(Flow& flow, std::size_t a, std::size_t b, long forth, long back) {
  const auto there = boost::add_edge(a, b, flow).first;
  const auto here = boost::add_edge(b, a, flow).first;
  flow[there].capacity = forth;
  flow[here].capacity = back;
  flow[there].reverse = here;
  flow[here].reverse = there;
}

}  // namespace

void settle_free(const Graph& graph, std::map<NodeId, Side>& sides) {
  const auto nodes = graph.nodes();
  std::map<NodeId, std::size_t> vertex;
  for (const auto id : nodes) vertex[id] = vertex.size();
  const std::size_t npu = nodes.size(), host = nodes.size() + 1;
  Flow flow(nodes.size() + 2);
  for (const auto id : nodes) {
    if (sides.at(id) != Side::kFree) {
      connect(flow, sides.at(id) == Side::kNpu ? npu : vertex[id], sides.at(id) == Side::kNpu ? vertex[id] : host, kNeverCut, 0);
    }
    for (const auto value : graph.node(id).outputs) {
      for (const auto reader : graph.consumers(value)) connect(flow, vertex[id], vertex[reader], 1, 1);
    }
  }
  boost::boykov_kolmogorov_max_flow(flow, boost::get(&Edge::capacity, flow), boost::get(&Edge::residual, flow), boost::get(&Edge::reverse, flow),
                                    boost::get(&Vertex::predecessor, flow), boost::get(&Vertex::colour, flow), boost::get(&Vertex::distance, flow),
                                    boost::get(boost::vertex_index, flow), npu, host);
  for (const auto id : nodes) {
    if (sides[id] == Side::kFree) sides[id] = flow[vertex[id]].colour == boost::default_color_type::black_color ? Side::kNpu : Side::kHost;
  }
}

std::vector<Run> runs_of(const Graph& graph, const std::vector<NodeId>& order, const std::map<NodeId, Side>& sides) {
  // A node joins the run of its latest producer when that is of its own side, else the next one: the host's runs have
  // even numbers, the accelerator's odd ones, and no numbering is shorter than the longest alternation of sides.
  std::map<NodeId, std::size_t> number;
  std::vector<Run> runs;
  for (const auto id : order) {
    const auto side = sides.at(id);
    std::size_t mine = side == Side::kNpu ? 1 : 0;
    for (const auto input : graph.node(id).inputs) {
      const auto producer = graph.producer(input);
      if (!producer) continue;
      mine = std::max(mine, number.at(*producer) + (sides.at(*producer) == side ? 0 : 1));
    }
    number[id] = mine;
    if (runs.size() <= mine) runs.resize(mine + 1);
    runs[mine].side = side;
    runs[mine].nodes.push_back(id);
  }
  std::erase_if(runs, [](const Run& run) { return run.nodes.empty(); });
  return runs;
}

}  // namespace vernier::lower
