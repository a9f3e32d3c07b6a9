// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <memory>

#include <vernier/render/sweep_report.hpp>
#include <vernier/store/record_file.hpp>
#include <vernier/sweep/run.hpp>

#include "command.hpp"

namespace vernier::cli {
namespace {
namespace fs = std::filesystem;

struct SweepCommand {
  std::string file;
  std::string output = "out/sweep";
  std::string executor = "local";
  std::vector<std::string> slurm_flags;
  std::string share = "0/1";
  int jobs = 1;
  bool list = false, no_report = false, resume = false;
};

/// "3/8": the fourth of eight shares.
Result<std::pair<std::size_t, std::size_t>> share_of(const std::string& text) {
  std::size_t share = 0, shares = 0;
  const auto* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, share);
  const bool slash = first.ec == std::errc() && first.ptr != end && *first.ptr == '/';
  if (slash && std::from_chars(first.ptr + 1, end, shares).ptr == end && share < shares) return std::pair(share, shares);
  return fail(ErrorCode::kInvalidInput, fmt::format("is {}, must be I/N with I below N", text), "--share");
}

/// One line that is written over on a terminal, and now and then a line elsewhere.
class ProgressLine {
 public:
  void show(const sweep::Progress& p) {
    const auto now = std::chrono::steady_clock::now();
    const bool last = p.running == 0 && p.done + p.failed >= p.total;
    if (last && ended_) return;
    ended_ = last;
    if (!last && now - shown_ < (terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(10))) return;
    if (!began_) first_done_ = p.done;
    began_ = true;
    shown_ = now;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const auto here = static_cast<double>(p.done - first_done_);
    const auto left = here > 0 ? fmt::format(", {:.0f} s left", seconds / here * static_cast<double>(p.total - p.done)) : "";
    fmt::print(stderr, "{}sweep: {} of {} points, {} failed, {} running, {:.0f} s{}{}", terminal_ ? "\r\x1b[K" : "", p.done, p.total, p.failed, p.running, seconds, last ? "" : left,
               terminal_ && !last ? "" : "\n");
  }

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) != 0, began_ = false, ended_ = false;
  std::size_t first_done_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), shown_{};
};

struct Records {
  std::vector<nlohmann::json> records;
  std::vector<std::string> files;  ///< from the sweep's folder
};

Result<Records> records_of(const sweep::Plan& plan, const sweep::Folder& folder) {
  Records found;
  for (const auto& p : plan.points) {
    if (!folder.has_record(p)) continue;
    auto record = store::read_record(folder.record(p));
    if (!record) return forward_error(record);
    found.records.push_back(std::move(*record));
    found.files.push_back(fs::relative(folder.record(p), folder.path()).string());
  }
  return found;
}

/// Says which points failed, each kind of failure once.
void print_failures(const std::vector<sweep::Failure>& failures, const sweep::Folder& folder) {
  std::map<std::string, std::vector<const sweep::Failure*>> kinds;
  for (const auto& f : failures) kinds[fmt::format("exit {}: {}", f.code, f.last_line)].push_back(&f);
  for (const auto& [what, points] : kinds) {
    const auto& p = points.front()->point;
    fmt::print(stderr, "vernier: {} points failed, {} (first: {} on {} behind {}, ruler {}; log {})\n", points.size(), what, p.model, p.target,
               p.memory.empty() ? "the default memory" : p.memory, p.ruler, folder.log(p).string());
  }
}

int run_sweep(const SweepCommand& o) {
  const auto share = share_of(o.share);
  if (!share) return report_error(share.error());
  const auto folder = sweep::Folder::open(o.output);
  if (!folder) return report_error(folder.error());
  const auto plan = sweep::read_plan(o.file, folder->path());
  if (!plan) return report_error(plan.error());
  if (o.list) {
    for (const auto& p : plan->points) fmt::print("{} {} {} {} {}{}\n", p.id, p.model, p.target, p.memory.empty() ? "-" : p.memory, p.ruler, folder->has_record(p) ? " done" : "");
    return 0;
  }
  ProgressLine line;
  sweep::Work work{fs::read_symlink("/proc/self/exe").string(), o.jobs, share->first, share->second, [&line](const sweep::Progress& p) { line.show(p); }};
  const auto failures = o.executor == "slurm" ? sweep::run_slurm(*plan, *folder, work, {o.file, 0, o.slurm_flags}) : sweep::run_local(*plan, *folder, work);
  if (!failures) return report_error(failures.error());
  print_failures(*failures, *folder);
  if (!o.no_report) {
    const auto found = records_of(*plan, *folder);
    if (!found) return report_error(found.error());
    if (found->records.empty()) return report_error({ErrorCode::kMismatch, "no point has a record", folder->path().string()});
    if (auto ok = render::write_sweep_report(folder->path(), {plan->name, found->records, found->files}); !ok) return report_error(ok.error());
    fmt::print("{} of {} points\nreport: {}\n", found->records.size(), plan->points.size(), (folder->path() / "report.html").string());
  }
  return failures->empty() ? 0 : static_cast<int>(ErrorCode::kMismatch);
}

}  // namespace

void add_sweep(CLI::App& app, Action& chosen) {
  auto o = std::make_shared<SweepCommand>();
  auto* c = app.add_subcommand("sweep", "models x targets x memories x rulers, each point a record; goes on where it was stopped");
  c->add_option("SWEEP", o->file, "TOML file: models, targets or [grid], memories, rulers (docs/howto/sweep.md)")->required();
  c->add_option("-o,--output", o->output, "folder for records, logs and the report; several sessions may share it")->capture_default_str();
  c->add_option("-j,--jobs", o->jobs, "points at a time; with slurm, of one task")->check(CLI::Range(1, 1024))->capture_default_str();
  c->add_option("--executor", o->executor, "local processes, or a job array of Slurm")->check(CLI::IsMember({"local", "slurm"}))->capture_default_str();
  c->add_option("--slurm", o->slurm_flags, "further options of sbatch, for instance --slurm=--partition=long")->take_all();
  c->add_option("--share", o->share, "I/N: of every N points the I-th alone, for other schedulers")->capture_default_str();
  c->add_flag("--resume", o->resume, "the default: points that have a record are not run again");
  c->add_flag("--list", o->list, "print the points and which are done, run nothing");
  c->add_flag("--no-report", o->no_report, "records only");
  c->callback([o, &chosen] { chosen = [o] { return run_sweep(*o); }; });
}

}  // namespace vernier::cli
