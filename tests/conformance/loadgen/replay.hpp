// SPDX-License-Identifier: Apache-2.0
// LoadGen in real time against a real, if small, device, and the stamps that it leaves: in its trace, and our own of
// every batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include <vernier/scenarios/dynamic_batcher.hpp>
#include <vernier/scenarios/log_files.hpp>
#include <vernier/scenarios/settings.hpp>
#include <vernier/scenarios/test_result.hpp>

namespace vernier::conformance {

/// A sample entered the queue between two readings of the steady clock, in ns.
struct Submitted {
  std::int64_t before_ns = 0, after_ns = 0;
};

/// A batch that an instance ran: samples by their place in the order of submission, and when it began and ended.
struct RanBatch {
  std::size_t instance = 0;
  std::vector<std::size_t> places;
  std::int64_t begin_ns = 0, end_ns = 0;
};

struct Replay {
  scenarios::Settings settings;
  scenarios::LibrarySize library;
  scenarios::LogOutput output;
  scenarios::BatchPolicy policy;
  bool inside_issue = false;  ///< answers on LoadGen's own thread, as a blocking driver does
  std::int64_t busy_us = 0;
  // recorded
  std::int64_t start_to_first_issue_ns = 0;
  std::vector<Submitted> submitted;  ///< by place
  std::vector<RanBatch> batches;
  scenarios::TestResult result;
};

void run_for_real(Replay& replay);

/// Every field of LoadGen's summary and detail log against our formulas on the stamps of its trace.
void check_replayed(const Replay& replay);

}  // namespace vernier::conformance
