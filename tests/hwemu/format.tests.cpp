// SPDX-License-Identifier: Apache-2.0
// The container against XRT's own header, and the protocol against malformed input.
#include <sys/socket.h>
#include <unistd.h>
#include <xclbin.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <random>
#include <thread>
#include <vernier/core/files.hpp>
#include <vernier/hwemu/device.hpp>
#include <vernier/hwemu/rpc_server.hpp>
#include <vernier/hwemu/wire.hpp>

#include "hwemu_bench.hpp"

using e2e::Folder;
using namespace vernier;

namespace {

/// A device without kernels, served on one end of a socket pair while `host` has the other.
template <class Host>
Result<void> serve(Host host) {
  const Folder folder("hwemu-rpc");
  std::ofstream(folder / "vernier.json") << R"({"memory": "ideal", "banks": [], "units": [], "links": []})";
  int calls[2], to_host[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, calls) == 0);
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, to_host) == 0);
  std::thread sender([&] {
    host(calls[1]);
    ::shutdown(calls[1], SHUT_WR);
    char sink[4096];
    while (::read(calls[1], sink, sizeof sink) > 0) continue;
    ::close(calls[1]);
    ::close(to_host[1]);
  });
  Result<void> result;
  {
    hwemu::RpcServer server(hwemu::Channel{calls[0]}, hwemu::Channel{to_host[0]});
    result = server.serve(folder.str(), {});
  }
  sender.join();
  return result;
}

void send(int fd, std::uint32_t api, const std::vector<std::byte>& body) {
  std::vector<std::byte> message;
  hwemu::WireWriter writer(message);
  writer.fixed64(1, body.size());
  writer.fixed32(2, api);
  message.insert(message.end(), body.begin(), body.end());
  (void)::send(fd, message.data(), message.size(), MSG_NOSIGNAL);
}

}  // namespace

TEST_CASE("The container has the layout of XRT's header", "[hwemu]") {
  const Folder folder("hwemu-layout");
  REQUIRE(bench::pack_vadd(2, folder / "vadd.xclbin", "'b=DDR[1]'").code == 0);
  const auto bytes = read_bytes(folder / "vadd.xclbin");
  REQUIRE(bytes);
  const auto* top = reinterpret_cast<const axlf*>(bytes->data());
  CHECK(std::memcmp(top->m_magic, "xclbin2", 8) == 0);
  CHECK(top->m_header.m_length == bytes->size());
  CHECK(top->m_header.m_mode == XCLBIN_HW_EMU);
  REQUIRE(top->m_header.m_numSections == 6);
  const auto section = [&](axlf_section_kind kind) -> const std::byte* {
    for (std::uint32_t i = 0; i < top->m_header.m_numSections; ++i) {
      const auto& s = top->m_sections[i];
      CHECK(s.m_sectionOffset % 8 == 0);
      CHECK(s.m_sectionOffset + s.m_sectionSize <= bytes->size());
      if (s.m_sectionKind == static_cast<std::uint32_t>(kind)) return bytes->data() + s.m_sectionOffset;
    }
    return nullptr;
  };
  const auto* memory = reinterpret_cast<const mem_topology*>(section(MEM_TOPOLOGY));
  REQUIRE(memory->m_count == 6);
  CHECK(memory->m_mem_data[1].m_base_address == 0x2'0000'0000);
  CHECK(memory->m_mem_data[1].m_size == 4U << 20);
  CHECK(memory->m_mem_data[1].m_used == 1);
  CHECK(memory->m_mem_data[2].m_used == 0);
  CHECK(std::string(reinterpret_cast<const char*>(memory->m_mem_data[1].m_tag)) == "DDR[1]");
  const auto* units = reinterpret_cast<const ip_layout*>(section(IP_LAYOUT));
  REQUIRE(units->m_count == 2);
  CHECK(std::string(reinterpret_cast<const char*>(units->m_ip_data[1].m_name)) == "vadd:vadd_2");
  CHECK(units->m_ip_data[1].m_type == IP_KERNEL);
  CHECK(units->m_ip_data[1].m_base_address == units->m_ip_data[0].m_base_address + 0x10000);
  const auto* connections = reinterpret_cast<const connectivity*>(section(CONNECTIVITY));
  REQUIRE(connections->m_count == 6);
  CHECK(connections->m_connection[4].arg_index == 1);
  CHECK(connections->m_connection[4].m_ip_layout_index == 1);
  CHECK(connections->m_connection[4].mem_data_index == 1);
  const auto* clocks = reinterpret_cast<const clock_freq_topology*>(section(CLOCK_FREQ_TOPOLOGY));
  REQUIRE(clocks->m_count == 1);
  CHECK(clocks->m_clock_freq[0].m_freq_Mhz == 300);
}

TEST_CASE("What is packed again from the same sources is the same file", "[hwemu]") {
  const Folder folder("hwemu-same");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  const auto once = read_bytes(folder / "vadd.xclbin");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  CHECK(*once == *read_bytes(folder / "vadd.xclbin"));
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin", "'b=DDR[1]'").code == 0);
  CHECK(*once != *read_bytes(folder / "vadd.xclbin"));
}

