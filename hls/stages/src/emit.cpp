// SPDX-License-Identifier: Apache-2.0
#include <vernier/stages/emit.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>
#include <vernier/stages/emit_rtl.hpp>

#include "emit_sources.hpp"

namespace vernier::stages {
namespace {
namespace fs = std::filesystem;

constexpr const char* kFlags = "-Wall -Wextra -Werror -Wno-unknown-pragmas -Wno-unused-label";

constexpr const char* kRtlTarget = R"(# the same host, against the kernel in RTL
emu-rtl: host/host
	vernier kernel pack rtl -o emu-rtl/{0}.xclbin
	set -a && . emu-rtl/hw_emu.env && set +a && host/host emu-rtl/{0}.xclbin
)";

/// {0} the kernel, {1} the streams between both parts as options.
constexpr const char* kMixedTarget = R"(# the same host, against some stages in RTL and the others as functions
emu-mixed: host/host
	vernier kernel pack mixed/{0}.cpp mixed/rtl -I include -I src {1}-o emu-mixed/{0}.xclbin
	set -a && . emu-mixed/hw_emu.env && set +a && host/host emu-mixed/{0}.xclbin
)";

/// A kernel in SystemVerilog with all modules it is made of.
Result<void> add_rtl(const std::string& folder, std::map<std::string, std::string> kernel, std::map<std::string, std::string>& files) {
  for (auto& [name, text] : kernel) files[folder + name] = std::move(text);
  std::vector<fs::path> modules{home() / "rtl/prim/vrn_assert.svh", home() / "rtl/prim/vrn_queue.sv", home() / "rtl/prim/vrn_axil_port.sv"};
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(home() / "rtl/stream", ec)) modules.push_back(entry.path());
  if (ec) return fail(ErrorCode::kIo, ec.message(), (home() / "rtl/stream").string());
  for (const auto& module : modules) {
    auto text = read_text(module);
    if (!text) return forward_error(text);
    files[folder + module.filename().string()] = std::move(*text);
  }
  return {};
}

Result<void> add_text(const char* from, const std::string& to, std::map<std::string, std::string>& files) {
  auto text = read_text(home() / from);
  if (!text) return forward_error(text);
  files[to] = std::move(*text);
  return {};
}

/// The function with its constants and the headers that both the HLS compiler and g++ take.
Result<void> add_function(const Design& design, const EmitOptions& options, std::map<std::string, std::string>& files) {
  files["src/" + options.kernel + ".cpp"] = top_source(design, options);
  files["src/" + options.kernel + ".hpp"] = top_header(design, options);
  files["src/constants.hpp"] = constants_source(design);
  const auto kernels = home() / "hls/kernels/include/vernier/hls";
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(kernels, ec)) {
    auto text = read_text(entry.path());
    if (!text) return forward_error(text);
    files["include/vernier/hls/" + entry.path().filename().string()] = std::move(*text);
  }
  if (ec) return fail(ErrorCode::kIo, ec.message(), kernels.string());
  return add_text("host/core/include/vernier/core/fixed_point.hpp", "include/vernier/core/fixed_point.hpp", files);
}

/// A stream between functions and RTL as v++ and `kernel pack` name it, with the depth of what waits before RTL: behind
/// RTL it waits there.
struct Link {
  std::string ends;
  std::int64_t depth = 0;
};
std::vector<Link> links_of(const Design& design, const EmitOptions& o, const std::vector<bool>& in_rtl) {
  std::vector<Link> links;
  for (std::size_t f = 0; f < design.fifos.size(); ++f) {
    const auto& fifo = design.fifos[f];
    if (in_rtl[fifo.writer] == in_rtl[fifo.reader]) continue;
    const auto function = fmt::format("{}_1.{}", o.kernel, stream_name(design, f)), module = fmt::format("{}_rtl_1.s{}", o.kernel, f);
    links.push_back(in_rtl[fifo.reader] ? Link{function + ":" + module, fifo.depth} : Link{module + ":" + function, 2});
  }
  return links;
}

/// Folder mixed: the chosen stages as a kernel in RTL, the others as a function, and what connects them for v++.
Result<std::string> add_mixed(const Design& design, const EmitOptions& options, std::map<std::string, std::string>& files) {
  const auto chosen = choose_stages(design, options.rtl_stages);
  if (!chosen) return forward_error(chosen);
  if (auto ok = add_rtl("mixed/rtl/", emit_rtl_part(design, options.kernel + "_rtl", *chosen), files); !ok) return forward_error(ok);
  files["mixed/" + options.kernel + ".cpp"] = top_source(design, options, *chosen);
  std::string connectivity = "[connectivity]\n", words;
  for (const auto& link : links_of(design, options, *chosen)) {
    connectivity += fmt::format("sc={}:{}\n", link.ends, link.depth);
    words += fmt::format("--stream {}:{} ", link.ends, link.depth);
  }
  files["mixed/link.cfg"] = std::move(connectivity);
  return fmt::format(kMixedTarget, options.kernel, words);
}

