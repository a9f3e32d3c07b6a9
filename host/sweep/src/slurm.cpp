// SPDX-License-Identifier: Apache-2.0
#include <vernier/sweep/run.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include <vernier/core/files.hpp>
#include <vernier/core/interrupt.hpp>
#include <vernier/core/shell.hpp>

#include "log.hpp"

namespace vernier::sweep {
namespace {
namespace fs = std::filesystem;

constexpr auto kPoll = std::chrono::seconds(1);
constexpr std::size_t kPointsPerTask = 8, kMostTasks = 64;

/// In single quotes, for the shell.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

std::string job_script(const Plan& plan, const Folder& folder, const Work& work, const SlurmOptions& options, std::size_t tasks) {
  std::string text = "#!/bin/sh\n";
  text += fmt::format("#SBATCH --job-name=vernier-{}\n#SBATCH --array=0-{}\n#SBATCH --output={}/slurm/%a.log\n", plan.name, tasks - 1, folder.path().string());
  if (work.jobs > 1) text += fmt::format("#SBATCH --cpus-per-task={}\n", work.jobs);
  for (const auto& flag : options.flags) text += "#SBATCH " + flag + "\n";
  text += fmt::format("exec {} sweep {} -o {} -j {} --share \"$SLURM_ARRAY_TASK_ID/{}\" --no-report\n", quoted(work.program),
                      quoted(fs::absolute(options.sweep_file).string()), quoted(folder.path().string()), work.jobs, tasks);
  return text;
}

}  // namespace

Result<std::vector<Failure>> run_slurm(const Plan& plan, const Folder& folder, const Work& work, const SlurmOptions& options) {
  if (shell("command -v sbatch 2>&1").code != 0) {
    return fail(ErrorCode::kUnavailable, "is not on this machine: install slurm-client and join a cluster, or use --executor local", "sbatch");
  }
  const auto tasks = options.tasks != 0 ? options.tasks : std::clamp<std::size_t>(plan.points.size() / kPointsPerTask, 1, kMostTasks);
  std::error_code ec;
  fs::create_directories(folder.path() / "slurm", ec);
  const auto script = folder.path() / "slurm/job.sh";
  if (auto ok = write_atomically(script, job_script(plan, folder, work, options, tasks)); !ok) return forward_error(ok);
  const auto submitted = shell("sbatch --parsable " + quoted(script.string()) + " 2>&1");
  if (submitted.code != 0) return fail(ErrorCode::kUnavailable, submitted.text, "sbatch");
  const auto job = submitted.text.substr(0, submitted.text.find_first_of(";\n"));

  const auto without = [&] {
    std::vector<const Point*> list;
    for (const auto& p : plan.points) {
      if (!folder.has_record(p)) list.push_back(&p);
    }
    return list;
  };
  for (;;) {
    const auto queue = shell("squeue --noheader --job " + job + " 2>&1");
    const bool over = queue.code != 0 || queue.text.find_first_not_of(" \n") == std::string::npos;  // an old job is unknown
    const auto missing = without();
    if (work.progress) work.progress({plan.points.size() - missing.size(), 0, over ? 0U : 1U, plan.points.size()});
    if (over || missing.empty()) break;
    if (interrupted()) {
      (void)shell("scancel " + job + " 2>&1");
      return fail(ErrorCode::kInterrupted, fmt::format("job {} is cancelled; records stay, and the same command goes on from them", job), folder.path().string());
    }
    std::this_thread::sleep_for(kPoll);
  }
  std::vector<Failure> failures;
  for (const auto* p : without()) failures.push_back({*p, 1, fs::exists(folder.log(*p)) ? last_line(folder.log(*p)) : fmt::format("never started; see {}/slurm", folder.path().string())});
  return failures;
}

}  // namespace vernier::sweep
