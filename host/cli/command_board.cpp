// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include <vernier/core/interrupt.hpp>
#include <vernier/package/pack.hpp>
#include <vernier/xrt/bringup.hpp>

#include "command.hpp"
#include "session.hpp"

namespace vernier::cli {
namespace {

namespace fs = std::filesystem;
using card::StepReport;
using card::StepState;

constexpr const char* kEmulated = "emulated";

struct CheckCommand {
  std::string board = kEmulated, xclbin, npu_xclbin, uuid, json;
  bool no_network = false;
};

void print_step(const StepReport& s) {
  fmt::print("{:8} {:11} {}\n", card::name_of(s.state), s.name, s.state == StepState::kPassed ? s.proves : s.finding);
  if (s.state == StepState::kFailed) fmt::print("{:8} {:11} {}; try: {}\n", "", "", card::name_of(s.fault), s.advice);
  for (const auto& [name, value] : s.figures) fmt::print("{:8} {:11}   {} {:.4g}\n", "", "", name, value);
  std::fflush(stdout);
}

nlohmann::json as_json(const StepReport& s) {
  nlohmann::json figures = nlohmann::json::object();
  for (const auto& [name, value] : s.figures) figures[name] = value;
  return {{"step", s.name}, {"proves", s.proves}, {"state", card::name_of(s.state)},
          {"fault", s.fault == card::Fault::kNone ? nlohmann::json(nullptr) : nlohmann::json(card::name_of(s.fault))},
          {"finding", s.finding}, {"try", s.advice}, {"figures", figures}};
}

/// The bundled digits network on the card, every output compared with the golden model.
void run_network(const CheckCommand& o, bool emulated, StepReport& report) {
  CommonOptions options;
  options.model = "digits-int8";
  options.samples = 2;
  options.xclbin = o.npu_xclbin;
  const auto ruler = find_ruler(emulated ? "hw_emu" : "board");
  if (!ruler) return report.fail(card::Fault::kCrashed, to_string(ruler.error()), "");
  auto session = MeasureSession::open(options, {*ruler});
  auto outcome = session ? session->run(**ruler, true, {}) : Result<MeasureSession::Outcome>(forward_error(session));
  if (!outcome) {
    return report.fail(card::Fault::kWrongNetwork, to_string(outcome.error()), "run it with --ruler rtl: the same program without the card");
  }
  const auto& m = outcome->measurement;
  report.figures = {{"samples", static_cast<double>(m.samples)}, {"cycles", static_cast<double>(m.cycles.empty() ? 0 : m.cycles.front())}};
  if (m.check.golden_differences != 0) {
    report.fail(card::Fault::kWrongNetwork, fmt::format("{} elements differ from the golden model, first: {}", m.check.golden_differences, m.check.first_difference),
                "run it with --ruler rtl --check: is it the card or the program?");
  }
}

/// The card to work on: one that is emulated is packed here unless a file is named.
Result<card::BringupOptions> bringup_options(const CheckCommand& o, const card::EmulatedRoot& root) {
  card::BringupOptions options;
  auto board = package::find_board(o.board);
  if (!board) return forward_error(board);
  options.board = std::move(*board);
  options.emulated = options.board.name == kEmulated;
  options.uuid = o.uuid;
  options.units = package::bringup_options(options.board, "").kernels.front().units;
  options.xclbin = o.xclbin;
  if (options.emulated) {
    if (root.path().empty()) return fail(ErrorCode::kIo, "no temporary folder can be made", fs::temp_directory_path().string());
    if (o.xclbin.empty()) {
      options.xclbin = root.path() / "bringup.xclbin";
      if (auto packed = package::pack_kernel(package::bringup_options(options.board, options.xclbin)); !packed) return forward_error(packed);
    }
    root.choose(fs::absolute(options.xclbin).parent_path());
  } else if (o.xclbin.empty()) {
    return fail(ErrorCode::kUnavailable, "name the .xclbin that v++ linked from boards/bringup for this card: --xclbin FILE", "board " + options.board.name);
  }
  std::error_code ec;
  if (!fs::exists(options.xclbin, ec)) return fail(ErrorCode::kInvalidInput, "no such file", options.xclbin.string());
  return options;
}

int check(const CheckCommand& o) {
  keep_output_apart(o.json);
  const card::EmulatedRoot root;
  auto options = bringup_options(o, root);
  if (!options) return report_error(options.error());
  const bool quiet = o.json == "-";
  if (!quiet) options->step_done = print_step;
  auto steps = card::bring_up(*options);
  if (!steps) return report_error(steps.error());
  if (!o.no_network) {
    const bool sound = std::ranges::none_of(*steps, [](const StepReport& s) { return s.state == StepState::kFailed; });
    StepReport network{"network", "a small network gives the golden bits", {}, {}, {}, {}, {}};
    if (sound) network = card::run_step(network.name, network.proves, 600, [&](StepReport& r) { run_network(o, options->emulated, r); });
    else network.skip("an earlier step failed");
    if (!quiet) print_step(network);
    steps->push_back(std::move(network));
  }
  if (interrupted()) return report_error({ErrorCode::kInterrupted, "interrupted; the steps so far are above", "board check"});
  int code = 0;
  nlohmann::json all = nlohmann::json::array();
  for (const auto& s : *steps) {
    all.push_back(as_json(s));
    if (s.state == StepState::kFailed && code == 0) code = static_cast<int>(s.fault == card::Fault::kNoDevice ? ErrorCode::kUnavailable : ErrorCode::kMismatch);
  }
  if (!o.json.empty()) {
    const nlohmann::json document{{"board", options->board.name}, {"emulated", options->emulated}, {"passed", code == 0}, {"steps", all}};
    if (auto ok = write_output(o.json, document.dump(2) + "\n"); !ok) return report_error(ok.error());
  }
  return code;
}

struct RunCommand : CommonOptions {
  std::string board = kEmulated, json;
};

struct Term {
  const char* name;
  const char* what;
  double seconds;
};

int run(const RunCommand& o) {
  keep_output_apart(o.json);
  const bool emulated = o.board == kEmulated;
  const auto simulation = find_ruler("rtl"), board = find_ruler(emulated ? "hw_emu" : "board");
  if (!simulation || !board) return report_error((simulation ? board : simulation).error());
  auto options = static_cast<const CommonOptions&>(o);
  if (options.samples == 0) options.samples = 1;
  auto session = MeasureSession::open(options, {*simulation, *board});
  if (!session) return report_error(session.error());
  auto measured = session->run(**board, true, {});  // first: a card that is not there is known at once
  if (!measured) return report_error(measured.error());
  auto simulated = session->run(**simulation, true, {});
  if (!simulated) return report_error(simulated.error());
  const auto& s = *simulated->measurement.report;
  const auto& c = *measured->measurement.report;
  const double clock = session->pipeline()->whole.target.clock.count(), card_clock = c.clock_hz > 0 ? c.clock_hz : clock;
  const auto cycles = static_cast<double>(s.cycles.count()), card_cycles = static_cast<double>(c.cycles.count());
  const double simulated_s = cycles / clock, measured_s = c.wall_s + c.transfer_s;
  const std::vector<Term> terms{
      {"memory", "cycles the card takes more", (card_cycles - cycles) / clock},
      {"clock", "the same cycles at the card's clock", card_cycles / card_clock - card_cycles / clock},
      {"launch", emulated ? "XRT and the simulation itself: the host's time, not a card's" : "start and notice of completion", c.wall_s - card_cycles / card_clock},
      {"transfers", emulated ? "copies over the emulation's socket: not a card's" : "buffers to and from the card", c.transfer_s},
  };
  std::string text = fmt::format("{} on {}, first sample\n{:26} {:>14} {:>14}\n", session->model().name, o.board, "", "simulation", emulated ? "emulated card" : "card");
  text += fmt::format("{:26} {:>14} {:>14}\n", "cycles", s.cycles.count(), c.cycles.count());
  text += fmt::format("{:26} {:>14.0f} {:>14.0f}\n", "clock, MHz", clock / 1e6, card_clock / 1e6);
  text += fmt::format("{:26} {:>14.3f} {:>14.3f}\n", "time, us", 1e6 * simulated_s, 1e6 * measured_s);
  text += fmt::format("\ndifference {:.3f} us, of which\n", 1e6 * (measured_s - simulated_s));
  nlohmann::json explained = nlohmann::json::object();
  for (const auto& term : terms) {
    text += fmt::format("  {:10} {:>14.3f} us  {}\n", term.name, 1e6 * term.seconds, term.what);
    explained[std::string(term.name) + "_s"] = term.seconds;
  }
  const bool good = simulated->measurement.check.golden_differences == 0 && measured->measurement.check.golden_differences == 0;
  text += fmt::format("outputs {} the golden bits on both\n", good ? "are" : "are NOT");
  if (o.json != "-") fmt::print("{}", text);
  if (!o.json.empty()) {
    const nlohmann::json document{{"difference_s", measured_s - simulated_s}, {"explained", explained}, {"emulated", emulated},
                                  {"records", {simulated->record, measured->record}}};
    if (auto ok = write_output(o.json, document.dump(2) + "\n"); !ok) return report_error(ok.error());
  }
  return good ? 0 : static_cast<int>(ErrorCode::kMismatch);
}

}  // namespace

void add_board(CLI::App& app, Action& chosen) {
  auto* board = app.add_subcommand("board", "cards, real and emulated");
  board->require_subcommand(1);
  auto check_options = std::make_shared<CheckCommand>();
  auto* c = board->add_subcommand("check", "bring-up step by step: what each proves, what failed, what to try");
  c->add_option("--board", check_options->board, "board: name or TOML file; `emulated` needs no card")->capture_default_str();
  c->add_option("--xclbin", check_options->xclbin, "with the bring-up kernel (boards/bringup); for the emulated board it is packed when absent");
  c->add_option("--npu-xclbin", check_options->npu_xclbin, "with the NPU, for the network on a real card");
  c->add_option("--uuid", check_options->uuid, "UUID that the xclbin must have");
  c->add_flag("--no-network", check_options->no_network, "without the network at the end");
  c->add_option("--json", check_options->json, "write the findings: file, or - for standard output and nothing else there");
  c->callback([check_options, &chosen] { chosen = [check_options] { return check(*check_options); }; });

  auto run_options = std::make_shared<RunCommand>();
  auto* r = board->add_subcommand("run", "a model in simulation and on the card, the difference explained by term");
  add_common_options(*r, *run_options);
  r->add_option("--board", run_options->board, "board: name, or TOML file; `emulated` needs no card")->capture_default_str();
  r->add_option("--json", run_options->json, "write the terms and both records: file, or -");
  r->callback([run_options, &chosen] { chosen = [run_options] { return run(*run_options); }; });
}

}  // namespace vernier::cli
