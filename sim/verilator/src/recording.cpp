// SPDX-License-Identifier: Apache-2.0
#include "recording.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include <vernier/verilator/saif.hpp>

namespace vernier::verilator {
namespace fs = std::filesystem;

Result<Recording> Recording::open(Model& model, const runtime::Waves& waves) {
  Recording recording(model, waves);
  if (!waves.wanted()) return recording;
  fs::path file = waves.file;
  if (waves.format == runtime::WaveFormat::kVcd) file = recording.unfinished_ = fmt::format("{}.tmp-{}", waves.file, ::getpid());
  if (auto ok = model.open_waves(file.string()); !ok) return fail(ok.error().code, ok.error().what, waves.file);
  return recording;
}

Recording::Recording(Recording&& other) noexcept
    : model_(std::exchange(other.model_, nullptr)), waves_(std::move(other.waves_)), unfinished_(std::exchange(other.unfinished_, {})) {}

Recording::~Recording() {
  if (model_ != nullptr) model_->close_waves();
  std::error_code ec;
  if (!unfinished_.empty()) fs::remove(unfinished_, ec);
}

Result<void> Recording::keep(Cycles cycles) {
  model_->close_waves();
  if (unfinished_.empty()) return {};
  if (waves_.first >= cycles.count()) {
    return fail(ErrorCode::kUnsupported, fmt::format("begins behind the end of the run, which has {} cycles", cycles.count()),
                fmt::format("--vcd-window {}:{}", waves_.first, waves_.end));
  }
  if (!waves_.saif.empty()) {
    if (auto ok = write_saif(unfinished_, waves_.saif); !ok) return ok;
  }
  std::error_code ec;
  fs::rename(unfinished_, waves_.file, ec);
  if (ec) return fail(ErrorCode::kIo, ec.message(), waves_.file);
  unfinished_.clear();
  return {};
}

}  // namespace vernier::verilator
