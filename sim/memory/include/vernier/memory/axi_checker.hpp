// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include <vernier/memory/axi.hpp>

namespace vernier::memory {

/// The rules an AxiChecker watches.
enum class AxiRule : std::uint8_t {
  kBoundary,         ///< a burst crosses a 4 KiB boundary
  kAlignment,        ///< an address is not a multiple of the word
  kSize,             ///< AxSIZE is not the full word, or AxBURST is not INCR
  kValidDropped,     ///< valid fell before ready
  kPayloadChanged,   ///< payload moved while valid waited
  kWriteWithoutAddress,  ///< write data before its address is offered
  kWriteLast,        ///< WLAST is not exactly on the last beat
  kReadUnknownId,    ///< read data for an id with nothing outstanding
  kReadLast,         ///< RLAST is not exactly on the last beat of the oldest burst of its id
  kResponseUnknownId,  ///< write response for an id with nothing outstanding
  kResponseEarly,    ///< write response before the last data of the oldest burst of its id
  kUnfinished        ///< transfers outstanding where none may be
};
[[nodiscard]] std::string_view name_of(AxiRule rule);

/// The first rule broken on a port.
struct AxiViolation {
  AxiRule rule;
  std::int64_t cycle = 0;  ///< edges observed before it
  std::string text;        ///< "cycle 12, AR: burst of 16 beats at 0xfc0 crosses 4 KiB"
};

/// Watches one AXI port, edge by edge. Keeps the first violation and ignores what follows.
class AxiChecker {
 public:
  /// @param beat_bytes  width of the port, a power of two up to kBeatBytes; beats lie in the low bytes of a Beat
  explicit AxiChecker(std::uint64_t beat_bytes = kBeatBytes);
  void reset();
  /// The signals both sides drive at this edge, before AxiMemory::step().
  void observe(const AxiMaster& master, const AxiSlave& slave);
  /// Called where everything must have been answered, for instance at ap_done.
  void finish();

  [[nodiscard]] const std::optional<AxiViolation>& violation() const { return violation_; }
  [[nodiscard]] std::int64_t cycles() const { return cycle_; }

 private:
  struct Write {
    std::uint64_t addr = 0;
    std::uint32_t id = 0;
    unsigned beats_left = 0;
  };
  struct WriteId {
    unsigned sent = 0;         ///< bursts whose data is complete and whose response is due
    unsigned outstanding = 0;  ///< bursts accepted and not answered
  };
  void report(AxiRule rule, std::string text);
  void check_address(const AxiAddress& now, const AxiAddress& before, bool waited, const char* channel);
  void check_held(const AxiMaster& master, const AxiSlave& slave);
  void check_reads(const AxiMaster& master, const AxiSlave& slave);
  void check_writes(const AxiMaster& master, const AxiSlave& slave);

  std::uint64_t beat_bytes_;
  std::int64_t cycle_ = 0;
  std::optional<AxiViolation> violation_;
  AxiMaster last_master_;
  AxiSlave last_slave_;
  bool ar_waited_ = false, aw_waited_ = false, w_waited_ = false, r_waited_ = false, b_waited_ = false;
  std::unordered_map<std::uint32_t, std::deque<unsigned>> reads_;  ///< beats left, oldest first, per id
  std::deque<Write> writes_;                                       ///< offered addresses whose data is not complete
  std::unordered_map<std::uint32_t, WriteId> write_ids_;
};

}  // namespace vernier::memory
