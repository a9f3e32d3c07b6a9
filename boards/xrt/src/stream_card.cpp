// SPDX-License-Identifier: Apache-2.0
#include <vernier/xrt/stream_card.hpp>

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include <vernier/core/files.hpp>
#include <vernier/core/interrupt.hpp>
#include <vernier/package/pack.hpp>
#include <vernier/stages/emit_rtl.hpp>
#include <vernier/xrt/card_ruler.hpp>

#include "card.hpp"

namespace vernier::card {
namespace {

namespace fs = std::filesystem;
using stages::DataflowValues;
using stages::KernelForm;

constexpr const char* kName = "streaming";
constexpr const char* kWhere = "ruler hw_emu";
constexpr std::chrono::milliseconds kLook{200};

/// Cycles of the latest run in the simulator's log: "... run N took C cycles, ...".
Result<std::int64_t> logged_cycles(const fs::path& log) {
  const auto text = read_text(log);
  if (!text) return forward_error(text);
  constexpr std::string_view kTook = " took ";
  std::int64_t cycles = 0;
  if (const auto at = text->rfind(kTook); at != std::string::npos) {
    const char* begin = text->data() + at + kTook.size();
    if (std::from_chars(begin, text->data() + text->size(), cycles).ec == std::errc{}) return cycles;
  }
  return fail(ErrorCode::kIo, "the simulator noted no cycles of the run", log.string());
}

class EmulatedStreamCard final : public StreamCard {
 public:
  EmulatedStreamCard(const stages::Design& design, Hertz clock, KernelForm form) : design_(design), clock_(clock), form_(form) {}

  [[nodiscard]] Result<DataflowValues> run(int frames, const std::vector<std::vector<std::int8_t>>& inputs, const runtime::RunOptions& options) override {
    if (auto ok = bring_up(options); !ok) return forward_error(ok);
    auto result = execute(frames, inputs, options);
    if (options.waves.wanted()) {
      close();  // the file is whole once the simulator has ended
      std::error_code ec;
      fs::copy_file(folder_.path() / fmt::format("{}_1.fst", kName), options.waves.file, fs::copy_options::overwrite_existing, ec);
      if (ec && result) return fail(ErrorCode::kIo, ec.message(), options.waves.file);
    }
    return result;
  }

 private:
  [[nodiscard]] fs::path log() const { return folder_.path() / "runs.log"; }

  void close() {
    kernel_.reset();
    device_.reset();
    loaded_.clear();
  }

  Result<void> pack(const fs::path& xclbin, bool waves) {
    const stages::EmitOptions emit{.kernel = kName, .part = "", .platform = "", .clock = clock_};
    const auto emitted = stages::emit_kernel(design_, emit, form_);
    if (!emitted) return forward_error(emitted);
    if (auto ok = stages::write_files(folder_.path(), emitted->files); !ok) return ok;
    package::PackOptions options;
    auto& kernel = options.kernels.emplace_back();
    kernel.folder = folder_.path() / emitted->source;
    if (!emitted->include.empty()) kernel.include_folders.push_back(folder_.path() / emitted->include);
    options.clocks["ap_clk"] = clock_.count() / 1e6;
    options.waves = waves;
    options.xclbin = xclbin;
    return package::pack_kernel(options);
  }

  /// The card with this design, memory and seed; what is there already stays.
  Result<void> bring_up(const runtime::RunOptions& options) {
    const auto wanted = fmt::format("{} {} {} {}", options.memory, options.seed, options.watchdog_cycles, options.waves.wanted() ? "waves" : "");
    if (kernel_ && wanted == loaded_) return {};
    close();
    if (folder_.path().empty()) return fail(ErrorCode::kIo, "no temporary folder can be made", fs::temp_directory_path().string());
    const auto xclbin = folder_.path() / "streaming.xclbin";
    if (auto ok = pack(xclbin, options.waves.wanted()); !ok) return ok;
    choose_emulation(folder_, options);
    ::setenv("VERNIER_HWEMU_LOG", log().c_str(), 1);
    try {
      device_.emplace(0U);
      kernel_.emplace(*device_, device_->load_xclbin(xclbin.string()), kName, ::xrt::kernel::cu_access_mode::exclusive);  // to read its error register
    } catch (const std::exception& e) {
      close();
      return fail(ErrorCode::kUnavailable, fmt::format("no usable device with {}: {}", xclbin.string(), e.what()), kWhere);
    }
    loaded_ = wanted;
    return {};
  }

