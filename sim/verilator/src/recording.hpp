// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <vernier/core/result.hpp>
#include <vernier/core/units.hpp>
#include <vernier/runtime/ruler.hpp>

#include "model.hpp"

namespace vernier::verilator {

/// The waveform file of one run. A VCD is written beside its place and moved there by keep(): a run that fails leaves
/// none. An FST is written in place: it is there to look into failures.
class Recording {
 public:
  /// Nothing is recorded where `waves` asks for nothing. @retval kIo  the file cannot be written
  [[nodiscard]] static Result<Recording> open(Model& model, const runtime::Waves& waves);
  ~Recording();
  Recording(Recording&& other) noexcept;
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  Recording& operator=(Recording&&) = delete;

  /// The run of `cycles` ended well. @retval kUnsupported  it never reached the window
  [[nodiscard]] Result<void> keep(Cycles cycles);

 private:
  Recording(Model& model, runtime::Waves waves) : model_(&model), waves_(std::move(waves)) {}

  Model* model_;
  runtime::Waves waves_;
  std::filesystem::path unfinished_;  ///< empty: none
};

}  // namespace vernier::verilator
