// SPDX-License-Identifier: Apache-2.0
#include "real_time_device.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include <vernier/cpu/device.hpp>
#include <vernier/cpu/rapl.hpp>
#include <vernier/xrt/power.hpp>

namespace vernier::cli {
namespace {

/// ONNX Runtime: sessions on processors of their own.
class CpuDevice final : public RealTimeDevice {
 public:
  CpuDevice(cpu::Device device, BaselineModel model, std::size_t instances) : device_(std::move(device)), model_(std::move(model)), instances_(instances) {}
  [[nodiscard]] std::size_t instances() const override { return instances_; }
  [[nodiscard]] Result<void> enter(std::size_t instance) override { return device_.enter(instance); }
  [[nodiscard]] std::vector<Tensor> prepared(std::vector<Tensor> inputs) const override { return model_.to_model(std::move(inputs)); }
  [[nodiscard]] Result<std::vector<std::vector<Tensor>>> run(std::size_t instance, std::span<const std::span<const Tensor>> batch) override {
    std::vector<std::vector<Tensor>> results;
    for (const auto inputs : batch) {
      auto outputs = device_.run(instance, inputs);
      if (!outputs) return forward_error(outputs);
      results.push_back(model_.to_graph(std::move(*outputs)));
    }
    return results;
  }

 private:
  cpu::Device device_;
  BaselineModel model_;
  std::size_t instances_;
};

Result<std::unique_ptr<RealTimeDevice>> open_cpu(const BenchSubject& subject) {
  cpu::DeviceOptions wanted;
  wanted.threads = subject.reading.record["environment"]["threads"].get<int>();
  wanted.provider = subject.options.provider;
  wanted.instances = static_cast<int>(subject.options.batching.instances);
  if (wanted.instances == 0) wanted.instances = throughput_counts(subject.options) ? std::max(1, cpu::usable_processors() / wanted.threads) : 1;
  const auto& model = subject.session.model();
  wanted.external_folder = model.file.parent_path().string();
  auto baseline = baseline_model(model, subject.ruler.precision);
  if (!baseline) return forward_error(baseline);
  auto device = cpu::Device::open(baseline->bytes(model), model.file.string(), wanted);
  if (!device) return forward_error(device);
  return std::make_unique<CpuDevice>(std::move(*device), std::move(*baseline), static_cast<std::size_t>(wanted.instances));
}

/// Any other ruler, opened as `run` and `compare` open it.
class RulerDevice final : public RealTimeDevice {
 public:
  explicit RulerDevice(std::vector<MeasureSession::Infer> instances) : instances_(std::move(instances)) {}
  [[nodiscard]] std::size_t instances() const override { return instances_.size(); }
  [[nodiscard]] Result<void> enter(std::size_t) override { return {}; }
  [[nodiscard]] std::vector<Tensor> prepared(std::vector<Tensor> inputs) const override { return inputs; }
  [[nodiscard]] Result<std::vector<std::vector<Tensor>>> run(std::size_t instance, std::span<const std::span<const Tensor>> batch) override {
    const auto begin = std::chrono::steady_clock::now();
    auto inferences = instances_[instance](batch);
    if (!inferences) return forward_error(inferences);
    std::vector<std::vector<Tensor>> results;
    for (auto& inference : *inferences) {
      results.push_back(std::move(inference.outputs));
      if (inference.report) runs_s_ += inference.report->wall_s;
    }
    busy_s_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return results;
  }
  [[nodiscard]] std::optional<double> in_flight() const override {
    if (runs_s_ == 0) return std::nullopt;
    return runs_s_ / busy_s_;
  }

 private:
  std::vector<MeasureSession::Infer> instances_;
  std::atomic<double> runs_s_ = 0, busy_s_ = 0;  ///< of the kernel, from start to end; of the calls that waited for it
};

Result<std::unique_ptr<RealTimeDevice>> open_ruler_device(const BenchSubject& subject) {
  const auto count = std::max<std::size_t>(1, subject.options.batching.instances);
  if (count > 1 && subject.ruler.runs_programs) {
    return fail(ErrorCode::kUnsupported, fmt::format("{} instances: one host thread drives the card", count), "ruler " + subject.ruler.name);
  }
  std::vector<MeasureSession::Infer> instances;
  for (std::size_t i = 0; i < count; ++i) {
    auto infer = subject.session.open_ruler(subject.ruler);
    if (!infer) return forward_error(infer);
    instances.push_back(std::move(*infer));
  }
  return std::make_unique<RulerDevice>(std::move(instances));
}

/// Watts of all packages between two calls.
Result<PowerSensor> open_rapl() {
  auto rapl = cpu::Rapl::open();
  if (!rapl) return forward_error(rapl);
  using Clock = std::chrono::steady_clock;
  return PowerSensor{[rapl = std::move(*rapl), last = Clock::now(), last_j = 0.0]() mutable -> Result<double> {
                       const auto joules = rapl.joules();
                       if (!joules) return forward_error(joules);
                       const auto now = Clock::now();
                       const double watts = (*joules - last_j) / std::chrono::duration<double>(now - last).count();
                       last = now;
                       last_j = *joules;
                       return watts;
                     },
                     "chip"};
}

}  // namespace

Result<std::unique_ptr<RealTimeDevice>> open_real_time_device(const BenchSubject& subject) {
  return is_baseline(subject.ruler) ? open_cpu(subject) : open_ruler_device(subject);
}

Result<PowerSensor> open_power_sensor(const BenchSubject& subject) {
  const auto& environment = subject.reading.record["environment"];
  if (computes_on_processor(subject.ruler, environment)) return open_rapl();
  if (is_baseline(subject.ruler)) return fail(ErrorCode::kUnavailable, "ONNX Runtime shows no power sensor of this device", environment.value("provider", ""));
  if (!subject.ruler.runs_programs) return fail(ErrorCode::kUnavailable, "OpenCL shows no power sensor of this device", environment.value("device", subject.ruler.name));
  auto watts = card::open_power_sensor();
  if (!watts) return forward_error(watts);
  return PowerSensor{std::move(*watts), "board"};
}

}  // namespace vernier::cli
