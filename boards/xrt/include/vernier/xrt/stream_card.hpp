// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <vernier/core/units.hpp>
#include <vernier/runtime/ruler.hpp>
#include <vernier/stages/dataflow.hpp>
#include <vernier/stages/emit.hpp>

namespace vernier::card {

/// A streaming design as `emit hls` writes it, packed and driven through XRT's native API on the emulated card. Cycles are
/// those the simulator counts from ap_start to the last handshake on a memory port, memory's own included.
class StreamCard {
 public:
  virtual ~StreamCard() = default;
  StreamCard(const StreamCard&) = delete;
  StreamCard& operator=(const StreamCard&) = delete;
  /// `frames` in one run of the kernel. Memory, seed and waves may differ from run to run: the card is then opened again.
  [[nodiscard]] virtual Result<stages::DataflowValues> run(int frames, const std::vector<std::vector<std::int8_t>>& inputs, const runtime::RunOptions& options) = 0;

 protected:
  StreamCard() = default;
};

/// `design` must outlive it. Nothing is built before the first run.
/// @retval kUnavailable  without XRT or its emulation driver
[[nodiscard]] Result<std::unique_ptr<StreamCard>> open_stream_card(const stages::Design& design, Hertz clock, stages::KernelForm form);

}  // namespace vernier::card
