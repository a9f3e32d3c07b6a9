// SPDX-License-Identifier: Apache-2.0
// How the two processes end when one of them does not behave.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <span>

#include "hwemu_bench.hpp"

using e2e::Folder;
namespace fs = std::filesystem;

namespace {

constexpr double kEndSeconds = 2.0;
constexpr int kCalls = 30;

}  // namespace

TEST_CASE("A host whose simulator ends at any of its calls ends with a message and leaves no socket", "[hwemu]") {
  const Folder folder("hwemu-kill-simulator");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  const std::pair<const char*, const char*> ways[] = {{"9", "signal 9"}, {"11", "signal 11"}, {"exit", "exit status 9"}};
  for (int call = 1; call <= kCalls; ++call) {
    const auto& [way, text] = ways[call % 3];
    bench::Background host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 endless",
                           "VERNIER_HWEMU_FAULTS=dies=" + std::to_string(call) + ":" + way + ";");
    const int code = host.ends_within(30);
    CAPTURE(call, way, host.output());
    CHECK(code == 70);
    CHECK(host.output().find(std::string("the device simulator ended (") + text + ")") != std::string::npos);
    CHECK(bench::sockets_of(host.pid()) == 0);
  }
}

TEST_CASE("A host is told within two seconds that its simulator was killed", "[hwemu]") {
  const Folder folder("hwemu-kill-late");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  bench::Background host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 endless");
  REQUIRE(host.says("first run", 30));
  const pid_t simulator = bench::simulator_of(host.pid());
  REQUIRE(simulator != 0);
  ::kill(simulator, SIGKILL);
  CHECK(host.ends_within(kEndSeconds) == 70);
}

TEST_CASE("A simulator whose host is killed at any of its calls ends and leaves no socket", "[hwemu]") {
  const Folder folder("hwemu-kill-host");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  for (int call = 1; call <= kCalls; ++call) {
    bench::Background host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 endless", "VERNIER_HWEMU_FAULTS=kills_host=" + std::to_string(call) + ";");
    REQUIRE(host.says("loaded", 30));
    const pid_t simulator = bench::simulator_child(host.pid());
    CAPTURE(call, host.output());
    CHECK(host.ends_within(30) == 128 + SIGKILL);
    if (simulator != 0) CHECK(bench::Background::eventually(kEndSeconds, [simulator] { return !bench::alive(simulator); }));
    CHECK(bench::Background::eventually(kEndSeconds, [&host] { return bench::simulators_of(host.pid()) == 0 && bench::sockets_of(host.pid()) == 0; }));
  }
}

TEST_CASE("A host that is killed while its simulator starts leaves no socket", "[hwemu]") {
  const Folder folder("hwemu-kill-early");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  // the simulator waits, so that it finds nobody when it comes to connect
  std::ofstream(folder / "late.sh") << "#!/bin/sh\nsleep 0.3\nexec " << VERNIER_BINARY_DIR << "/vernier-hwemu\n";
  fs::permissions(folder / "late.sh", fs::perms::owner_all);
  bench::Background host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 endless", "VERNIER_HWEMU=" + (folder / "late.sh") + ";");
  REQUIRE(bench::Background::eventually(10, [&] { return bench::sockets_of(host.pid()) > 0; }));
  ::kill(host.pid(), SIGKILL);
  CHECK(host.ends_within(kEndSeconds) == 128 + SIGKILL);
  CHECK(bench::Background::eventually(5, [&] { return bench::sockets_of(host.pid()) == 0; }));
}

TEST_CASE("A simulator that cannot start ends the host at once", "[hwemu]") {
  const Folder folder("hwemu-no-simulator");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  const auto begin = std::chrono::steady_clock::now();
  const auto ran = bench::host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 repeated", "VERNIER_HWEMU=/nowhere/vernier-hwemu;");
  INFO(ran.text);
  CHECK(ran.code == 70);
  CHECK(ran.text.find("exit status 127") != std::string::npos);
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < 5);
}

