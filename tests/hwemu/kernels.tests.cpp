// SPDX-License-Identifier: Apache-2.0
// Kernels as users bring them, packed by the command line and driven by plain hosts.
#include <catch2/catch.hpp>

#include "hwemu_bench.hpp"

using e2e::Folder;
namespace fs = std::filesystem;

using bench::pack;
using bench::refused;

namespace {

const std::string kHere = std::string(VERNIER_SOURCE_DIR) + "/tests/hwemu/";
const std::string kControl = " --source " + kHere + "vadd/vadd_control.sv ";

void passes(const Folder& folder, const std::string& host, const std::string& environment = "") {
  const auto ran = bench::host(folder, bench::kTools + host, environment);
  INFO(host << " " << environment << ": " << ran.text);
  CHECK(ran.code == 0);
  CHECK(ran.text.find("0 wrong") != std::string::npos);
}

/// The reader and the writer, `pipelines` times, with nothing or the adder between them.
std::string pipeline(int pipelines, bool adder, const std::string& xclbin) {
  std::string command = kHere + "stream_reader " + kHere + "stream_writer " + (adder ? kHere + "stream_adder" : "") + kControl + " -o " + xclbin;
  for (int i = 1; i <= pipelines; ++i) {
    const auto n = std::to_string(i);
    command += " --unit 1:reader_" + n + " --unit 2:writer_" + n;
    if (adder) command += " --unit 3:adder_" + n + " --stream reader_" + n + ".words:adder_" + n + ".in:16 --stream adder_" + n + ".out:writer_" + n + ".words";
    else command += " --stream reader_" + n + ".words:writer_" + n + ".words";
    if (i == 2) command += " --bank 'reader_2.a=DDR[1]' --bank 'writer_2.sum=DDR[3]'";
  }
  return command;
}

}  // namespace

TEST_CASE("A kernel built on the vendor's FIFOs passes with plain hosts on one and two units and banks", "[hwemu]") {
  for (const int units : {1, 2}) {
    const Folder folder("kernels-fifo-" + std::to_string(units));
    pack(kHere + "vadd_fifo" + kControl + "--unit vadd_1 " + (units == 2 ? "--unit vadd_2 --bank 'b=DDR[1]' --bank 'vadd_2.sum=DDR[1]' " : "") + "-o " + (folder / "vadd.xclbin"));
    const std::string count = std::to_string(units);
    for (const char* mode : {"repeated", "queued", "sub_buffers"}) passes(folder, "hwemu_native_host vadd.xclbin " + count + " " + mode);
    passes(folder, "hwemu_native_host vadd.xclbin " + count + " repeated", "VERNIER_HWEMU_MEMORY=hostile:3;");
    passes(folder, "hwemu_opencl_host vadd.xclbin " + count);
  }
}

TEST_CASE("A kernel with a second clock passes whichever is faster", "[hwemu]") {
  for (const char* clock : {"133", "517.3"}) {
    const Folder folder("kernels-clocks");
    pack(kHere + "vadd_fifo" + kControl + "--unit vadd_1 --param TwoClocks=1 --clock ap_clk_2=" + clock + " -o " + (folder / "vadd.xclbin"));
    passes(folder, "hwemu_native_host vadd.xclbin 1 queued");
  }
}

TEST_CASE("A stream carries words between two kernels of one card", "[hwemu]") {
  for (const int pipelines : {1, 2}) {
    const Folder folder("kernels-stream-" + std::to_string(pipelines));
    pack(pipeline(pipelines, false, folder / "stream.xclbin"));
    const std::string arguments = " stream.xclbin " + std::to_string(pipelines) + " 0";
    passes(folder, "hwemu_stream_native_host" + arguments);
    passes(folder, "hwemu_stream_opencl_host" + arguments);
    passes(folder, "hwemu_stream_native_host" + arguments, "VERNIER_HWEMU_MEMORY=hostile:9;");
  }
}

TEST_CASE("A kernel that is never started works between two that are", "[hwemu]") {
  const Folder folder("kernels-adder");
  pack(pipeline(2, true, folder / "stream.xclbin"));
  passes(folder, "hwemu_stream_native_host stream.xclbin 2 1");
  passes(folder, "hwemu_stream_opencl_host stream.xclbin 2 1");
}

TEST_CASE("Two processes drive pipelines of kernels at once", "[hwemu]") {
  const Folder folder("kernels-both"), other("kernels-both-2");
  for (const auto* one : {&folder, &other}) pack(pipeline(1, false, *one / "stream.xclbin"));
  bench::Background first(folder, bench::kTools + "hwemu_stream_native_host stream.xclbin 1 0");
  bench::Background second(other, bench::kTools + "hwemu_stream_opencl_host stream.xclbin 1 0");
  CHECK(first.ends_within(60) == 0);
  CHECK(second.ends_within(60) == 0);
}

TEST_CASE("A host manages a kernel by itself through its registers", "[hwemu]") {
  const Folder folder("kernels-managed");
  pack(bench::kVadd + " --ctrl user_managed --unit vadd_1 -o " + (folder / "vadd.xclbin"));
  passes(folder, "hwemu_native_host vadd.xclbin 1 user_managed");
}

