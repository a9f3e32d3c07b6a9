// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <systemc>

#include <vernier/timing/work.hpp>

#include "row_stream.hpp"

namespace vernier::systemc {

using timing::VectorWork;

/// Requantisation of rows from a stream or from windows of the activation buffer (vrn_vector).
class VectorUnit final : public sc_core::sc_module {
 public:
  using Decode = std::function<VectorWork(const Command&)>;
  /// @param parameter_words  words of one tile's channel parameters
  VectorUnit(const sc_core::sc_module_name& name, CommandPort& queue, RowStream& stream, Decode decode, std::int64_t parameter_words);

  struct Counts {
    std::int64_t rows = 0, taps = 0, stall_source = 0, reads = 0, writes = 0;
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  struct Taken {
    Command command;
    VectorWork work;
    std::int64_t cycle = 0;
  };
  void accept();
  void run();
  void leave_lanes();
  void wait_for_idle();
  void take_rows(const Taken& taken);
  void begin_parameters(const Taken& taken);
  void next_tile(const Taken& taken, std::int64_t tile);
  void take_stream(const Taken& taken);
  void take_windows(const Taken& taken);

  CommandPort& queue_;
  RowStream& stream_;
  Decode decode_;
  std::int64_t parameter_words_;
  std::deque<Taken> taken_;
  std::int64_t lanes_free_ = 0;        ///< first cycle in which a row may enter the lanes
  std::int64_t taps_free_ = 0;         ///< first cycle in which a tap may be reduced
  std::int64_t retired_ = -1;          ///< when the latest command retires
  std::int64_t in_lanes_ = 0;          ///< commands with rows before the end of the lanes: two at most
  std::int64_t tile_fetched_ = 0;      ///< cycle in which the parameters of the present tile are in place
  std::deque<std::int64_t> released_;  ///< when the banks of the latest tiles became free, oldest first
  bool parameters_busy_ = false;
  Counts counts_;
  sc_core::sc_event pushed_, left_lanes_, parameters_done_;
  sc_core::sc_event_queue leaving_;    ///< the last row of a command has passed the lanes
};

}  // namespace vernier::systemc
