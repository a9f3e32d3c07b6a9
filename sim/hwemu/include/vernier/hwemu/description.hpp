// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::hwemu {

struct Bank {
  std::string tag;  ///< "DDR[0]"; a tag with HOST in it lies in the host's memory
  std::uint64_t base = 0, bytes = 0;
  [[nodiscard]] bool holds(std::uint64_t address, std::uint64_t size) const {
    return address >= base && size <= bytes && address - base <= bytes - size;
  }
  [[nodiscard]] bool on_host() const { return tag.find("HOST") != std::string::npos; }
};

/// How a kernel is started and reports its end.
enum class Protocol : std::uint8_t { kHandshake, kChain, kUserManaged, kNone };

struct MemoryPort {
  std::string name;                 ///< "m_axi_gmem0"
  std::uint32_t bits = 512;         ///< 32 to 512
  std::vector<std::size_t> banks;   ///< indices into Description::banks
};

/// A clock of a kernel and the reset that belongs to it.
struct Clock {
  std::string name = "ap_clk", reset = "ap_rst_n";
  double hz = 300e6;
};

struct Unit {
  std::string name;    ///< "vadd_1"
  std::string kernel;  ///< "vadd"
  std::string model;   ///< shared object, relative to the description
  std::string model_sha256;
  bool function = false;  ///< of C++: its time is estimated, and it keeps statics, so every unit loads a copy
  Protocol protocol = Protocol::kHandshake;
  std::uint64_t base = 0, range = 0;  ///< of its registers; range 0: it has none
  std::vector<MemoryPort> ports;
  std::vector<Clock> clocks;          ///< the first is that of every port
};

/// An AXI4-Stream from one unit to another.
struct Link {
  std::string writer, writer_port, reader, reader_port;
  std::size_t depth = 2;  ///< beats between them
};

/// What stands on the emulated card: vernier.json in the simulation folder of an xclbin.
struct Description {
  std::string memory = "ideal:latency=80,bytes_per_cycle=64";
  std::vector<Bank> banks;
  std::vector<Unit> units;
  std::vector<Link> links;
};

[[nodiscard]] Result<Description> read_description(const std::filesystem::path& file);

}  // namespace vernier::hwemu
