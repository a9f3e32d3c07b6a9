// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <systemc>

#include <vernier/timing/work.hpp>

#include "row_stream.hpp"

namespace vernier::systemc {

using timing::ArrayWork;

/// An array with its window walker, weight loader and accumulator (vrn_matrix): passes of weight tiles, the last of
/// them into the row stream.
class ArrayUnit final : public sc_core::sc_module {
 public:
  using Decode = std::function<ArrayWork(const Command&)>;
  /// @param sum_latency  cycles from a vector to its row at the stream's output
  ArrayUnit(const sc_core::sc_module_name& name, CommandPort& queue, RowStream& stream, Decode decode, std::int64_t sum_latency);

  /// Cycles in which a vector waited, by cause, and words read from the activation buffer.
  struct Counts {
    std::int64_t vectors = 0, stall_weights = 0, stall_input = 0, stall_output = 0, reads = 0;
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  struct Taken {
    Command command;
    std::int64_t cycle = 0;
  };
  void accept();
  void run();
  void work_on(const Taken& taken);
  std::int64_t swap();
  void hold_windows(std::int64_t vector);
  void run_silent(std::int64_t passes, std::int64_t vectors, std::int64_t extra);
  void emit(const ArrayWork& work, const Command& command, std::int64_t extra);

  CommandPort& queue_;
  RowStream& stream_;
  Decode decode_;
  std::int64_t sum_latency_;
  std::optional<Taken> waiting_;       ///< taken and not begun: one place
  std::int64_t next_vector_ = 0;       ///< first cycle that no earlier command needs
  std::int64_t window_ = 0;            ///< cycle from which the reader has the window of the next vector
  std::int64_t tile_ready_ = 0;        ///< cycle from which the next tile can be swapped in
  std::int64_t tile_words_ = 0;
  Counts counts_;
  sc_core::sc_event pushed_, begun_;
};

}  // namespace vernier::systemc
