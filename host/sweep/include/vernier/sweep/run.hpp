// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <vernier/core/result.hpp>
#include <vernier/sweep/folder.hpp>
#include <vernier/sweep/plan.hpp>

namespace vernier::sweep {

struct Progress {
  std::size_t done = 0;     ///< points with a record
  std::size_t failed = 0;   ///< of this process's runs
  std::size_t running = 0;  ///< in this process
  std::size_t total = 0;
};

struct Failure {
  Point point;
  int code = 0;          ///< exit code of the run
  std::string last_line; ///< of its log
};

struct Work {
  std::string program;                                 ///< `vernier` itself
  int jobs = 1;                                        ///< runs at a time
  std::size_t share = 0, shares = 1;                   ///< of the points, every shares-th
  std::function<void(const Progress&)> progress = {};  ///< now and then
};

/// Runs every point that has no record in a process of its own, on this machine. Runs that fail leave their log, are
/// listed and are tried again by the next call. A point that another process works on is left to it, and taken over where
/// that process ends without a record.
/// @retval kInterrupted  Ctrl-C; running points are stopped, records stay
[[nodiscard]] Result<std::vector<Failure>> run_local(const Plan& plan, const Folder& folder, const Work& work);

struct SlurmOptions {
  std::string sweep_file;
  std::size_t tasks = 0;           ///< of the job array; 0: one for every 8 points, 64 at most
  std::vector<std::string> flags;  ///< of sbatch
};

/// The same through a job array of Slurm, and waits for its end; the folder must be one that the nodes see at the same path.
/// @retval kUnavailable  there is no sbatch
[[nodiscard]] Result<std::vector<Failure>> run_slurm(const Plan& plan, const Folder& folder, const Work& work, const SlurmOptions& options);

}  // namespace vernier::sweep