TEST_CASE("A kernel is described by a packaged IP or an archive of one or the command line", "[hwemu]") {
  const Folder folder("kernels-inputs");
  fs::create_directories(folder / "ip/src");
  fs::copy_file(kHere + "component/component.xml", folder / "ip/component.xml");
  fs::copy_file(kHere + "vadd/vadd_control.sv", folder / "ip/src/vadd_control.sv");
  fs::copy_file(kHere + "vadd_fifo/vadd_fifo_kernel.sv", folder / "ip/src/vadd_fifo_kernel.sv");
  SECTION("component.xml") {
    pack((folder / "ip") + " --unit vadd_1 -o " + (folder / "vadd.xclbin"));
  }
  SECTION(".xo") {
    const auto zipped = e2e::shell("cd " + folder.str() + " && mkdir -p xo/vadd xo/ip_repo && cp " + kHere + "vadd_fifo/kernel.xml xo/vadd && mv ip xo/ip_repo/vadd_1_0 && cd xo && " +
                                   "python3 -c \"import zipfile,os;z=zipfile.ZipFile('../vadd.xo','w',zipfile.ZIP_DEFLATED);[z.write(os.path.join(d,f)) for d,_,n in os.walk('.') for f in n]\"");
    INFO(zipped.text);
    REQUIRE(zipped.code == 0);
    pack((folder / "vadd.xo") + " --unit vadd_1 -o " + (folder / "vadd.xclbin"));
    // one byte of the archive changed
    auto bytes = e2e::shell("cd " + folder.str() + " && python3 -c \"d=bytearray(open('vadd.xo','rb').read());d[200]^=1;open('bad.xo','wb').write(d)\"");
    refused((folder / "bad.xo") + " -o " + (folder / "bad.xclbin"), 2, {"bad.xo"});
  }
  SECTION("command line") {
    // the host asks for kernel vadd, which here is the module's name
    std::ofstream(folder / "ip/src/vadd.sv") << e2e::shell("sed 's/module vadd_fifo_kernel/module vadd/' " + (folder / "ip/src/vadd_fifo_kernel.sv")).text;
    fs::remove(folder / "ip/src/vadd_fifo_kernel.sv");
    pack((folder / "ip/src") + " --top vadd --arg a:m_axi_gmem0 --arg b:m_axi_gmem0 --arg sum:m_axi_gmem1 --arg count:s_axi_control:4 --unit vadd_1 -o " + (folder / "vadd.xclbin"));
  }
  passes(folder, "hwemu_native_host vadd.xclbin 1 repeated");
}

TEST_CASE("A primitive that is defined nowhere is named with the path of its instance and can be left out", "[hwemu]") {
  const Folder folder("kernels-primitive");
  fs::create_directories(folder / "rtl");
  fs::copy_file(bench::kVadd + "/kernel.xml", folder / "rtl/kernel.xml");
  fs::copy_file(bench::kVadd + "/vadd_control.sv", folder / "rtl/vadd_control.sv");
  const auto probed = e2e::shell("sed 's/^  assign s_axi_control_bresp = .*/&\\n  if (1) begin : gen_debug\\n    ila_0 #(.Depth(64)) u_ila (.clk(ap_clk), .probe0(start));\\n  end/' " +
                                 bench::kVadd + "/vadd_kernel.sv > " + (folder / "rtl/vadd_kernel.sv"));
  REQUIRE(probed.code == 0);
  refused((folder / "rtl") + " -o " + (folder / "vadd.xclbin"), 3, {"module ila_0", "vadd_kernel.gen_debug.u_ila", "--stub ila_0"});
  pack((folder / "rtl") + " --stub ila_0 --unit vadd_1 -o " + (folder / "vadd.xclbin"));
  passes(folder, "hwemu_native_host vadd.xclbin 1 repeated");
}

TEST_CASE("Files for the vendor's linker name banks and regions and streams and clocks of the card", "[hwemu]") {
  const Folder folder("kernels-vitis");
  pack(pipeline(1, false, folder / "stream.xclbin") + " --board u200 --bank 'reader_1.a=DDR[3]' --vitis " + (folder / "vitis"));
  const auto config = e2e::shell("cat " + (folder / "vitis/link.cfg")).text;
  INFO(config);
  for (const char* line : {"platform=xilinx_u200_gen3x16_xdma_2_202110_1", "nk=stream_reader:1:reader_1", "sp=reader_1.a:DDR[3]", "slr=reader_1:SLR2", "sp=writer_1.sum:DDR[0]",
                           "stream_connect=reader_1.words:writer_1.words:2", "freqHz=300000000:reader_1.ap_clk", "not run by it"}) {
    CHECK(config.find(line) != std::string::npos);
  }
  const auto script = e2e::shell("cat " + (folder / "vitis/package_stream_reader.tcl")).text;
  CHECK(script.find("package_xo -force -xo_path stream_reader.xo -kernel_name stream_reader -ctrl_protocol ap_ctrl_chain") != std::string::npos);
  CHECK(script.find("vadd_control.sv") != std::string::npos);
  CHECK(e2e::shell("sh -n " + (folder / "vitis/build.sh")).code == 0);
}

TEST_CASE("Streams that do not fit are refused with the names of both ends", "[hwemu]") {
  const Folder folder("kernels-refusals");
  const std::string kernels = kHere + "stream_reader " + kHere + "stream_writer" + kControl + "--unit 1:reader_1 --unit 2:writer_1 -o " + (folder / "x.xclbin");
  refused(kernels, 2, {"stream words is not connected", "reader_1"});
  refused(kernels + " --stream reader_1.words:writer_2.words", 2, {"writer_2"});
  refused(kernels + " --stream writer_1.words:reader_1.words", 2, {"stream_writer has no written stream named words"});
  refused(kernels + " --stream reader_1.words:writer_1.words:0", 2, {"depth"});
  refused(kernels + " --stream reader_1.words:writer_1.words --stream reader_1.words:writer_1.words", 2, {"connected twice"});
  refused(kernels + " --stream reader_1.words:writer_1.words --clock ap_clk_9=100", 2, {"ap_clk_9"});
}
