// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <memory>

#include <vernier/package/area.hpp>
#include <vernier/package/board.hpp>
#include <vernier/package/placement.hpp>
#include <vernier/package/synthesis.hpp>

#include "command.hpp"

namespace vernier::cli {
namespace {


/// As synthesised where the cache has it, else the model's.
Result<Resources> resources_of(const program::Target& target, package::Family family) {
  if (package::is_synthesised(target, family)) {
    const auto synthesis = package::synthesise(target, family);
    if (!synthesis) return forward_error(synthesis);
    return synthesis->used;
  }
  const auto estimate = package::estimate_area(target, family);
  if (!estimate) return forward_error(estimate);
  return estimate->used;
}

/// What a board says of a design: fits or not, and what limits it.
Result<std::string> verdict(const package::Board& board, const program::Target& target) {
  if (!board.resources) return std::string(board.part.empty() ? "fits: not a part with limits" : "unknown: no counts of its resources");
  const auto family = package::family_of_part(board.part);
  if (family == package::Family::kEcp5 && !package::is_synthesised(target, family)) {  // memories are known by their sizes, logic is not
    Resources memories;
    for (const auto& memory : package::memories_of(target, family)) memories += memory.used;
    const auto most = binding_resource(memories, board.resources->available);
    if (most.share > 1) return fmt::format("does not fit: {:.0f} % of {} by its memories", 100 * most.share, most.kind->name);
    return fmt::format("unknown until `vernier synth {} --family ecp5` has run", target.name);
  }
  const auto used = resources_of(target, family);
  if (!used) return forward_error(used);
  const auto worst = binding_resource(*used, board.resources->available);
  if (std::isinf(worst.share)) return fmt::format("does not fit: it has no {}", worst.kind->name);
  return fmt::format("{}: {:.0f} % of {}", worst.share <= 1 ? "fits" : "does not fit", 100 * worst.share, worst.kind->name);
}

int list_boards(const std::string& target_name) {
  std::optional<program::Target> target;
  if (!target_name.empty()) {
    auto found = find_target(target_name, 0);
    if (!found) return report_error(found.error());
    target = std::move(*found);
  }
  fmt::print("{:14} {:26}", "board", "part");
  for (const auto& kind : kResourceKinds) fmt::print(" {:>8}", kind.name);
  fmt::print(" {:>7} {:>7}", "MHz", "rest W");
  if (target) fmt::print("  {}, estimated", target->name);
  fmt::print("\n");
  for (const auto& name : package::known_boards()) {
    const auto board = package::find_board(name);
    if (!board) return report_error(board.error());
    fmt::print("{:14} {:26}", board->name, board->part.empty() ? "-" : board->part);
    for (const auto& kind : kResourceKinds) {
      fmt::print(" {:>8}", board->resources ? fmt::format("{:.0f}", board->resources->available.*kind.count) : "-");
    }
    fmt::print(" {:>7.0f} {:>7}", board->clock.count() / 1e6, board->power ? fmt::format("{:.2f}", board->power->rest.count()) : "-");
    if (target) {
      const auto says = verdict(*board, *target);
      if (!says) return report_error(says.error());
      fmt::print("  {}", *says);
    }
    fmt::print("\n");
  }
  return 0;
}

struct SynthCommand {
  std::string target, family = "xcup";
  bool csv = false, place = false;
  std::int64_t seed = 1;
};

/// A line of boards/package/synthesised.csv: logic of the depthwise unit and of all else.
void print_csv(const program::Target& target, const package::Synthesis& synthesis) {
  const auto unit = [&synthesis](const char* name) {
    const auto found = synthesis.modules.find(name);
    return found == synthesis.modules.end() ? Resources{} : found->second;
  };
  const auto depthwise = unit("vrn_depthwise"), whole = unit("vrn_npu");
  fmt::print("{},fit,{},{},{},{},{},{},{},{},{}\n", target.name, target.rows, target.columns, target.depthwise_taps, depthwise.lut, depthwise.ff, depthwise.dsp,
             whole.lut - depthwise.lut, whole.ff - depthwise.ff, whole.dsp - depthwise.dsp);
}

void print_row(const std::string& name, const Resources& used) {
  fmt::print("{:24}", name);
  for (const auto& kind : kResourceKinds) fmt::print(" {:>9.1f}", used.*kind.count);
  fmt::print("\n");
}

int print_placement(const program::Target& target, std::int64_t seed) {
  const auto placed = package::place(target, seed);
  if (!placed) return report_error(placed.error());
  fmt::print("placed and routed in {} by {}, seed {}, working for {:.0f} MHz; estimated: nextpnr's models of delay, no board\n", package::placement_device().part, placed->tool, seed,
             placed->aimed_mhz);
  fmt::print("{:24} {:.2f} MHz\n", "clock", placed->clock_mhz);
  fmt::print("{:24} {:.2f} ns: logic {:.2f}, wires {:.2f}; {} cells, from {} to {}\n", "longest path", placed->logic_ns + placed->routing_ns, placed->logic_ns, placed->routing_ns,
             placed->levels, placed->from, placed->to);
  for (const auto& use : placed->uses) {
    fmt::print("{:24} {} of {}, {:.1f} %\n", use.kind, use.used, use.available, 100.0 * static_cast<double>(use.used) / static_cast<double>(use.available));
  }
  fmt::print("{} of the registers stand around the kernel in place of pins\n", placed->harness_registers);
  return 0;
}

int synth(const SynthCommand& o) {
  const auto target = find_target(o.target, 0);
  if (!target) return report_error(target.error());
  const auto family = package::family_of(o.family);
  if (!family) return report_error(family.error());
  if (o.place && *family != package::Family::kEcp5) return report_error({ErrorCode::kInvalidInput, fmt::format("is for family ecp5, not for {}", o.family), "--place"});
  const auto result = package::synthesise(*target, *family);
  if (!result) return report_error(result.error());
  if (*family == package::Family::kOsu018) {
    fmt::print("{} in standard cells of 180 nm (OSU), estimated by Yosys: memories left out, neither placed nor wired\n{:24} {:>12}\n", target->name,
               "unit, with what is in it", "area mm2");
    for (const auto& [name, area] : result->areas) fmt::print("{:24} {:>12.4f}\n", name, 1e-6 * area);
    fmt::print("{:24} {:>12.4f}\n", "whole kernel", 1e-6 * result->area_um2);
    fmt::print("clock                    {}\n", result->period_ns ? fmt::format("{:.2f} ns = {:.0f} MHz between registers (OpenSTA: no wires, memories left out)", *result->period_ns, 1e3 / *result->period_ns)
                                                               : std::string("not known: OpenSTA is missing (apt-get install opensta) or failed"));
    return 0;
  }
  if (o.csv) {
    print_csv(*target, *result);
    return 0;
  }
  fmt::print("{} for {}, estimated by Yosys: not placed, {}\n", target->name, o.family,
             *family == package::Family::kEcp5 ? "LUTs of four inputs, half a BRAM36 is a block of 18 Kbit" : "adders in LUTs that a vendor's tool moves into DSP slices");
  fmt::print("{:24}", "unit, with what is in it");
  for (const auto& kind : kResourceKinds) fmt::print(" {:>9}", kind.name);
  fmt::print("\n");
  for (const auto& [name, used] : result->modules) print_row(name, used);
  print_row("whole kernel", result->used);
  return o.place ? print_placement(*target, o.seed) : 0;
}

}  // namespace

void add_boards(CLI::App& app, Action& chosen) {
  auto target = std::make_shared<std::string>();
  auto* boards = app.add_subcommand("boards", "known boards, what they have, and whether a target fits");
  boards->add_option("--target", *target, "accelerator: TOML file, or a name that `vernier targets` lists; estimated, and exact once `vernier synth` has run for it");
  boards->callback([target, &chosen] { chosen = [target] { return list_boards(*target); }; });
  auto options = std::make_shared<SynthCommand>();
  auto* c = app.add_subcommand("synth", "resources of an accelerator, estimated with Yosys (minutes the first time, then cached)");
  c->add_option("TARGET", options->target, "TOML file, or a name that `vernier targets` lists")->required();
  c->add_option("--family", options->family, "xcup (UltraScale+), xc7 (7 series), ecp5 (Lattice ECP5) or osu018 (standard cells: area and clock)")->capture_default_str();
  c->add_flag("--csv", options->csv, "one line for boards/package/synthesised.csv, the targets that estimates rest on");
  c->add_flag("--place", options->place, "family ecp5: place and route as well, for a clock with wires (nextpnr; half an hour or more the first time)");
  c->add_option("--seed", options->seed, "of the placer; another seed, another clock")->capture_default_str()->check(CLI::NonNegativeNumber);
  c->callback([options, &chosen] { chosen = [options] { return synth(*options); }; });
}

}  // namespace vernier::cli
