// SPDX-License-Identifier: Apache-2.0
#include <vernier/xrt/card_ruler.hpp>

#include <cstdlib>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vernier/core/files.hpp>
#include <vernier/package/pack.hpp>
#include <vernier/xrt/bringup.hpp>

#include "card.hpp"

namespace vernier::card {
namespace {

namespace fs = std::filesystem;
using program::Program;
using runtime::RunOptions;
using runtime::RunReport;

constexpr int kQueue = 16;  // runs handed over at once: enough that the first and the last copy, which nothing hides, do not show

/// What both rulers of a card share: one run is a queue of one.
class QueueRuler : public runtime::Ruler {
 public:
  [[nodiscard]] Result<RunReport> run(const Program& program, std::span<const std::byte> input, std::span<std::byte> output,
                                      const RunOptions& options) final {
    const runtime::Job job{input, output};
    auto reports = run_all(program, std::span(&job, 1), options);
    if (!reports) return forward_error(reports);
    return std::move(reports->front());
  }
};

class HwEmuRuler final : public QueueRuler {
 public:
  explicit HwEmuRuler(int units) : units_(units) {}
  [[nodiscard]] runtime::RulerInfo info() const override {
    return {"hw_emu", runtime::Fidelity::kRtl, true, "the packed kernel behind XRT on an emulated card: Verilated RTL, driven by the board's host code", kQueue};
  }

  [[nodiscard]] std::optional<Error> refuses(const Program&) const override { return emulation_missing(); }

  [[nodiscard]] Result<std::vector<RunReport>> run_all(const Program& program, std::span<const runtime::Job> jobs, const RunOptions& options) override {
    if (const auto error = refuses(program)) return tl::unexpected<Error>(*error);
    if (auto r = bring_up(program, options); !r) return forward_error(r);
    auto reports = card_->run_all(program, jobs, options);
    if (options.waves.wanted()) {
      card_.reset();  // the file is whole once the simulator has ended
      loaded_.clear();
      std::error_code ec;
      fs::copy_file(folder_.path() / "vrn_npu_1.fst", options.waves.file, fs::copy_options::overwrite_existing, ec);
      if (ec && reports) return fail(ErrorCode::kIo, ec.message(), options.waves.file);
    }
    if (!reports) return reports;
    for (auto& report : *reports) report.array_body = "gen";
    return reports;
  }

 private:
  /// The card with this program's array, memory and seed; what is there already stays.
  Result<void> bring_up(const Program& program, const RunOptions& options) {
    const auto& t = program.target;
    const std::string wanted = fmt::format("{} {} | {} {} {} {}", t.name, fmt::join(program::kernel_parameters(t), " "), options.memory, options.seed,
                                           options.watchdog_cycles, options.waves.wanted() ? "waves" : "");
    if (card_ && wanted == loaded_) return {};
    card_.reset();
    if (folder_.path().empty()) return fail(ErrorCode::kIo, "no temporary folder can be made", fs::temp_directory_path().string());
    const fs::path xclbin = folder_.path() / "npu.xclbin";
    auto pack = package::npu_options(t, xclbin);
    for (int u = 1; u <= units_; ++u) pack.kernels.front().units.push_back(fmt::format("vrn_npu_{}", u));
    pack.waves = options.waves.wanted();
    if (auto r = package::pack_kernel(pack); !r) return r;
    choose_emulation(folder_, options);
    auto card = Card::open(xclbin, "ruler hw_emu, target " + t.name);
    if (!card) return forward_error(card);
    if (auto r = (*card)->check(program); !r) return r;
    card_ = std::move(*card);
    loaded_ = wanted;
    return {};
  }

  int units_;
  EmulatedRoot folder_;
  std::string loaded_;
  std::unique_ptr<Card> card_;  // closed before its folder goes
};

class BoardRuler final : public QueueRuler {
 public:
  explicit BoardRuler(fs::path xclbin) : xclbin_(std::move(xclbin)) {}
  [[nodiscard]] runtime::RulerInfo info() const override {
    return {"board", runtime::Fidelity::kMeasured, true, "the kernel on a card, driven through XRT; cycles from its own counter", kQueue};
  }

  [[nodiscard]] std::optional<Error> refuses(const Program&) const override {
    std::error_code ec;
    if (!fs::exists(xclbin_, ec)) {
      return Error{ErrorCode::kUnavailable, fmt::format("no .xclbin of the NPU for this card{}: link one with v++ and name it with --xclbin FILE", xclbin_.empty() ? "" : " at " + xclbin_.string()), "ruler board"};
    }
    return std::nullopt;
  }

  [[nodiscard]] Result<std::vector<RunReport>> run_all(const Program& program, std::span<const runtime::Job> jobs, const RunOptions& options) override {
    if (const auto error = refuses(program)) return tl::unexpected<Error>(*error);
    if (const char* mode = std::getenv("XCL_EMULATION_MODE"); mode != nullptr && *mode != '\0') {
      return fail(ErrorCode::kUnavailable, fmt::format("XCL_EMULATION_MODE is {}: XRT would emulate; unset it, or use ruler hw_emu", mode), "ruler board");
    }
    if (!card_) {
      auto card = Card::open(xclbin_, "ruler board");
      if (!card) return forward_error(card);
      card_ = std::move(*card);
    }
    if (auto r = card_->check(program); !r) return forward_error(r);
    return card_->run_all(program, jobs, options);
  }

 private:
  fs::path xclbin_;
  std::unique_ptr<Card> card_;
};

}  // namespace

std::unique_ptr<runtime::Ruler> make_hw_emu_ruler(int units) { return std::make_unique<HwEmuRuler>(units); }
std::unique_ptr<runtime::Ruler> make_board_ruler(fs::path xclbin) { return std::make_unique<BoardRuler>(std::move(xclbin)); }

}  // namespace vernier::card
