// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/scenarios/log_files.hpp>
#include <vernier/scenarios/settings.hpp>
#include <vernier/scenarios/test_result.hpp>

namespace vernier::scenarios {

/// One sample to run: `id` names it until it is completed, `index` is its place in the library.
struct IssuedSample {
  std::uintptr_t id = 0;
  std::size_t index = 0;
};

/// An answer, or the first token of one. Its bytes are read during the call only.
struct Response {
  std::uintptr_t id = 0;
  std::span<const std::byte> data;
  std::int64_t tokens = 0;  ///< token runs: how many the answer has, >= 2
};

/// What LoadGen measures. issue() may run its samples before it returns or hand them to other threads; every sample
/// issued must be completed, or the test does not end.
struct SystemUnderTest {
  std::string name;
  std::function<void(std::span<const IssuedSample>)> issue;
  std::function<void()> flush;  ///< may be empty; no sample comes after it, so nothing need wait for a fuller batch
};

/// Where the samples come from. Loading is not timed.
struct SampleLibrary {
  std::string name;
  LibrarySize size;
  std::function<void(std::span<const std::size_t>)> load;    ///< may be empty
  std::function<void(std::span<const std::size_t>)> unload;  ///< may be empty
};

/// Reports answers, from any thread; their time is the time of the call.
void complete(std::span<const Response> responses);
/// Reports first tokens, once a sample before complete(): token runs but Offline.
void complete_first_tokens(std::span<const Response> responses);

/// A test in real time, by MLCommons LoadGen itself, unmodified. LoadGen keeps its state in the process: one run at a
/// time, and its log files are left as it writes them.
class RealTimeRun {
 public:
  RealTimeRun(Settings settings, SystemUnderTest system, SampleLibrary library, LogOutput logs)
      : settings_(settings), system_(std::move(system)), library_(std::move(library)), logs_(std::move(logs)) {}

  /// A compliance test's file; LoadGen reads it if it exists. Default: audit.config in the current folder, as LoadGen.
  void set_audit_config(std::filesystem::path file) { audit_config_ = std::move(file); }

  /// Blocks until the test is over.
  /// @retval kInvalidInput  settings on which LoadGen would crash or hang, see refuse()
  /// @retval kUnsupported   MultiStreamFixed, which LoadGen dropped with v2.0; issue threads, which it runs once a process
  /// @retval kUnavailable   another run is under way, or an earlier one broke LoadGen
  /// @retval kIo            the log files cannot be written
  [[nodiscard]] Result<TestResult> run();

 private:
  Settings settings_;
  SystemUnderTest system_;
  SampleLibrary library_;
  LogOutput logs_;
  std::filesystem::path audit_config_ = "audit.config";
};

}  // namespace vernier::scenarios