TEST_CASE("A kernel that never raises ap_done ends with exit 5 and says what waits", "[hwemu]") {
  const Folder folder("hwemu-hang");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin", "NeverDone=1").code == 0);
  const auto ran = bench::host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 repeated", "VERNIER_HWEMU_WATCHDOG=20000;");
  INFO(ran.text);
  CHECK(ran.code == 5);
  CHECK(ran.text.find("vadd_1: started") != std::string::npos);
  CHECK(ran.text.find("no ap_done") != std::string::npos);
  CHECK(ran.text.find("m_axi_gmem0: nothing requested") != std::string::npos);
}

TEST_CASE("A burst that crosses 4 KiB is reported with unit and port", "[hwemu]") {
  const Folder folder("hwemu-boundary");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin", "CrossesBoundary=1").code == 0);
  // bursts of 16 words from the start of a page never cross; this vector begins 8 words before an end
  const auto ran = bench::host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 unaligned");
  INFO(ran.text);
  CHECK(ran.code == 1);
  CHECK(ran.text.find("vadd_1, m_axi_gmem") != std::string::npos);
  CHECK(ran.text.find("crosses 4 KiB") != std::string::npos);
}

TEST_CASE("Damaged xclbins crash no simulator and leave nothing behind", "[hwemu][fuzz]") {
  // with AddressSanitizer where clang was there to build it (tests/fuzz)
  const std::string instrumented = VERNIER_BINARY_DIR "/tests/fuzz/asan/vernier-hwemu";
  const Folder folder("hwemu-damaged");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  std::ifstream file(folder / "vadd.xclbin", std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  // the compiled kernel fills most of the file: damage goes to what is read, the container before and the texts around it
  const auto description = whole.find("vernier.json"), directory = whole.rfind("PK\x01\x02");
  REQUIRE(description != std::string::npos);
  REQUIRE(directory != std::string::npos);
  const auto seed = Catch::rngSeed();
  std::mt19937 random(seed);
  const auto below = [&random](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  std::string environment = "ASAN_OPTIONS=log_path=" + (folder / "asan") + ";";
  if (fs::exists(instrumented)) environment += "VERNIER_HWEMU=" + instrumented + ";";
  int refused = 0;
  for (int round = 0; round < 25; ++round) {
    std::string damaged = whole;
    const std::size_t places[] = {below(4096), description + below(3000), directory + below(whole.size() - directory), below(whole.size())};
    const auto at = std::min(places[below(4)], whole.size() - 1);
    const int kind = static_cast<int>(below(3));
    if (kind == 0) damaged[at] = static_cast<char>(damaged[at] ^ (1 << below(8)));
    if (kind == 1) std::ranges::fill(std::span(damaged).subspan(at, std::min<std::size_t>(16, damaged.size() - at)), static_cast<char>(below(256)));
    if (kind == 2) damaged.resize(at);
    std::ofstream(folder / "vadd.xclbin", std::ios::binary) << damaged;
    bench::Background host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 repeated", environment);
    const int code = host.ends_within(30);
    CAPTURE(seed, round, kind, at, host.output());
    CHECK(code != -1);  // XRT's own reader may die of such a file, but nothing waits for ever
    refused += code != 0 ? 1 : 0;
    CHECK(host.output().find("the device simulator ended (signal") == std::string::npos);
    CHECK(bench::Background::eventually(5, [&host] { return bench::simulators_of(host.pid()) == 0 && bench::sockets_of(host.pid()) == 0; }));
    for (const auto& entry : fs::directory_iterator(folder.str())) CHECK_FALSE(entry.path().filename().string().starts_with("asan"));
  }
  CHECK(refused > 5);
}

TEST_CASE("A memory that answers with errors does not hang the host", "[hwemu]") {
  const Folder folder("hwemu-faulty");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  const auto ran = bench::host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 repeated", "VERNIER_HWEMU_MEMORY=faulty:3;");
  INFO(ran.text);
  CHECK(ran.code == 1);  // this kernel ignores responses: wrong sums, found by the host
}

TEST_CASE("A memory description that does not exist is refused with the allowed ones", "[hwemu]") {
  const Folder folder("hwemu-bad-memory");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  const auto ran = bench::host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 repeated", "VERNIER_HWEMU_MEMORY=bubble;");
  INFO(ran.text);
  CHECK(ran.code == 2);
  CHECK(ran.text.find("unknown memory 'bubble'") != std::string::npos);
}
