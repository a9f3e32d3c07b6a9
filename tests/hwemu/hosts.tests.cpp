// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <thread>

#include "hwemu_bench.hpp"

using e2e::Folder;

TEST_CASE("A plain XRT host passes on one compute unit and one bank", "[hwemu]") {
  const Folder folder("hwemu-one");
  const auto packed = bench::pack_vadd(1, folder / "vadd.xclbin");
  INFO(packed.text);
  REQUIRE(packed.code == 0);
  for (const char* mode : {"repeated", "queued", "sub_buffers"}) {
    const auto ran = bench::host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 " + mode);
    INFO(mode << ": " << ran.text);
    CHECK(ran.code == 0);
    CHECK(ran.text.find("0 wrong") != std::string::npos);
  }
}

TEST_CASE("A plain XRT host passes on two compute units and two banks", "[hwemu]") {
  const Folder folder("hwemu-two");
  const auto packed = bench::pack_vadd(2, folder / "vadd.xclbin", "'b=DDR[1]' 'vadd_2.sum=DDR[1]'");
  INFO(packed.text);
  REQUIRE(packed.code == 0);
  for (const char* mode : {"repeated", "queued", "threads"}) {
    const auto ran = bench::host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 2 " + mode);
    INFO(mode << ": " << ran.text);
    CHECK(ran.code == 0);
    CHECK(ran.text.find("0 wrong") != std::string::npos);
  }
}

TEST_CASE("Results do not depend on the memory behind the ports", "[hwemu]") {
  const Folder folder("hwemu-memory");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  for (const char* memory : {"hostile:7", "ideal:latency=1", "ideal:latency=200,bytes_per_cycle=3"}) {
    const auto ran = bench::host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 repeated",
                                 std::string("VERNIER_HWEMU_MEMORY=") + memory + ";");
    INFO(memory << ": " << ran.text);
    CHECK(ran.code == 0);
  }
}

TEST_CASE("A plain OpenCL host passes on one and two compute units", "[hwemu]") {
  for (const int units : {1, 2}) {
    const Folder folder("hwemu-opencl-" + std::to_string(units));
    REQUIRE(bench::pack_vadd(units, folder / "vadd.xclbin", units == 2 ? "'vadd_2.b=DDR[1]'" : "").code == 0);
    const auto ran = bench::host(folder, bench::kTools + "hwemu_opencl_host vadd.xclbin " + std::to_string(units));
    INFO(ran.text);
    CHECK(ran.code == 0);
    CHECK(ran.text.find("0 wrong") != std::string::npos);
  }
}

TEST_CASE("Two host processes use emulated cards at once", "[hwemu]") {
  const Folder folder("hwemu-both"), other("hwemu-both-2");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  REQUIRE(bench::pack_vadd(1, other / "vadd.xclbin").code == 0);
  bench::Background first(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 queued");
  bench::Background second(other, bench::kTools + "hwemu_native_host vadd.xclbin 1 repeated");
  CHECK(first.ends_within(60) == 0);
  CHECK(second.ends_within(60) == 0);
}

TEST_CASE("Nothing that a run leaves can be written by others", "[hwemu]") {
  const Folder folder("hwemu-private");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  REQUIRE(bench::host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 repeated").code == 0);
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.str())) {
    INFO(entry.path());
    if (!entry.is_symlink()) CHECK((entry.status().permissions() & std::filesystem::perms::others_write) == std::filesystem::perms::none);
    ++files;
  }
  CHECK(files > 5);
  struct stat info {};
  REQUIRE(::stat(("/tmp/vernier-" + std::to_string(::getuid())).c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
}

TEST_CASE("Opening the card and running on it for the first time takes less than a second", "[hwemu]") {
  const Folder folder("hwemu-load");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin").code == 0);
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    bench::Background host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 endless");
    REQUIRE(host.says("first run", 30));
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::printf("process start to the end of the first run: %.3f s at best\n", best);
  CHECK(best < 1.0);
}

TEST_CASE("A host that asks the kernel for its banks passes on a card whose DDR follows its HBM", "[hwemu]") {
  const Folder folder("hwemu-u280");
  const auto packed = bench::pack_vadd(1, folder / "vadd.xclbin", "board=u280 'a=HBM[3]' 'b=DDR[1]' 'sum=DDR[0]'");
  INFO(packed.text);
  REQUIRE(packed.code == 0);
  const auto ran = bench::host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 repeated");
  INFO(ran.text);
  CHECK(ran.code == 0);
}

TEST_CASE("A kernel reads and writes buffers that lie in the memory of the host", "[hwemu]") {
  const Folder folder("hwemu-host-memory");
  REQUIRE(bench::pack_vadd(1, folder / "vadd.xclbin", "'b=HOST[0]' 'sum=HOST[0]'").code == 0);
  const auto ran = bench::host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 host_memory");
  INFO(ran.text);
  CHECK(ran.code == 0);
  CHECK(ran.text.find("0 wrong") != std::string::npos);
}