  Result<DataflowValues> execute(int frames, const std::vector<std::vector<std::int8_t>>& inputs, const runtime::RunOptions& options) {
    try {
      DataflowValues values;
      std::vector<::xrt::bo> buffers;
      std::vector<std::size_t> stores;  // of them
      ::xrt::run run(*kernel_);
      const auto buffer = [&](std::size_t bytes) -> ::xrt::bo& {
        const auto argument = static_cast<int>(buffers.size());
        buffers.emplace_back(*device_, bytes, kernel_->group_id(argument));
        run.set_arg(argument, buffers.back());
        return buffers.back();
      };
      std::size_t loads = 0;
      for (const auto& stage : design_.stages) {  // arguments are in the order of the stages
        if (std::holds_alternative<stages::LoadSizes>(stage.sizes)) {
          const auto& bytes = inputs.at(loads++);
          auto& bo = buffer(bytes.size());
          bo.write(bytes.data(), bytes.size(), 0);
          bo.sync(XCL_BO_SYNC_BO_TO_DEVICE);
        } else if (const auto* store = std::get_if<stages::StoreSizes>(&stage.sizes)) {
          stores.push_back(buffers.size());
          values.outputs.emplace_back(static_cast<std::size_t>(store->beats) * static_cast<std::size_t>(store->lanes) * static_cast<std::size_t>(frames));
          buffer(values.outputs.back().size());
        }
      }
      run.set_arg(static_cast<int>(buffers.size()), frames);
      run.start();
      while (!ends_within(run, kLook)) {
        if (interrupted()) return fail(ErrorCode::kInterrupted, "interrupted", kWhere);
        if (options.progress) options.progress(Cycles{0}, 0);
      }
      if (run.state() != ERT_CMD_STATE_COMPLETED) return fail(ErrorCode::kTimeout, fmt::format("the run ended in state {} of XRT", static_cast<int>(run.state())), kWhere);
      if (const auto error = kernel_->read_register(stages::error_register(design_)); error != 0) {
        return fail(ErrorCode::kMismatch, fmt::format("m_axi_gmem{}: {}", error >> 8 & 0xFF, bus_error_text(error)), kWhere);
      }
      for (std::size_t o = 0; o < stores.size(); ++o) {
        auto& bo = buffers[stores[o]];
        bo.sync(XCL_BO_SYNC_BO_FROM_DEVICE);
        bo.read(values.outputs[o].data(), values.outputs[o].size(), 0);
      }
      const auto cycles = logged_cycles(log());
      if (!cycles) return forward_error(cycles);
      values.timing.frame_done.assign(static_cast<std::size_t>(frames), *cycles);  // that of the last is known, and no other
      return values;
    } catch (const std::exception& e) {
      return fail(ErrorCode::kUnavailable, fmt::format("XRT: {}", e.what()), kWhere);
    }
  }

  const stages::Design& design_;
  Hertz clock_;
  KernelForm form_;
  EmulatedRoot folder_;
  std::string loaded_;
  std::optional<::xrt::device> device_;  // closed before its folder goes
  std::optional<::xrt::kernel> kernel_;
};

}  // namespace

Result<std::unique_ptr<StreamCard>> open_stream_card(const stages::Design& design, Hertz clock, KernelForm form) {
  if (const auto missing = emulation_missing()) return tl::unexpected<Error>(*missing);
  return std::make_unique<EmulatedStreamCard>(design, clock, form);
}

}  // namespace vernier::card
