// SPDX-License-Identifier: Apache-2.0
#include "xclbin_file.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>

#include <fmt/format.h>

#include <vernier/core/files.hpp>

#include <vernier/package/xclbin_identity.hpp>

#include "byte_order.hpp"
#include "xclbin_metadata.hpp"

// Layout and numbers after the public header xclbin.h of XRT; tests/hwemu compares them with its structures.
namespace vernier::package {
namespace {

using Section = std::vector<std::byte>;

enum SectionKind : std::uint32_t {
  kBitstream = 0, kEmbeddedMetadata = 2, kMemTopology = 6, kConnectivity = 7, kIpLayout = 8, kClockFreqTopology = 11,
};
constexpr std::uint16_t kModeHwEmulation = 4;
constexpr std::uint32_t kIpKernel = 1;
constexpr std::size_t kHeaderBytes = 8 + 4 + 28 + 256 + 8 + 152;  // up to the table of sections
constexpr std::size_t kSectionEntryBytes = 40;

Section memory_topology(const Layout& layout) {
  constexpr std::uint8_t kDdr4 = 1, kDram = 2, kHbm = 6, kStreamConnection = 9;
  Section s;
  put<std::int32_t>(s, static_cast<std::int32_t>(layout.board.banks.size() + layout.links.size()));
  put<std::uint32_t>(s, 0);
  const auto stream_entries = [&] {
    for (std::size_t i = 0; i < layout.links.size(); ++i) {
      put<std::uint8_t>(s, kStreamConnection);
      put<std::uint8_t>(s, 1);
      for (int pad = 0; pad < 6; ++pad) put<std::uint8_t>(s, 0);
      put<std::uint64_t>(s, 0);
      put<std::uint64_t>(s, 0);
      put_text(s, fmt::format("dc_{}", i), 16);
    }
  };
  for (std::size_t i = 0; i < layout.board.banks.size(); ++i) {
    const auto& bank = layout.board.banks[i];
    const bool used = std::ranges::any_of(layout.units, [i](const PlacedUnit& u) { return std::ranges::count(u.argument_banks, static_cast<int>(i)) > 0; });
    put<std::uint8_t>(s, bank.type == "hbm" ? kHbm : bank.type == "ddr4" ? kDdr4 : kDram);
    put<std::uint8_t>(s, used ? 1 : 0);
    for (int pad = 0; pad < 6; ++pad) put<std::uint8_t>(s, 0);
    put<std::uint64_t>(s, bank.bytes / 1024);
    put<std::uint64_t>(s, bank.base);
    put_text(s, bank.tag, 16);
  }
  stream_entries();
  return s;
}

Section connectivity(const Layout& layout) {
  Section s;
  std::int32_t count = 0;
  put<std::int32_t>(s, 0);
  for (std::size_t u = 0; u < layout.units.size(); ++u) {
    const auto& unit = layout.units[u];
    for (std::size_t a = 0; a < unit.argument_banks.size(); ++a) {
      if (unit.argument_banks[a] < 0) continue;
      put<std::int32_t>(s, static_cast<std::int32_t>(layout.kernels[unit.kernel].arguments[a].id));
      put<std::int32_t>(s, static_cast<std::int32_t>(u));
      put<std::int32_t>(s, unit.argument_banks[a]);
      ++count;
    }
  }
  Section head;
  put<std::int32_t>(head, count);
  std::ranges::copy(head, s.begin());
  return s;
}

std::uint32_t protocol_code(const std::string& protocol) {
  return protocol == "ap_ctrl_chain" ? 1 : protocol == "ap_ctrl_hs" ? 0 : 2;
}

Section ip_layout(const Layout& layout) {
  Section s;
  put<std::int32_t>(s, static_cast<std::int32_t>(layout.units.size()));
  put<std::uint32_t>(s, 0);
  std::uint32_t interrupt = 0;
  for (const auto& unit : layout.units) {
    const Kernel& kernel = layout.kernels[unit.kernel];
    put<std::uint32_t>(s, kIpKernel);
    put<std::uint32_t>(s, (kernel.interrupt ? 1U : 0U) | interrupt++ << 1 | protocol_code(kernel.protocol) << 8);
    put<std::uint64_t>(s, unit.base);
    put_text(s, kernel.name + ":" + unit.name, 64);
  }
  return s;
}

Section clock_topology(const Layout& layout) {
  constexpr std::uint8_t kDataClock = 1, kKernelClock = 2;
  Section s;
  const double second = second_clock_hz(layout);
  put<std::int16_t>(s, second == 0 ? 1 : 2);
  const auto add = [&s](double hz, std::uint8_t type, const char* name) {
    put<std::uint16_t>(s, static_cast<std::uint16_t>(hz / 1e6));
    put<std::uint8_t>(s, type);
    for (int pad = 0; pad < 5; ++pad) put<std::uint8_t>(s, 0);
    put_text(s, name, 128);
  };
  add(layout.board.clock.count(), kDataClock, "DATA_CLK");
  if (second != 0) add(second, kKernelClock, "KERNEL_CLK");
  return s;
}

Section text_section(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

/// 16 bytes that differ whenever the content does, marked as a random UUID.
std::vector<std::byte> uuid_of(std::span<const std::byte> content) {
  const std::string hex = sha256_hex(content);
  std::vector<std::byte> uuid;
  for (std::size_t i = 0; i < 16; ++i) uuid.push_back(static_cast<std::byte>(std::stoi(hex.substr(2 * i, 2), nullptr, 16)));
  uuid[6] = (uuid[6] & std::byte{0x0F}) | std::byte{0x40};
  uuid[8] = (uuid[8] & std::byte{0x3F}) | std::byte{0x80};
  return uuid;
}

void fill(std::vector<std::byte>& out, std::size_t count, int value) { out.insert(out.end(), count, static_cast<std::byte>(value)); }

std::string text_of(std::span<const std::byte> uuid) {
  std::string text;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", static_cast<unsigned>(uuid[i]));
  }
  return text;
}

}  // namespace

Result<XclbinIdentity> identify_xclbin(const std::filesystem::path& file) {
  constexpr std::size_t kMode = 332, kUuid = 416, kSections = 448, kUuidBytes = 16;
  const auto bytes = read_bytes(file);
  if (!bytes) return forward_error(bytes);
  const std::span<const std::byte> all(*bytes);
  if (all.size() < kHeaderBytes || std::memcmp(all.data(), "xclbin2", 8) != 0) return fail(ErrorCode::kInvalidInput, "is no .xclbin file", file.string());
  std::uint32_t sections = 0;
  std::uint16_t mode = 0;
  std::memcpy(&sections, all.data() + kSections, sizeof sections);
  std::memcpy(&mode, all.data() + kMode, sizeof mode);
  const std::uint64_t body = kHeaderBytes + std::uint64_t{sections} * kSectionEntryBytes;
  if (body > all.size()) return fail(ErrorCode::kInvalidInput, "its table of sections is cut off", file.string());
  XclbinIdentity identity{text_of(all.subspan(kUuid, kUuidBytes)), ""};
  if (mode == kModeHwEmulation) identity.of_content = text_of(uuid_of(all.subspan(body)));
  return identity;
}

std::vector<std::byte> xclbin_bytes(const Layout& layout, const std::vector<std::byte>& simulation) {
  struct Entry {
    SectionKind kind;
    const char* name;
    Section content;
  };
  const std::vector<Entry> sections{
      {kBitstream, "bitstream", simulation},
      {kEmbeddedMetadata, "metadata", text_section(embedded_metadata(layout))},
      {kMemTopology, "mem_topology", memory_topology(layout)},
      {kConnectivity, "connectivity", connectivity(layout)},
      {kIpLayout, "ip_layout", ip_layout(layout)},
      {kClockFreqTopology, "clocks", clock_topology(layout)}};

  std::vector<std::byte> table, body;
  const std::size_t body_start = kHeaderBytes + sections.size() * kSectionEntryBytes;
  for (const auto& section : sections) {
    put<std::uint32_t>(table, section.kind);
    put_text(table, section.name, 16);
    put<std::uint32_t>(table, 0);  // the structure aligns what follows to 8
    put<std::uint64_t>(table, body_start + body.size());
    put<std::uint64_t>(table, section.content.size());
    body.insert(body.end(), section.content.begin(), section.content.end());
    fill(body, (8 - body.size() % 8) % 8, 0);
  }
  const auto uuid = uuid_of(body);

  std::vector<std::byte> out;
  put_text(out, "xclbin2", 8);
  put<std::int32_t>(out, -1);  // not signed
  fill(out, 28, 0xFF);
  fill(out, 256, 0xFF);
  out.insert(out.end(), uuid.begin(), uuid.begin() + 8);  // a unique number
  put<std::uint64_t>(out, body_start + body.size());
  put<std::uint64_t>(out, 0);  // time: none, the same input gives the same file
  put<std::uint64_t>(out, 0);  // feature ROM time
  put<std::uint16_t>(out, 0);
  put<std::uint8_t>(out, 2);
  put<std::uint8_t>(out, 1);
  put<std::uint16_t>(out, kModeHwEmulation);
  put<std::uint16_t>(out, 0);
  fill(out, 16, 0);  // ROM identity
  put_text(out, layout.board.platform, 64);
  out.insert(out.end(), uuid.begin(), uuid.end());
  fill(out, 16, 0);
  put<std::uint32_t>(out, static_cast<std::uint32_t>(sections.size()));
  put<std::uint32_t>(out, 0);
  out.insert(out.end(), table.begin(), table.end());
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

}  // namespace vernier::package
