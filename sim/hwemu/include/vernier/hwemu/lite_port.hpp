// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/hwemu/kernel_model.hpp>

namespace vernier::hwemu {

/// The AXI4-Lite port of a kernel: one access at a time, begun here and carried through by the clock.
class LitePort {
 public:
  /// Connects the port `name` of the model; kInvalidInput when it has none.
  [[nodiscard]] Result<void> connect(const KernelModel& model, const std::string& name);

  void begin_write(std::uint64_t offset, std::uint32_t value);
  void begin_read(std::uint64_t offset);
  /// Settled signals before an edge: takes what is handed over at it.
  void sample();
  /// After the edge.
  void drive();
  [[nodiscard]] bool busy() const { return state_ != State::kIdle; }
  [[nodiscard]] std::uint32_t value() const { return value_; }         ///< of the last read
  [[nodiscard]] std::uint8_t response() const { return response_; }    ///< of the last access
  /// Gives an access up that was not answered.
  void cancel();

 private:
  enum class State : std::uint8_t { kIdle, kWrite, kRead };
  State state_ = State::kIdle;
  bool aw_taken_ = false, w_taken_ = false, ar_taken_ = false, answered_ = false;
  std::uint32_t value_ = 0;
  std::uint8_t response_ = 0;
  Signal aw_valid_, aw_ready_, aw_addr_, w_valid_, w_ready_, w_data_, w_strb_, b_valid_, b_ready_, b_resp_;
  Signal ar_valid_, ar_ready_, ar_addr_, r_valid_, r_ready_, r_data_, r_resp_;
};

}  // namespace vernier::hwemu
