// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/hwemu/description.hpp>
#include <vernier/hwemu/kernel_model.hpp>

namespace vernier::hwemu {

/// An AXI4-Stream from one kernel to another through a FIFO. A beat becomes visible to the reader in the cycle after the
/// one that took it, whichever of the two kernels is clocked first.
class StreamLink {
 public:
  /// Connects both ends; kInvalidInput when a port is missing, kUnsupported when widths differ.
  [[nodiscard]] static Result<StreamLink> connect(const Link& link, const KernelModel& writer, const KernelModel& reader);

  /// Before the edge: ready to the writer, the oldest beat to the reader.
  void drive() const;
  /// Settled signals before the edge of the kernel at that end; a kernel whose clock stands still moves nothing.
  void sample_writer();
  void sample_reader();
  /// After the edges of both. True when a beat has moved.
  bool step();
  [[nodiscard]] const Link& link() const { return link_; }
  /// "a_1.out to b_1.in: 2 of 2 beats wait, a_1 offers one": what a hang is explained with.
  [[nodiscard]] std::string state() const;

 private:
  static constexpr std::size_t kFields = 7;
  struct End {
    Signal valid, ready;
    Signal field[kFields];  // data, keep, strb, last, user, id, dest
  };
  using Beat = std::array<std::array<unsigned char, 128>, kFields>;
  static Result<End> end_of(const KernelModel& model, const std::string& unit, const std::string& port);

  Link link_;
  End writer_, reader_;
  Beat offered_{};
  std::deque<Beat> beats_;
  bool put_ = false, taken_ = false, offers_ = false, wants_ = false;
};

}  // namespace vernier::hwemu
