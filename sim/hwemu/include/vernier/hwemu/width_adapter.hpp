// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <unordered_map>

#include <vernier/memory/axi_memory.hpp>

namespace vernier::hwemu {

/// Lets a master of 4 to 32 bytes a beat use a memory of 64: bursts become bursts of whole words, read words are handed
/// out beat by beat, written beats are gathered. Registered like the memory itself, so each channel gains a cycle; a
/// narrow port moves one of its beats a cycle.
class WidthAdapter {
 public:
  WidthAdapter(memory::AxiMemory& memory, std::uint64_t beat_bytes) : memory_(memory), beat_bytes_(beat_bytes) {}

  void reset();
  /// As AxiMemory::step(), with beats in the low bytes of a Beat.
  void step(const memory::AxiMaster& in, memory::AxiSlave& out);
  [[nodiscard]] bool idle() const;

 private:
  struct Burst {
    std::uint64_t addr = 0;
    unsigned beats_left = 0;
  };
  [[nodiscard]] memory::AxiAddress widen(const memory::AxiAddress& narrow) const;
  void give_read(memory::AxiSlave& out);
  void take_write(const memory::AxiWriteBeat& beat);

  memory::AxiMemory& memory_;
  std::uint64_t beat_bytes_;
  memory::AxiMaster wide_;
  memory::AxiSlave wide_slave_;
  std::unordered_map<std::uint32_t, std::deque<Burst>> reads_;  // per id, oldest first
  std::deque<memory::AxiReadBeat> held_;                        // at most two words
  std::deque<Burst> writes_;
  memory::AxiWriteBeat gathered_;
};

}  // namespace vernier::hwemu
