// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/hwemu/description.hpp>
#include <vernier/hwemu/faults.hpp>
#include <vernier/hwemu/kernel_model.hpp>
#include <vernier/hwemu/width_adapter.hpp>
#include <vernier/memory/axi_checker.hpp>
#include <vernier/memory/axi_memory.hpp>

namespace vernier::hwemu {

/// Memory of the host that a kernel reaches: read before a burst is served, written once it is answered.
class HostMemory {
 public:
  virtual ~HostMemory() = default;
  HostMemory(const HostMemory&) = delete;
  HostMemory& operator=(const HostMemory&) = delete;
  /// `writes`: a burst is about to write there; until flush() no other fetch brings old bytes over its new ones.
  [[nodiscard]] virtual Result<void> fetch(std::uint64_t address, std::uint64_t size, bool writes) = 0;
  [[nodiscard]] virtual Result<void> flush(std::uint64_t address, std::uint64_t size) = 0;

 protected:
  HostMemory() = default;
};

/// One AXI4 master port of a kernel, against a memory and a protocol checker. Per clock cycle: sample() with settled
/// signals before the edge, drive() after it.
class AxiPort {
 public:
  [[nodiscard]] static Result<std::unique_ptr<AxiPort>> open(const KernelModel& model, const MemoryPort& port, std::vector<Bank> banks,
                                                             std::unique_ptr<memory::AxiMemory> memory, HostMemory* host,
                                                             const std::string& unit, const Faults* faults);

  /// Restarts the memory's time and the checker.
  void reset();
  /// Begins stretch `epoch` of a run, as AxiMemory::restart(); its time is `lead` cycles old.
  void begin_stretch(std::uint64_t epoch, std::int64_t lead);
  void sample();
  void drive() const;
  /// No transfer is under way.
  [[nodiscard]] bool idle() const;
  /// A handshake took place at the last edge.
  [[nodiscard]] bool moved() const { return moved_; }
  /// First broken rule or access outside the banks, once.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  /// "AR 0x1000 waits for ready, 3 bursts unanswered": what a hang is explained with.
  [[nodiscard]] std::string state() const;

 private:
  struct Range {
    std::uint64_t address = 0, bytes = 0;
    std::uint32_t id = 0;
  };
  AxiPort() = default;
  [[nodiscard]] Result<void> connect(const KernelModel& model, const std::string& unit);
  void sample_address(const Signal& valid, const Signal* fields, memory::AxiAddress& address) const;
  void check_range(const memory::AxiAddress& address, bool write);
  void track_host_writes();
  void apply_faults(bool read_accepted);

  std::string where_;
  std::uint64_t beat_bytes_ = 64;
  std::vector<Bank> banks_;
  std::unique_ptr<memory::AxiMemory> memory_;
  std::unique_ptr<WidthAdapter> adapter_;  // absent where the port is as wide as the memory
  HostMemory* host_ = nullptr;
  const Faults* faults_ = nullptr;  // null: none of memory
  std::unordered_map<std::uint32_t, std::deque<Range>> faulty_reads_;  // per id, what is still to come
  memory::AxiChecker checker_;
  memory::AxiMaster master_;
  memory::AxiSlave slave_;
  bool moved_ = false;
  std::int64_t bursts_ = 0;  // accepted and not answered
  std::int64_t reads_answered_ = 0, writes_answered_ = 0;  // bursts, of all runs
  std::int64_t announced_beats_ = 0;  // of write bursts whose address was offered, not taken yet
  bool address_waits_ = false;
  std::vector<Range> host_writes_;
  std::optional<Error> failure_;

  struct Channel {
    Signal valid, ready;
    Signal field[5];  // id, addr, len, size, burst
  };
  Channel ar_, aw_;
  Signal w_valid_, w_ready_, w_data_, w_strb_, w_last_;
  Signal b_valid_, b_ready_, b_id_, b_resp_;
  Signal r_valid_, r_ready_, r_id_, r_data_, r_resp_, r_last_;
};

}  // namespace vernier::hwemu
