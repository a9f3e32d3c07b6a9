// SPDX-License-Identifier: Apache-2.0
// Kernels written in C++ for Vitis HLS, packed by the command line and driven by plain hosts.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <regex>

#include "hwemu_bench.hpp"

using e2e::Folder;
namespace fs = std::filesystem;

using bench::pack;
using bench::refused;

namespace {

const std::string kRtl = std::string(VERNIER_SOURCE_DIR) + "/tests/hwemu/";
const std::string kHere = kRtl + "hls/";

e2e::Ran passes(const Folder& folder, const std::string& host, const std::string& environment = "") {
  auto ran = bench::host(folder, bench::kTools + host, environment);
  INFO(host << " " << environment << ": " << ran.text);
  CHECK(ran.code == 0);
  CHECK(ran.text.find("0 wrong") != std::string::npos);
  return ran;
}

/// The cycles of its runs that the simulators below a folder noted, in order.
std::vector<long> logged(const Folder& folder, const std::string& unit, const std::string& how) {
  std::vector<long> cycles;
  for (const auto& entry : fs::recursive_directory_iterator(folder.str())) {
    if (entry.path().filename() != "simulate.log" || entry.path().string().find("binary_0") == std::string::npos) continue;
    std::ifstream log(entry.path());
    const std::regex line(unit + ": run \\d+ took (\\d+) cycles, " + how + ".*");
    std::smatch match;
    for (std::string text; std::getline(log, text);) {
      if (std::regex_match(text, match, line)) cycles.push_back(std::stol(match[1]));
    }
  }
  return cycles;
}
std::vector<long> estimates(const Folder& folder, const std::string& unit) { return logged(folder, unit, "estimated"); }

/// Of the digits at 2000 frames a second.
double three_frames_in_systemc() {
  const auto model = e2e::vernier("run digits-int8 --ruler systemc --target stream@2000fps --json - 2>/dev/null");
  std::smatch first, interval;
  REQUIRE(std::regex_search(model.text, first, std::regex("\"cycles\": (\\d+)")));
  REQUIRE(std::regex_search(model.text, interval, std::regex("\"interval_cycles\": (\\d+)")));
  return std::stod(first[1]) + 2 * std::stod(interval[1]);
}

/// A kernel with the vector addition's interface and another body.
std::string variant(const Folder& folder, const std::string& helpers, const std::string& body) {
  const auto file = folder / "variant.cpp";
  std::ofstream(file) << "#include <hls_stream.h>\n" << helpers
                      << "\nextern \"C\" void vadd(const unsigned* a, const unsigned* b, unsigned* sum, unsigned count) {\n"
                         "#pragma HLS INTERFACE m_axi port=a bundle=gmem0\n#pragma HLS INTERFACE m_axi port=b bundle=gmem1\n#pragma HLS INTERFACE m_axi port=sum bundle=gmem0\n"
                      << body << "}\n";
  return file;
}

}  // namespace

TEST_CASE("A vector addition in C++ passes with plain hosts on one and two units and banks", "[hwemu]") {
  for (const int units : {1, 2}) {
    const Folder folder("functions-vadd-" + std::to_string(units));
    pack(kHere + "vadd.cpp --unit vadd_1 " + (units == 2 ? "--unit vadd_2 --bank 'b=DDR[1]' --bank 'vadd_2.sum=DDR[1]' " : "") + "-o " + (folder / "vadd.xclbin"));
    const std::string count = std::to_string(units);
    for (const char* mode : {"repeated", "queued", "sub_buffers", "threads", "unaligned"}) passes(folder, "hwemu_native_host vadd.xclbin " + count + " " + mode);
    passes(folder, "hwemu_native_host vadd.xclbin " + count + " repeated", "VERNIER_HWEMU_MEMORY=hostile:3;");
    passes(folder, "hwemu_opencl_host vadd.xclbin " + count);
  }
}

TEST_CASE("A C++ kernel reads and writes the memory of the host and is managed through its registers", "[hwemu]") {
  const Folder folder("functions-host");
  pack(kHere + "vadd.cpp --unit vadd_1 --bank 'b=HOST[0]' --bank 'sum=HOST[0]' -o " + (folder / "vadd.xclbin"));
  passes(folder, "hwemu_native_host vadd.xclbin 1 host_memory");
  pack(kHere + "vadd.cpp --unit vadd_1 --ctrl user_managed -o " + (folder / "vadd.xclbin"));
  passes(folder, "hwemu_native_host vadd.xclbin 1 user_managed");
}

