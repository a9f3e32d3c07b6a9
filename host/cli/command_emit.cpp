// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>

#include <vernier/core/files.hpp>
#include <vernier/package/board.hpp>
#include <vernier/package/hls_report.hpp>
#include <vernier/streaming/deployment.hpp>
#include <vernier/stages/emit.hpp>

#include "command.hpp"
#include "loaded_model.hpp"
#include "stream_record.hpp"

namespace vernier::cli {
namespace {
namespace fs = std::filesystem;

struct EmitCommand : CommonOptions {
  std::string board, output, kernel = "streaming";
  bool rtl = false;
  std::vector<std::string> rtl_stages;
};

bool on_path(const std::string& tool) {
  const char* path = std::getenv("PATH");
  std::stringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access((fs::path(folder) / tool).c_str(), X_OK) == 0) return true;
  }
  return false;
}

/// Runs a tool in a folder, on this terminal; its exit code, or -1.
int run_in(const std::string& folder, std::vector<std::string> command) {
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  pid_t pid = 0;
  const int failed = ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (failed != 0 || ::waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

Result<std::vector<std::vector<Tensor>>> samples_of(const LoadedModel& model, const CommonOptions& options) {
  const auto set = load_samples(model, options);
  if (!set) return forward_error(set);
  std::vector<std::vector<Tensor>> samples;
  for (std::int64_t i = 0; i < set->count; ++i) {
    auto inputs = set->inputs(i);
    if (!inputs) return forward_error(inputs);
    samples.push_back(std::move(*inputs));
  }
  return samples;
}

Result<void> emit(const EmitCommand& o) {
  const auto board = package::find_board(o.board);
  if (!board) return forward_error(board);
  auto target = streaming::stream_target_of(o.target == "stream@board" ? o.target + ":" + o.board : o.target, o.clock_mhz > 0 ? o.clock_mhz : board->clock.count() / 1e6);
  if (!target) return forward_error(target);
  const bool named = target->budget.has_value();
  const auto of_name = target->budget;
  if (auto ok = target->stand_on(*board); !ok) return forward_error(ok);
  if (named && target->budget && of_name->name != target->budget->name) {
    return fail(ErrorCode::kInvalidInput, fmt::format("is for {}, the project for {} (--board)", of_name->name, target->budget->name), "target " + o.target);
  }
  const auto model = load_model(o);
  if (!model) return forward_error(model);
  auto stream = streaming::StreamDeployment::prepare(model->canonical, *target);
  if (!stream) return forward_error(stream);
  const auto samples = samples_of(*model, o);
  if (!samples) return forward_error(samples);
  const auto test = stream->golden_frames(*samples);
  if (!test) return forward_error(test);
  const auto files = stages::emit_project(stream->design(), *test, {o.kernel, board->part, board->platform, target->clock, o.rtl, o.rtl_stages});
  if (!files) return forward_error(files);
  if (auto ok = stages::write_files(o.output, *files); !ok) return ok;
  const auto& design = stream->design();
  fmt::print("{}: {} stages, {}\n", model->name, design.stages.size(), stream_rate_text(*stream));
  fmt::print("estimated before synthesis: {}\n", stream_resources_text(*stream));
  if (o.rtl) fmt::print("kernel in RTL: {}/rtl; `make emu-rtl` there packs it and runs the host in hardware emulation\n", o.output);
  if (!o.rtl_stages.empty()) fmt::print("stages in RTL beside functions: {}/mixed; `make emu-mixed` there links both and runs the host in hardware emulation\n", o.output);
  fmt::print("project: {} ({} files); `make test` there compiles it with g++ and compares {} frames with the golden model\n", o.output, files->size(), test->frames);
  return {};
}

/// What Vitis made of the project, beside what was estimated before.
Result<void> import_report(const EmitCommand& o) {
  const auto report = package::read_hls_report(fs::path(o.output) / "project/solution/syn/report/csynth.xml");
  if (!report) return forward_error(report);
  const auto cycles = [](const std::optional<std::int64_t>& n) { return n ? nlohmann::json(*n) : nlohmann::json(nullptr); };
  nlohmann::json j = {{"tool", "Vitis HLS " + report->version}, {"top", report->top}, {"part", report->part}, {"target_ns", report->target_ns}, {"estimated_ns", report->estimated_ns},
                      {"latency_cycles", cycles(report->latency)}, {"interval_cycles", cycles(report->interval)}, {"used", nlohmann::json::object()}, {"available", nlohmann::json::object()}};
  std::string text;
  for (const auto& kind : kResourceKinds) {
    j["used"][std::string(kind.name)] = report->used.*kind.count;
    j["available"][std::string(kind.name)] = report->available.*kind.count;
    text += fmt::format("{}{:.1f} {}", text.empty() ? "" : ", ", report->used.*kind.count, kind.name);
  }
  const auto file = fs::path(o.output) / "synthesis.json";
  if (auto ok = write_atomically(file, j.dump(2) + "\n"); !ok) return ok;
  fmt::print("synthesised by Vitis HLS {}: {}; clock period {:.3f} ns of {:.3f}; in {}\n", report->version, text, report->estimated_ns, report->target_ns, file.string());
  return {};
}

int run(const EmitCommand& o) {
  if (auto ok = emit(o); !ok) return report_error(ok.error());
  if (!on_path("vitis_hls")) {
    fmt::print("vitis_hls is not on PATH: nothing was synthesised; `make hls` and `make xclbin` there do it where Vitis is\n");
    return 0;
  }
  const int code = run_in(o.output, {"vitis_hls", "-f", "hls.tcl"});
  if (code != 0) return report_error({ErrorCode::kMismatch, fmt::format("vitis_hls ended with {}; its log is in {}", code, o.output), "hls.tcl"});
  if (auto ok = import_report(o); !ok) return report_error(ok.error());
  return 0;
}

}  // namespace

void add_emit(CLI::App& app, Action& chosen) {
  auto* group = app.add_subcommand("emit", "sources for other tools");
  group->require_subcommand(1);
  auto options = std::make_shared<EmitCommand>();
  options->target = "stream@30fps";
  options->samples = 2;
  auto* c = group->add_subcommand("hls", "a streaming design as a Vitis HLS project that g++ compiles and tests, too");
  add_common_options(*c, *options);
  c->add_option("--board", options->board, "board it is for, with its part, clock and limits: TOML file, or a name of boards/; --target stream@board fills it")->required();
  c->add_option("--kernel", options->kernel, "name of the top function")->capture_default_str();
  c->add_flag("--rtl", options->rtl, "the same kernel in SystemVerilog as well, every stage a module: folder rtl, for package_xo and `vernier kernel pack`");
  c->add_option("--rtl-stages", options->rtl_stages, "these stages, or stages of these operators, in SystemVerilog and the others as functions, linked by streams: folder mixed")->delimiter(',');
  c->add_option("-o,--output", options->output, "folder of the project")->required();
  c->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace vernier::cli
