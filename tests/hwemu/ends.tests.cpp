// SPDX-License-Identifier: Apache-2.0
// How the two processes end when one of them does not behave.
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "hwemu_bench.hpp"

using e2e::Folder;
namespace fs = std::filesystem;

namespace {

constexpr double kEndSeconds = 2.0;

/// Kills lie at different points of the host's calls: from the start of the simulator on, the delay moves with the round.
void wait_a_little(int round) { std::this_thread::sleep_for(std::chrono::microseconds(1700 * round)); }
constexpr int kRounds = 30;

}  // namespace

TEST_CASE("A host whose simulator is killed ends with a message and leaves no socket", "[hwemu]") {
  const Folder folder("hwemu-kill-simulator");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  for (int round = 0; round < kRounds; ++round) {
    const int signal = round % 2 == 0 ? SIGKILL : SIGSEGV;
    bench::Background host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 endless");
    REQUIRE(host.says("loaded", 30));
    pid_t simulator = 0;
    REQUIRE(bench::Background::eventually(10, [&] { return (simulator = bench::simulator_of(host.pid())) != 0; }));
    wait_a_little(round);
    ::kill(simulator, signal);
    CAPTURE(round, signal, host.output());
    CHECK(host.ends_within(kEndSeconds) == 70);
    CHECK(host.output().find("the device simulator ended (signal " + std::to_string(signal) + ")") != std::string::npos);
    CHECK(bench::sockets_of(host.pid()) == 0);
  }
}

TEST_CASE("A simulator whose host is killed ends and leaves no socket", "[hwemu]") {
  const Folder folder("hwemu-kill-host");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  for (int round = 0; round < kRounds; ++round) {
    bench::Background host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 endless");
    REQUIRE(host.says("loaded", 30));
    pid_t simulator = 0;
    REQUIRE(bench::Background::eventually(10, [&] { return (simulator = bench::simulator_of(host.pid())) != 0; }));
    wait_a_little(round);
    ::kill(host.pid(), SIGKILL);
    CHECK(host.ends_within(kEndSeconds) == 128 + SIGKILL);
    CHECK(bench::Background::eventually(kEndSeconds, [simulator] { return !bench::alive(simulator); }));
    CHECK(bench::sockets_of(host.pid()) == 0);
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