TEST_CASE("A C++ kernel of fixed-point vectors, three bundles and results in registers passes with its host", "[hwemu]") {
  const Folder folder("functions-scale");
  pack(kHere + "scale.cpp -o " + (folder / "scale.xclbin"));
  passes(folder, "hwemu_scale_host scale.xclbin");
  passes(folder, "hwemu_scale_host scale.xclbin", "VERNIER_HWEMU_MEMORY=hostile:4;");
  // a register that goes both ways has another place on the card: it is not taken for one that goes out
  const auto file = folder / "both.cpp";
  std::ofstream(file) << "extern \"C\" void both(int* memory, int* level) {\n#pragma HLS INTERFACE s_axilite port=level\n  *level = *level + memory[0];\n}\n";
  refused(file + " -o " + (folder / "both.xclbin"), 3, {"both.cpp:2: parameter level (int*) is a register that both reads as well"});
}

TEST_CASE("The estimate of a C++ kernel counts iterations and memory and is labelled", "[hwemu]") {
  const Folder folder("functions-estimate");
  pack(kHere + "vadd.cpp --unit vadd_1 -o " + (folder / "vadd.xclbin"));
  passes(folder, "hwemu_native_host vadd.xclbin 1 repeated", "VERNIER_HWEMU_MEMORY=ideal:latency=80;");
  const auto near = estimates(folder, "vadd_1");  // counts 1, 15, 16, 17, 1000, 1024 and 4099
  REQUIRE(near.size() == 7);
  // one word a cycle between a read and a write that each take the memory's latency
  CHECK(near[0] > 2 * 80);
  CHECK(near[0] < 2 * 80 + 40);
  CHECK(near[6] > 4099 + 2 * 80);
  CHECK(near[6] < 4099 + 2 * 80 + 100);
  fs::remove_all(folder / ".run");
  passes(folder, "hwemu_native_host vadd.xclbin 1 repeated", "VERNIER_HWEMU_MEMORY=ideal:latency=80,bytes_per_cycle=1;");
  const auto narrow = estimates(folder, "vadd_1");
  REQUIRE(narrow.size() == 7);
  CHECK(narrow[6] > 4 * 4099);  // 4 bytes a word and port at one byte a cycle
}

TEST_CASE("A stream carries words between two C++ kernels of one file and between C++ and RTL", "[hwemu]") {
  for (const int pipelines : {1, 2}) {
    const Folder folder("functions-stream-" + std::to_string(pipelines));
    std::string command = kHere + "stream.cpp:stream_reader " + kHere + "stream.cpp:stream_writer -o " + (folder / "stream.xclbin");
    for (int i = 1; i <= pipelines; ++i) {
      const auto n = std::to_string(i);
      command += " --unit 1:reader_" + n + " --unit 2:writer_" + n + " --stream reader_" + n + ".words:writer_" + n + ".words";
    }
    pack(command);
    const std::string arguments = " stream.xclbin " + std::to_string(pipelines) + " 1";
    passes(folder, "hwemu_stream_native_host" + arguments);
    passes(folder, "hwemu_stream_opencl_host" + arguments);
    passes(folder, "hwemu_stream_native_host" + arguments, "VERNIER_HWEMU_MEMORY=hostile:9;");
  }
  const Folder folder("functions-stream-rtl");
  pack(kHere + "stream.cpp:stream_reader " + kRtl + "stream_writer --source " + kRtl + "vadd/vadd_control.sv --unit 1:reader_1 --unit 2:writer_1 --stream reader_1.words:writer_1.words -o " + (folder / "stream.xclbin"));
  passes(folder, "hwemu_stream_native_host stream.xclbin 1 0");
}

TEST_CASE("A C++ kernel that is never started works between two that are", "[hwemu]") {
  const Folder folder("functions-adder");
  pack(kHere + "stream.cpp:stream_reader " + kHere + "stream.cpp:stream_writer " + kHere + "stream.cpp:stream_adder --unit 1:reader_1 --unit 2:writer_1 --unit 3:adder_1 --stream reader_1.words:adder_1.in:4 "
       "--stream adder_1.out:writer_1.words -o " + (folder / "stream.xclbin"));
  passes(folder, "hwemu_stream_native_host stream.xclbin 1 2");
}

