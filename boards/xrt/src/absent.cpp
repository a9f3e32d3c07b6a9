// SPDX-License-Identifier: Apache-2.0
// Built where XRT is not installed: the rulers exist and say what is missing.
#include <vernier/xrt/bringup.hpp>
#include <vernier/xrt/card_ruler.hpp>
#include <vernier/xrt/power.hpp>
#include <vernier/xrt/stream_card.hpp>

namespace vernier::card {
namespace {

class AbsentRuler final : public runtime::Ruler {
 public:
  AbsentRuler(std::string name, runtime::Fidelity fidelity) : name_(std::move(name)), fidelity_(fidelity) {}
  [[nodiscard]] runtime::RulerInfo info() const override { return {name_, fidelity_, true, "not built: XRT was not found (apt-get install libxrt-dev uuid-dev)"}; }
  [[nodiscard]] std::optional<Error> refuses(const program::Program&) const override { return missing(); }
  [[nodiscard]] Result<runtime::RunReport> run(const program::Program&, std::span<const std::byte>, std::span<std::byte>,
                                               const runtime::RunOptions&) override {
    return tl::unexpected<Error>(missing());
  }

 private:
  [[nodiscard]] Error missing() const {
    return {ErrorCode::kUnavailable, "XRT was not found when Vernier was built: apt-get install libxrt-dev uuid-dev, then build again", "ruler " + name_};
  }
  std::string name_;
  runtime::Fidelity fidelity_;
};

}  // namespace

std::unique_ptr<runtime::Ruler> make_hw_emu_ruler(int) { return std::make_unique<AbsentRuler>("hw_emu", runtime::Fidelity::kRtl); }
std::unique_ptr<runtime::Ruler> make_board_ruler(std::filesystem::path) { return std::make_unique<AbsentRuler>("board", runtime::Fidelity::kMeasured); }

Result<std::unique_ptr<StreamCard>> open_stream_card(const stages::Design&, Hertz, stages::KernelForm) {
  return fail(ErrorCode::kUnavailable, "XRT was not found when Vernier was built: apt-get install libxrt-dev uuid-dev, then build again", "ruler hw_emu");
}

Result<std::vector<StepReport>> bring_up(const BringupOptions&) {
  return fail(ErrorCode::kUnavailable, "XRT was not found when Vernier was built: apt-get install libxrt-dev uuid-dev, then build again", "board check");
}

Result<std::function<Result<double>()>> open_power_sensor() {
  return fail(ErrorCode::kUnavailable, "XRT was not found when Vernier was built: apt-get install libxrt-dev uuid-dev, then build again", "power sensor");
}

}  // namespace vernier::card
