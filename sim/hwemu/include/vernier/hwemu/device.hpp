// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/hwemu/compute_unit.hpp>
#include <vernier/hwemu/description.hpp>
#include <vernier/memory/sparse_memory.hpp>

namespace vernier::hwemu {

/// The emulated card: memory and compute units on one clock. An error ends the simulation.
class Device {
 public:
  /// @param folder  holds vernier.json and the kernels' shared objects
  /// @param host    memory of the host, or null where kernels cannot reach it
  [[nodiscard]] static Result<std::unique_ptr<Device>> open(const std::filesystem::path& folder, HostMemory* host, const RunSettings& settings);

  /// Memory as the host's transfers see it.
  void write_memory(std::uint64_t address, std::span<const std::byte> bytes) { store_.write(address, bytes); }
  void read_memory(std::uint64_t address, std::span<std::byte> bytes) {
    store_.read(address, bytes);
    faults_.corrupt_read(address, bytes);
  }
  [[nodiscard]] const Faults& faults() const { return faults_; }
  /// Register accesses by absolute address, word by word in ascending order. An address where no kernel is reads as
  /// zero and swallows writes, as the vendor's interconnect does.
  [[nodiscard]] Result<void> write_registers(std::uint64_t address, std::span<const std::byte> bytes);
  [[nodiscard]] Result<void> read_registers(std::uint64_t address, std::span<std::byte> bytes);

  /// Whether the clock runs: a kernel has been started, or runs without being.
  [[nodiscard]] bool running() const;
  [[nodiscard]] Result<void> advance(std::int64_t cycles);
  [[nodiscard]] std::int64_t cycle() const { return cycle_; }

 private:
  explicit Device(const Description& description) : description_(description) {}
  [[nodiscard]] Result<void> connect_streams();
  [[nodiscard]] ComputeUnit* unit_named(const std::string& name) const;
  [[nodiscard]] ComputeUnit* unit_at(std::uint64_t address);
  [[nodiscard]] Result<void> finish_access(ComputeUnit& unit, std::uint64_t offset, const char* what);
  void tick();
  [[nodiscard]] Result<void> check() const;

  Description description_;
  Faults faults_;  // the units point to it
  memory::SparseMemory store_;
  std::vector<StreamLink> links_;  // whole before the units attach, so that pointers to them stay
  struct LinkEnds {
    ComputeUnit* writer = nullptr;
    ComputeUnit* reader = nullptr;
  };
  std::vector<LinkEnds> ends_;
  std::vector<std::unique_ptr<ComputeUnit>> units_;
  std::int64_t cycle_ = 0;
};

}  // namespace vernier::hwemu
