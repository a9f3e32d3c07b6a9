// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/stages/dataflow.hpp>
#include <vernier/stages/design.hpp>

namespace vernier::verilator {

struct StreamOptions {
  std::string waves{};          ///< FST file; empty: none
  int stall_percent = 0;        ///< cycles in which an input has no beat, or an output takes none, at random
  std::uint32_t seed = 1;
};

/// A streaming design as stitched RTL, Verilated: its loads are fed and its stores emptied at one beat a cycle.
class StreamModel {
 public:
  /// From the cache, or built now.
  [[nodiscard]] static Result<std::unique_ptr<StreamModel>> open(const stages::Design& design, bool waves = false);
  ~StreamModel();
  StreamModel(const StreamModel&) = delete;
  StreamModel& operator=(const StreamModel&) = delete;

  /// Resets and runs so many frames, one after another without a pause. Cycle 1 is the first one without reset.
  /// @retval kTimeout   nothing went in or out for many times the design's interval
  /// @retval kMismatch  an assertion of the RTL failed
  [[nodiscard]] Result<stages::DataflowValues> run(int frames, const std::vector<std::vector<std::int8_t>>& inputs, const StreamOptions& options = {});

 private:
  struct Object;
  explicit StreamModel(std::unique_ptr<Object> object);
  std::unique_ptr<Object> object_;
};

}  // namespace vernier::verilator
