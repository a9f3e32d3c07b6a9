// SPDX-License-Identifier: Apache-2.0
#include <vernier/cpu/device.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include <vernier/ort/session.hpp>

#include "processors.hpp"

namespace vernier::cpu {

struct Device::Impl {
  struct Instance {
    std::vector<int> processors;
    ort::Session session;
  };
  std::vector<Instance> instances;
  std::string where;
};

Device::Device(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Device::Device(Device&&) noexcept = default;
Device& Device::operator=(Device&&) noexcept = default;
Device::~Device() = default;

Result<Device> Device::open(std::span<const std::byte> model, const std::string& where, const DeviceOptions& options) {
  if (options.threads < 1) return fail(ErrorCode::kInvalidInput, fmt::format("{} threads asked for, at least 1 is needed", options.threads), where);
  if (options.instances < 1) return fail(ErrorCode::kInvalidInput, fmt::format("{} instances asked for, at least 1 is needed", options.instances), where);
  const int wanted = options.threads * options.instances;
  const auto processors = usable_processors(wanted);
  if (static_cast<int>(processors.size()) < wanted) {
    return fail(ErrorCode::kUnavailable, fmt::format("{} threads asked for, this process may use {} processors", wanted, processors.size()), where);
  }
  auto impl = std::make_unique<Impl>();
  impl->where = where;
  for (auto first = processors.begin(); first != processors.end(); first += options.threads) {
    const std::vector<int> own(first, first + options.threads);
    ort::SessionOptions session_options{.optimize = true, .intra_threads = options.threads, .external_folder = options.external_folder, .provider = options.provider};
    session_options.pinned_cpus.assign(own.begin() + 1, own.end());
    auto session = ort::Session::open(model, session_options, where);
    if (!session) return forward_error(session);
    impl->instances.push_back({own, std::move(*session)});
  }
  return Device(std::move(impl));
}

Result<void> Device::enter(std::size_t instance) const {
  const int processor = impl_->instances[instance].processors[0];
  if (pin_to(processor)) return {};
  return fail(ErrorCode::kUnavailable, fmt::format("cannot pin to processor {}: {}", processor, std::strerror(errno)), impl_->where);
}

Result<std::vector<Tensor>> Device::run(std::size_t instance, std::span<const Tensor> inputs) {
  return impl_->instances[instance].session.run(inputs);
}

const std::vector<int>& Device::processors(std::size_t instance) const { return impl_->instances[instance].processors; }

}  // namespace vernier::cpu
