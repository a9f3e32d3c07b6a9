// SPDX-License-Identifier: Apache-2.0
// What reaches vernier-hwemu from outside: the host's calls, and the description that an .xclbin carries.
//
// The environment variable VERNIER_FUZZ_CARD names a folder with vernier.json and its kernels. An input that begins with
// an even byte is a series of calls to that card, others are descriptions of a card.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <thread>
#include <vector>
#include <vernier/hwemu/rpc_server.hpp>
#include <vernier/hwemu/wire.hpp>

namespace {

using namespace vernier;

const std::filesystem::path& card() {
  static const std::filesystem::path folder = std::getenv("VERNIER_FUZZ_CARD");
  return folder;
}

hwemu::RunSettings settings() {
  hwemu::RunSettings s;
  s.watchdog_cycles = 300;
  return s;
}

/// [function] [body's length] [body] again and again; function 255 sends the body alone, without a header.
std::vector<std::byte> calls(std::span<const std::byte> input) {
  std::vector<std::byte> out;
  hwemu::WireWriter writer(out);
  while (input.size() >= 2) {
    const auto api = static_cast<std::uint32_t>(input[0]);
    const auto length = std::min(static_cast<std::size_t>(input[1]), input.size() - 2);
    if (api != 255) {
      writer.fixed64(1, length);
      writer.fixed32(2, api);
    }
    out.insert(out.end(), input.begin() + 2, input.begin() + 2 + static_cast<std::ptrdiff_t>(length));
    input = input.subspan(2 + length);
  }
  return out;
}

void serve(const std::vector<std::byte>& stream) {
  std::array<int, 2> to_card{}, to_host{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, to_card.data()) != 0 || ::socketpair(AF_UNIX, SOCK_STREAM, 0, to_host.data()) != 0) std::abort();
  ::close(to_host[1]);
  std::thread host([&] {
    (void)::send(to_card[1], stream.data(), stream.size(), MSG_NOSIGNAL);
    ::shutdown(to_card[1], SHUT_WR);
    std::array<char, 65536> sink{};
    while (::read(to_card[1], sink.data(), sink.size()) > 0) continue;
    ::close(to_card[1]);
  });
  {
    hwemu::RpcServer server(hwemu::Channel{to_card[0]}, hwemu::Channel{to_host[0]});
    (void)server.serve(card(), settings());
  }
  host.join();
}

void describe(std::span<const std::byte> text) {
  static const std::filesystem::path folder = [] {
    std::string name = (std::filesystem::temp_directory_path() / "vernier-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    for (const auto& entry : std::filesystem::directory_iterator(card())) {
      if (entry.path().extension() == ".so") std::filesystem::create_symlink(std::filesystem::absolute(entry.path()), std::filesystem::path(name) / entry.path().filename());
    }
    return std::filesystem::path(name);
  }();
  std::ofstream(folder / "vernier.json", std::ios::binary).write(reinterpret_cast<const char*>(text.data()), static_cast<std::streamsize>(text.size()));
  auto device = hwemu::Device::open(folder, nullptr, settings());
  if (device) (void)(*device)->advance(100);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto input = std::as_bytes(std::span(data, size)).subspan(1);
  if (data[0] % 2 == 0) serve(calls(input));
  else describe(input);
  return 0;
}