TEST_CASE("A kernel whose shared object was changed after packing is refused before it is loaded", "[hwemu]") {
  const Folder folder("hwemu-changed");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  REQUIRE(e2e::shell("cd " + folder.str() + " && unzip -q -j vadd.xclbin").code <= 1);  // 1: bytes around the archive
  const auto opens = [&folder] { return hwemu::Device::open(folder.str(), nullptr, {}); };
  CHECK(opens());
  std::ofstream(folder / "vadd.so", std::ios::app | std::ios::binary) << '\0';
  const auto refused = opens();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kInvalidInput);
  CHECK(refused.error().what.find("the xclbin is damaged") != std::string::npos);
}

TEST_CASE("A damaged xclbin crashes no simulator", "[hwemu][property]") {
  const Folder folder("hwemu-damaged");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  const auto whole = read_bytes(folder / "vadd.xclbin");
  REQUIRE(whole);
  // of the sections the simulator gets what is in the bitstream, a zip archive; the others are XRT's alone
  const auto* top = reinterpret_cast<const axlf*>(whole->data());
  const auto& bitstream = top->m_sections[0];
  REQUIRE(bitstream.m_sectionKind == BITSTREAM);
  std::mt19937 random(11);
  int ended = 0;
  for (int round = 0; round < 16; ++round) {
    auto bytes = *whole;
    const bool near_end = round % 2 == 0;  // where the small files and the directory of the archive are
    const std::uint64_t span = near_end ? 2048 : bitstream.m_sectionSize, first = bitstream.m_sectionOffset + bitstream.m_sectionSize - span;
    for (int i = 0; i <= round % 6; ++i) bytes[first + random() % span] ^= static_cast<std::byte>(1 + random() % 255);
    std::ofstream(folder / "damaged.xclbin", std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    const auto ran = bench::host(folder, bench::kTools + "hwemu_native_host damaged.xclbin 1 repeated");
    CAPTURE(round, ran.code, ran.text);
    CHECK(ran.text.find("simulator ended (signal") == std::string::npos);
    CHECK(ran.code < 128);  // neither by a signal nor by the test's patience
    ended += ran.code == 0 ? 0 : 1;
  }
  CHECK(ended > 0);
}

TEST_CASE("A bank that the board does not have is refused and the ones it has are named", "[hwemu]") {
  const Folder folder("hwemu-bank");
  const auto ran = bench::pack_vadd(1, folder / "vadd.xclbin", "'b=HBM[7]'");
  CHECK(ran.code == 2);
  CHECK(ran.text.find("no bank HBM[7]; it has DDR[0], DDR[1]") != std::string::npos);
  const auto unknown = bench::pack_vadd(1, folder / "vadd.xclbin", "'carry=DDR[1]'");
  CHECK(unknown.code == 2);
  CHECK(unknown.text.find("carry") != std::string::npos);
}

TEST_CASE("Memory that the host writes is what it reads back", "[hwemu]") {
  const auto served = serve([](int fd) {
    std::vector<std::byte> body;
    hwemu::WireWriter writer(body);
    writer.varint(3, 0x1000);
    writer.text(4, "vernier");
    writer.varint(5, 7);
    writer.varint(6, 2);
    send(fd, 6, body);
    char reply[11];
    CHECK(::recv(fd, reply, sizeof reply, MSG_WAITALL) == 11);
    body.clear();
    writer.varint(4, 0x1003);
    writer.varint(5, 6);
    send(fd, 7, body);
    char data[9 + 2 + 2 + 6];
    CHECK(::recv(fd, data, sizeof data, MSG_WAITALL) == sizeof data);
    CHECK(std::string(data + 13, 6) == "ernier");
  });
  CHECK(served);
}

TEST_CASE("Random frames end the simulator with an error or are answered", "[hwemu][property]") {
  std::mt19937 random(20);
  for (int round = 0; round < 300; ++round) {
    const auto served = serve([&random](int fd) {
      for (int frame = 0; frame < 8; ++frame) {
        std::vector<std::byte> body(random() % 64);
        for (auto& b : body) b = static_cast<std::byte>(random() % 4 == 0 ? random() : random() % 48);
        if (frame % 4 == 3) (void)::send(fd, body.data(), body.size(), MSG_NOSIGNAL);  // not even a header
        else send(fd, static_cast<std::uint32_t>(random() % 50), body);
      }
    });
    if (!served) CHECK((served.error().code == ErrorCode::kInvalidInput || served.error().code == ErrorCode::kUnavailable));
  }
}

TEST_CASE("A register block or a transfer of absurd size is refused", "[hwemu]") {
  for (const std::uint32_t api : {7U, 11U}) {
    const auto served = serve([api](int fd) {
      std::vector<std::byte> body;
      hwemu::WireWriter writer(body);
      writer.varint(api == 7 ? 5 : 3, std::uint64_t{1} << 40);
      send(fd, api, body);
    });
    REQUIRE_FALSE(served);
    CHECK(served.error().code == ErrorCode::kInvalidInput);
  }
}
