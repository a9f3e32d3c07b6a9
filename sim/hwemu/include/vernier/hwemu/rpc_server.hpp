// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/hwemu/channel.hpp>
#include <vernier/hwemu/compute_unit.hpp>
#include <vernier/hwemu/device.hpp>

namespace vernier::hwemu {

/// Answers the calls of XRT's hardware-emulation driver for one device (docs/hwemu.md lists them).
class RpcServer final : public HostMemory {
 public:
  /// @param folder   of the xclbin's simulation files; settings as the environment gave them
  /// @param to_host  second connection, for accesses to the host's memory
  RpcServer(Channel calls, Channel to_host) : calls_(std::move(calls)), to_host_(std::move(to_host)) {}

  /// Brings the device up and serves until the host closes it or goes away; both are success.
  [[nodiscard]] Result<void> serve(const std::filesystem::path& folder, const RunSettings& settings);

  [[nodiscard]] Result<void> fetch(std::uint64_t address, std::uint64_t size, bool writes) override;
  [[nodiscard]] Result<void> flush(std::uint64_t address, std::uint64_t size) override;

 private:
  struct Arguments;
  [[nodiscard]] Result<void> answer(const Call& call);
  [[nodiscard]] Result<void> answer_memory(const Call& call, const Arguments& arguments);
  [[nodiscard]] Result<void> answer_registers(const Call& call, const Arguments& arguments);

  struct Range {
    std::uint64_t begin = 0, end = 0;
  };
  Channel calls_, to_host_;
  std::vector<Range> written_;  // of the host's memory: by bursts not answered yet
  std::unique_ptr<Device> device_;
  std::int64_t calls_seen_ = 0;
  bool closed_ = false;
};

}  // namespace vernier::hwemu