TEST_CASE("A C++ kernel that computes for long is no hang and one that asks in vain is", "[hwemu]") {
  const Folder folder("functions-long");
  pack(variant(folder, "", "  unsigned x = 0;\n  for (int i = 0; i < 60000; ++i) {\n#pragma HLS PIPELINE\n    x += i;\n  }\n  for (unsigned i = 0; i < count; ++i) sum[i] = a[i] + b[i] + (x == 1 ? 1 : 0);\n") + " --unit vadd_1 -o " + (folder / "vadd.xclbin"));
  passes(folder, "hwemu_native_host vadd.xclbin 1 repeated", "VERNIER_HWEMU_WATCHDOG=5000;");
  pack(variant(folder, "", "  hls::stream<unsigned> never;\n  while (never.empty()) {\n  }\n  sum[0] = count;\n") + " --unit vadd_1 -o " + (folder / "vadd.xclbin"));
  CHECK(bench::host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 repeated", "VERNIER_HWEMU_WATCHDOG=5000;").code == 5);
}

TEST_CASE("A matrix product in C++ passes on one and two units", "[hwemu]") {
  for (const int units : {1, 2}) {
    const Folder folder("functions-matmul-" + std::to_string(units));
    pack(kHere + "matmul.cpp --unit matmul_1 " + (units == 2 ? "--unit matmul_2 --bank 'matmul_2.c=DDR[1]' " : "") + "-o " + (folder / "matmul.xclbin"));
    passes(folder, "hwemu_matmul_host matmul.xclbin " + std::to_string(units));
    passes(folder, "hwemu_matmul_host matmul.xclbin " + std::to_string(units), "VERNIER_HWEMU_MEMORY=hostile:5;");
  }
}

TEST_CASE("An emitted streaming design runs with its own host and takes the cycles of the SystemC model", "[hwemu]") {
  const Folder folder("functions-emitted");
  const auto emitted = e2e::vernier("emit hls digits-int8 --board u250 --clock 200 --target stream@2000fps --samples 3 -o " + (folder / "project"));
  INFO(emitted.text);
  REQUIRE(emitted.code == 0);
  const auto host = e2e::shell("make -s -C " + (folder / "project") + " host/host XILINX_XRT=/usr");
  INFO(host.text);
  REQUIRE(host.code == 0);
  pack((folder / "project/src/streaming.cpp") + " -I " + (folder / "project/include") + " -o " + (folder / "streaming.xclbin"));
  const auto ran = bench::host(folder, (folder / "project/host/host") + " streaming.xclbin");
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  CHECK(ran.text.find("PASS: 3 frames") != std::string::npos);
  const auto cycles = estimates(folder, "streaming_1");
  REQUIRE(cycles.size() == 1);
  const double wanted = three_frames_in_systemc();
  std::printf("three frames of digits: %ld cycles as a packed kernel, %.0f in SystemC\n", cycles[0], wanted);
  CHECK(static_cast<double>(cycles[0]) == Approx(wanted).epsilon(0.02));
  // one golden byte changed: the host sees it
  REQUIRE(e2e::shell("sed -i '/out0_frames/{n;s/^ *-*[0-9]*,/  99,/}' " + (folder / "project/test/frames.hpp") + " && make -s -C " + (folder / "project") + " host/host XILINX_XRT=/usr").code == 0);
  CHECK(bench::host(folder, (folder / "project/host/host") + " streaming.xclbin").code == 1);
}

TEST_CASE("The same design passes with the same host as an RTL kernel, and with some of its stages in RTL", "[hwemu]") {
  const Folder folder("functions-emitted-rtl");
  const auto emitted = e2e::vernier("emit hls digits-int8 --board u250 --clock 200 --target stream@2000fps --samples 3 --rtl --rtl-stages conv2,pool -o " + (folder / "project"));
  INFO(emitted.text);
  REQUIRE(emitted.code == 0);
  const auto host = e2e::shell("make -s -C " + (folder / "project") + " host/host XILINX_XRT=/usr");
  INFO(host.text);
  REQUIRE(host.code == 0);
  pack((folder / "project/rtl") + " -o " + (folder / "streaming.xclbin"));
  for (const char* memory : {"", "VERNIER_HWEMU_MEMORY=hostile:5;"}) {
    const auto ran = bench::host(folder, (folder / "project/host/host") + " streaming.xclbin", memory);
    INFO(memory << ran.text);
    REQUIRE(ran.code == 0);
    CHECK(ran.text.find("PASS: 3 frames") != std::string::npos);
  }
  // a convolution and a pool in RTL, the other stages as functions, on one card
  const auto mixed = e2e::shell("PATH=" VERNIER_BINARY_DIR ":$PATH make -s -C " + (folder / "project") + " emu-mixed XILINX_XRT=/usr");
  INFO(mixed.text);
  REQUIRE(mixed.code == 0);
  CHECK(mixed.text.find("PASS: 3 frames") != std::string::npos);
  const auto cycles = logged(folder, "streaming_1", "from ap_start to the last handshake on a memory port");
  REQUIRE_FALSE(cycles.empty());
  const double wanted = three_frames_in_systemc();
  std::printf("three frames of digits: %ld cycles as a packed RTL kernel, %.0f in SystemC\n", *std::ranges::min_element(cycles), wanted);
  CHECK(static_cast<double>(*std::ranges::min_element(cycles)) == Approx(wanted).epsilon(0.02));
  // an error that memory answers with ends the run; the kernel says so, and the next run is whole
  const auto twice = e2e::shell("cd " + (folder / "project") + " && sed 's/  auto run = \\(.*\\);/  \\1.wait(), std::printf(\"first run: %u\\\\n\", kernel.read_register(0x30));\\n  auto run = \\1;/' host/host.cpp > host/twice.cpp"
                                " && g++ -std=c++17 -I/usr/include/xrt -o host/twice host/twice.cpp -lxrt_coreutil -luuid -pthread");
  INFO(twice.text);
  REQUIRE(twice.code == 0);
  for (const auto& [fault, error] : {std::pair{"read:2", "first run: 1"}, {"write:1", "first run: 259"}}) {
    const std::string planted = std::string("VERNIER_HWEMU_FAULTS=bus_error=") + fault + ";";
    const auto failing = bench::host(folder, (folder / "project/host/host") + " streaming.xclbin", planted);
    INFO(planted << failing.text);
    CHECK(failing.code == 1);
    CHECK(failing.text.find("FAIL: memory answered port ") != std::string::npos);
    const auto recovered = bench::host(folder, (folder / "project/host/twice") + " streaming.xclbin", planted);
    INFO(recovered.text);
    CHECK(recovered.code == 0);
    CHECK(recovered.text.find(error) != std::string::npos);
    CHECK(recovered.text.find("PASS: 3 frames") != std::string::npos);
  }
}

TEST_CASE("A C++ kernel whose streams are too short ends with exit 5 and says which process waits for what", "[hwemu]") {
  const Folder folder("functions-deadlock");
  const std::string helpers =
      "static void both(const unsigned* a, const unsigned* b, hls::stream<unsigned>& x, hls::stream<unsigned>& y, unsigned n) {\n"
      "  for (unsigned i = 0; i < n; ++i) x.write(a[i]);\n  for (unsigned i = 0; i < n; ++i) y.write(b[i]);\n}\n"
      "static void add(hls::stream<unsigned>& x, hls::stream<unsigned>& y, unsigned* sum, unsigned n) {\n  for (unsigned i = 0; i < n; ++i) sum[i] = x.read() + y.read();\n}\n";
  const auto body = [](const char* depth) {
    return std::string("#pragma HLS DATAFLOW\n  hls::stream<unsigned> first, second;\n#pragma HLS STREAM variable=first depth=") + depth + "\n  both(a, b, first, second, count);\n  add(first, second, sum, count);\n";
  };
  pack(variant(folder, helpers, body("16")) + " --unit vadd_1 -o " + (folder / "vadd.xclbin"));
  const auto ran = bench::host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 repeated", "VERNIER_HWEMU_WATCHDOG=20000;");
  INFO(ran.text);
  CHECK(ran.code == 5);
  CHECK(ran.text.find("both waits for room in stream first (16 of 16 beats)") != std::string::npos);
  CHECK(ran.text.find("add waits for a beat of stream second (0 of 2 beats)") != std::string::npos);
  // deep enough, it passes
  pack(variant(folder, helpers, body("4100")) + " --unit vadd_1 -o " + (folder / "vadd.xclbin"));
  passes(folder, "hwemu_native_host vadd.xclbin 1 repeated");
}

TEST_CASE("An access of a C++ kernel outside of its memory ends with exit 1 and is named", "[hwemu]") {
  const Folder folder("functions-wild");
  const auto fails = [&](const std::string& body, const std::string& text) {
    pack(variant(folder, "", body) + " --unit vadd_1 -o " + (folder / "vadd.xclbin"));
    const auto ran = bench::host(folder, bench::kTools + "hwemu_native_host vadd.xclbin 1 repeated");
    INFO(body << ran.text);
    CHECK(ran.code == 1);
    CHECK(ran.text.find(text) != std::string::npos);
  };
  fails("  sum[0] = a[0x100000000];\n", "lies outside the banks of this port (DDR[0]");          // 16 GiB behind the buffer
  fails("  unsigned* nowhere = nullptr;\n  nowhere[count] = b[0];\n", "vadd_1: the function (in vadd) touched address");
  fails("  sum[0] = a[0] / (count - count);\n", "vadd_1: the function (in vadd) ended with a division by zero");
}

TEST_CASE("A C++ kernel without pragmas has the interfaces Vitis infers and a description takes their place", "[hwemu]") {
  const Folder folder("functions-inferred");
  std::ofstream(folder / "vadd.cpp") << "#include <cstring>\nextern \"C\" void vadd(const unsigned* a, const unsigned* b, unsigned* sum, unsigned count) {\n"
                                        "  unsigned x[16], y[16];\n  for (unsigned i = 0; i < count; i += 16) {\n    const unsigned n = count - i < 16 ? count - i : 16;\n"
                                        "    memcpy(x, a + i, 4 * n);\n    std::memcpy(y, &b[i], 4 * n);\n    for (unsigned j = 0; j < n; ++j) x[j] += y[j];\n    memcpy(sum + i, x, 4 * n);\n  }\n}\n";
  pack((folder / "vadd.cpp") + " --unit vadd_1 --bank 'm_axi_gmem=DDR[1]' -o " + (folder / "vadd.xclbin"));
  passes(folder, "hwemu_native_host vadd.xclbin 1 repeated");
  pack((folder / "vadd.cpp") + " --kernel-xml " + kRtl + "vadd/kernel.xml --unit vadd_1 -o " + (folder / "vadd.xclbin"));
  passes(folder, "hwemu_native_host vadd.xclbin 1 queued");
}

TEST_CASE("A C++ kernel goes to the real card through the vendor's compiler", "[hwemu]") {
  const Folder folder("functions-vitis");
  pack(kHere + "stream.cpp:stream_reader " + kHere + "stream.cpp:stream_writer --stream stream_reader_1.words:stream_writer_1.words --board u200 --vitis " + (folder / "vitis") + " -o " + (folder / "stream.xclbin"));
  const auto script = e2e::shell("cat " + (folder / "vitis/build.sh")).text;
  INFO(script);
  CHECK(script.find("v++ --compile --target hw --platform xilinx_u200_gen3x16_xdma_2_202110_1 --kernel stream_reader --kernel_frequency 300 -o stream_reader.xo") != std::string::npos);
  CHECK(script.find("--link --config link.cfg stream_reader.xo stream_writer.xo") != std::string::npos);
  CHECK(script.find("not run by it") != std::string::npos);
  CHECK(e2e::shell("sh -n " + (folder / "vitis/build.sh")).code == 0);
}

TEST_CASE("C++ that is no kernel is refused with file and line and what is accepted", "[hwemu]") {
  const Folder folder("functions-refused");
  const auto out = " -o " + (folder / "x.xclbin");
  const auto with = [&](const std::string& text) {
    std::ofstream(folder / "k.cpp") << text;
    return (folder / "k.cpp") + out;
  };
  refused(with("void f(int* a) {}\n"), 2, {"k.cpp", "no extern \"C\" function"});
  refused(with("extern \"C\" { void f(int* a) {}\nvoid g(int* a) {} }\n"), 2, {"f, g", "--top"});
  refused(with("extern \"C\" int f(int* a) { return 0; }\n"), 3, {"k.cpp:1", "returns a value"});
  refused(with("extern \"C\" void f(int* a) {\n#pragma HLS INTERFACE m_axi port=b\n}\n"), 2, {"k.cpp:2", "'b' is no parameter of f; it has a"});
  refused(with("extern \"C\" void f(int* a) {\n#pragma HLS INTERFACE ap_fifo port=a\n}\n"), 3, {"k.cpp:2", "'ap_fifo'", "m_axi, s_axilite, axis"});
  refused(with("extern \"C\" void f(int* a) {\n\n#pragma HLS INTERFACE m_axi port=a bundel=x\n}\n"), 2, {"k.cpp:3", "bundel", "bundle"});
  refused(with("extern \"C\" void f(int* a) {\n#pragma HLS INTERFACE s_axilite port=a\n  *a += 1;\n}\n"), 3, {"k.cpp:2", "a register that f reads as well"});
  refused(with("#include \"nowhere.h\"\nextern \"C\" void f(int* a) {}\n"), 2, {"nowhere.h"});
  refused(with("extern \"C\" void f(int* a) {\n  a[0] = undeclared;\n}\n"), 2, {"k.cpp:2", "undeclared"});
  refused(with("struct S { long x[4]; };\nextern \"C\" void f(int* a, S s) { a[0] = s.x[0]; }\n"), 3, {"k.cpp:2", "parameter s of f is a value of more than 64 bits"});
}