std::string makefile(const EmitOptions& o, const std::string& mixed) {
  return fmt::format(R"(# make test: compiles the kernel and its testbench with g++ and runs it. make emu: the kernel and its host in Vernier's
# hardware emulation. make hls, make xclbin: with Vitis.
CXX ?= g++
STD ?= c++14
CXXFLAGS ?= -O2 {1}

test: testbench
	./testbench
testbench: test/testbench.cpp src/{0}.cpp $(wildcard src/*.hpp test/*.hpp)
	$(CXX) -std=$(STD) $(CXXFLAGS) -Iinclude -Ishim -o $@ test/testbench.cpp src/{0}.cpp
hls:
	vitis_hls -f hls.tcl
xclbin:
	v++ -c -t $(or $(TARGET),hw) --platform {2} --kernel {0} -Iinclude -o {0}.xo src/{0}.cpp
	v++ -l -t $(or $(TARGET),hw) --platform {2} -o {0}.xclbin {0}.xo
host/host: host/host.cpp test/frames.hpp
	$(CXX) -std=c++17 -O2 -I$(XILINX_XRT)/include -I/usr/include/xrt -L$(XILINX_XRT)/lib -o $@ host/host.cpp -lxrt_coreutil -luuid -pthread
emu: host/host
	vernier kernel pack src/{0}.cpp -I include -o emu/{0}.xclbin
	set -a && . emu/hw_emu.env && set +a && host/host emu/{0}.xclbin
{3}.PHONY: test hls xclbin emu{4}
)", o.kernel, kFlags, o.platform.empty() ? "$(PLATFORM)" : o.platform, (o.rtl ? fmt::format(kRtlTarget, o.kernel) : "") + mixed, std::string(o.rtl ? " emu-rtl" : "") + (mixed.empty() ? "" : " emu-mixed"));
}

std::string tcl(const EmitOptions& o) {
  return fmt::format(R"(open_project -reset project
set_top {0}
add_files src/{0}.cpp -cflags "-std=c++14 -Iinclude"
add_files -tb test/testbench.cpp -cflags "-std=c++14 -Iinclude"
open_solution -reset solution -flow_target vitis
set_part {{{1}}}
create_clock -period {2:.3f}
csim_design
csynth_design
export_design -format xo -output {0}.xo
exit
)", o.kernel, o.part, 1e9 / o.clock.count());
}

}  // namespace

Result<EmittedKernel> emit_kernel(const Design& design, const EmitOptions& options, KernelForm form) {
  EmittedKernel kernel;
  const bool rtl = form == KernelForm::kRtl;
  kernel.source = rtl ? "rtl" : "src/" + options.kernel + ".cpp";
  kernel.include = rtl ? "" : "include";
  const auto ok = rtl ? add_rtl("rtl/", emit_rtl_kernel(design, options.kernel), kernel.files) : add_function(design, options, kernel.files);
  if (!ok) return forward_error(ok);
  return kernel;
}

Result<std::map<std::string, std::string>> emit_project(const Design& design, const TestFrames& test, const EmitOptions& options) {
  auto function = emit_kernel(design, options, KernelForm::kFunction);
  if (!function) return forward_error(function);
  auto files = std::move(function->files);
  files["test/frames.hpp"] = frames_source(design, test);
  files["test/testbench.cpp"] = testbench_source(design, test, options);
  files["host/host.cpp"] = host_source(design, options);
  files["hls.tcl"] = tcl(options);
  if (auto ok = add_text("hls/shim/include/hls_stream.h", "shim/hls_stream.h", files); !ok) return forward_error(ok);  // g++ alone needs it
  if (options.rtl) {
    auto rtl = emit_kernel(design, options, KernelForm::kRtl);
    if (!rtl) return forward_error(rtl);
    files.merge(rtl->files);
  }
  std::string mixed;
  if (!options.rtl_stages.empty()) {
    auto target = add_mixed(design, options, files);
    if (!target) return forward_error(target);
    mixed = std::move(*target);
  }
  files["Makefile"] = makefile(options, mixed);
  return files;
}

Result<void> write_files(const fs::path& folder, const std::map<std::string, std::string>& files) {
  for (const auto& [name, text] : files) {
    const auto file = folder / name;
    std::error_code ec;
    fs::create_directories(file.parent_path(), ec);
    if (ec) return fail(ErrorCode::kIo, "cannot be created: " + ec.message(), file.parent_path().string());
    if (auto ok = write_atomically(file, text); !ok) return ok;
  }
  return {};
}

}  // namespace vernier::stages
