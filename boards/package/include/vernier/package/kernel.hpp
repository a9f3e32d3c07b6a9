// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>

namespace vernier::package {

struct KernelPort {
  std::string name;
  bool master = false;
  bool stream = false;
  std::uint32_t bits = 32;  ///< 0: what the RTL has
  std::uint64_t range = 0;
  std::string clock;        ///< that the port belongs to; empty: the first
};

/// A clock of a kernel and the reset that belongs to it.
struct KernelClock {
  std::string name, reset;
};

struct KernelArgument {
  std::string name;
  std::uint32_t qualifier = 0;  ///< 0 scalar, 1 global pointer, 4 stream
  std::uint32_t id = 0;
  std::string port;
  std::uint64_t size = 0, offset = 0, host_size = 0;
  std::string type;
};

/// A kernel's interface, as kernel.xml describes it.
struct Kernel {
  std::string name;
  std::string top;       ///< module of the RTL
  std::string protocol;  ///< ap_ctrl_hs, ap_ctrl_chain, ap_ctrl_none, user_managed
  std::string language;
  bool interrupt = false;
  std::vector<KernelPort> ports;
  std::vector<KernelArgument> arguments;  ///< in order of id
  std::vector<KernelClock> clocks;        ///< empty: ap_clk and ap_clk_* of the RTL

  [[nodiscard]] const KernelPort* port(const std::string& wanted) const;  ///< upper and lower case alike; null when absent
  [[nodiscard]] const KernelPort* control() const;                        ///< the AXI4-Lite port; null when absent
};

/// What Vernier cannot emulate, or nothing; every reader of a description ends with it.
[[nodiscard]] Result<void> check_kernel(const Kernel& kernel, const std::string& where);

/// Reads kernel.xml. kInvalidInput names the element and the attribute; kUnsupported names what Vernier does not emulate.
[[nodiscard]] Result<Kernel> read_kernel_xml(const std::filesystem::path& file);

}  // namespace vernier::package
