// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/program/target.hpp>
#include <vernier/spec/npu.hpp>

namespace vernier::analytic {

/// A memory as a few numbers a direction.
struct MemoryFigures {
  double read_latency = 0;    ///< cycles from the edge that takes an address to the first word, nothing else going on
  double read_cycles = 1;     ///< a word, linear
  double write_answer = 0;    ///< from the edge that takes the address of a single word to its answer, nothing else going on
  double write_further = 1;   ///< the answer comes later by that much for each further word of the burst
  double write_cycles = 1;
};

/// Reads the figures off the model that `spec` names: bursts alone, then a long linear transfer.
/// @retval kInvalidInput  as make_memory()
[[nodiscard]] Result<MemoryFigures> measure_memory(const std::string& spec, std::uint64_t seed, const program::Target& target);

/// The read channel of the port, which fetch and load share: bursts are answered in order.
class ReadChannel {
 public:
  explicit ReadChannel(const MemoryFigures& memory) : memory_(memory) {}
  /// A burst of the load unit whose address is at the port in cycle `asked`; returns the edge of its last word.
  /// @param command  which of the load commands it belongs to
  double load(double asked, std::int64_t words, std::size_t command);
  /// One of fetch, whose commands stand in the stream behind loads that ask later: only those that asked before it are
  /// answered before it.
  double fetch(double asked, std::int64_t words);
  /// Cycles between two words of a burst.
  [[nodiscard]] double word_cycles() const { return memory_.read_cycles; }
  void restart(double now);
  /// A load command that ends later than it was said to, because of a burst of fetch that asked before it.
  struct Moved {
    std::size_t command = 0;
    double last = 0;  ///< edge of its last word
  };
  /// Calls visit(moved) for those since the last time, oldest first.
  template <class F>
  void visit_moved(F&& visit) {
    for (const Moved& m : moved_) visit(m);
    moved_.clear();
  }

 private:
  static constexpr std::size_t kOfFetch = std::numeric_limits<std::size_t>::max();
  struct Burst {
    double asked = 0, first = 0, end = 0;  ///< address at the port, first word, first cycle behind the last word
    std::size_t command = kOfFetch;
  };
  static constexpr std::size_t kRemembered = 1024;
  void remember(const Burst& burst, std::deque<Burst>::iterator later);

  const MemoryFigures& memory_;
  double free_ = 0;
  std::deque<Burst> bursts_;  ///< the latest, in order of asking
  std::vector<Moved> moved_;
};

/// Times of one command of a unit, in cycles: taken, and retire pulse.
struct Span {
  double issued = 0, retired = 0;
};

class LoadTime {
 public:
  LoadTime(const program::Target& target, ReadChannel& channel) : target_(target), channel_(channel) {}
  /// @param number  of the command among the loads
  [[nodiscard]] Span run(const spec::Word& command, std::size_t number, double offered);

 private:
  const program::Target& target_;
  ReadChannel& channel_;
  double walker_free_ = 0, port_free_ = 0;
  std::deque<double> in_flight_;  ///< last words of the latest bursts, oldest first
};

class StoreTime {
 public:
  StoreTime(const program::Target& target, const MemoryFigures& memory) : target_(target), memory_(memory) {}
  [[nodiscard]] Span run(const spec::Word& command, double offered);

 private:
  const program::Target& target_;
  const MemoryFigures& memory_;
  double free_ = 0;
};

}  // namespace vernier::analytic
