// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "command.hpp"

namespace vernier::cli {
namespace {

/// Command lines that run as they stand, or with a file of the user's in capitals.
constexpr auto kExamples = std::to_array<std::string_view>({
    "vernier compare digits-int8 --target npu8 --rulers rtl,golden,cpu -o out",
    "vernier compare digits-int8 --targets npu8,stream@2000fps --rulers rtl,systemc,cpu --scenario offline -o out",
    "vernier run digits-int8 --ruler rtl --target npu16 --check --memory hostile",
    "vernier run resnet50 --ruler systemc --target npu32 --timing-only --json record.json",
    "vernier bench digits-int8 --ruler rtl --scenario server --mode find-peak",
    "vernier bench digits-int8 --ruler cpu --scenario singlestream --duration 10 -o logs",
    "vernier sweep SWEEP.toml -j 2 -o out/sweep",
    "vernier sweep SWEEP.toml --executor slurm -o out/sweep",
    "vernier explain MODEL.onnx --target npu16",
    "vernier explain digits-int8 --target stream@2000fps:u50",
    "vernier report record.json OTHER.json -o out",
    "vernier diff A.json B.json --fail-if 'cycles>2%'",
    "vernier tiny digits-int8 --ruler rtl --target npu8 --task ic01 --window 1",
    "vernier tiny MODEL.onnx --task kws01 --port /dev/ttyUSB1 --mode energy",
    "vernier published --model resnet50 --scenario Offline --per-accelerator",
    "vernier published --sheet devices --csv -",
    "vernier targets --build npu8 npu16",
    "vernier models --write resnet18_32 -o resnet18.onnx",
    "vernier import scalesim TOPOLOGY.csv --array 32x32 -o model.onnx",
    "vernier import timeloop PROBLEM.yaml -o model.onnx",
    "vernier boards --target npu16",
    "vernier synth npu8 --family xc7",
    "vernier synth TARGET.toml --family ecp5 --place",
    "vernier kernel pack --target npu8 -o npu8.xclbin",
    "vernier kernel pack vadd.cpp --unit vadd_1 -o vadd.xclbin",
    "vernier board check",
    "vernier board run digits-int8 --board emulated --target npu8",
    "vernier disasm PROGRAM.vpg -o program.txt",
    "vernier emit hls digits-int8 --target stream@2000fps --board u50 -o project",
});

constexpr std::string_view kExitCodes =
    "Exit codes: 0 fine, 1 result wrong, bus error or bar missed, 2 bad usage or input, 3 unsupported, 4 unavailable,\n"
    "5 timeout or hang, 6 input/output, 130 interrupted.\n";

void add_footer(CLI::App& command, const std::string& path) {
  std::string text;
  for (const auto line : kExamples) {
    if (line.starts_with(path + " ")) text += "  " + std::string(line) + "\n";
  }
  command.footer((text.empty() ? "" : "Examples:\n" + text + "\n") + std::string(kExitCodes));
  for (auto* sub : command.get_subcommands({})) add_footer(*sub, path + " " + sub->get_name());
}

}  // namespace

void add_examples(CLI::App& app) {
  for (auto* command : app.get_subcommands({})) add_footer(*command, "vernier " + command->get_name());
  std::string first;
  for (const auto* command : app.get_subcommands({})) {
    const auto found = std::ranges::find_if(kExamples, [&](std::string_view line) { return line.starts_with("vernier " + command->get_name() + " "); });
    if (found != kExamples.end()) first += "  " + std::string(*found) + "\n";
  }
  app.footer("Examples, more with `vernier COMMAND --help`:\n" + first + "\n" + std::string(kExitCodes));
}

}  // namespace vernier::cli
