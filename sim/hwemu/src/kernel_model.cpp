// SPDX-License-Identifier: Apache-2.0
#include <vernier/hwemu/kernel_model.hpp>

#include <dlfcn.h>

#include <algorithm>
#include <cctype>

namespace vernier::hwemu {
namespace {

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

Result<std::unique_ptr<KernelModel>> KernelModel::open(const std::filesystem::path& file, const std::string& instance) {
  auto model = std::unique_ptr<KernelModel>(new KernelModel);
  model->library_ = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (model->library_ == nullptr) return fail(ErrorCode::kUnavailable, std::string("cannot be loaded: ") + ::dlerror(), file.string());
  const auto entry = reinterpret_cast<const VrnKernelApi* (*)()>(::dlsym(model->library_, "vrn_kernel_api"));
  if (entry == nullptr) return fail(ErrorCode::kInvalidInput, "is not a kernel built by Vernier", file.string());
  model->api_ = entry();
  if (model->api_->version != VRN_KERNEL_API_VERSION) {
    return fail(ErrorCode::kInvalidInput, "was packed by another version of Vernier; pack the kernel again", file.string());
  }
  const auto function = reinterpret_cast<const VrnFunctionApi* (*)()>(::dlsym(model->library_, "vrn_function_api"));
  if (function != nullptr) model->function_ = function();
  model->kernel_ = model->api_->create(instance.c_str());
  std::uint32_t count = 0;
  const VrnKernelPort* ports = model->api_->ports(model->kernel_, &count);
  for (std::uint32_t i = 0; i < count; ++i) model->ports_[lower_case(ports[i].name)] = Signal(ports[i].data, ports[i].bits);
  return model;
}

KernelModel::~KernelModel() {
  if (waves_) api_->waves_close(kernel_);
  if (kernel_ != nullptr) api_->destroy(kernel_);
  if (library_ != nullptr) ::dlclose(library_);
}

Signal KernelModel::port(const std::string& name) const {
  const auto found = ports_.find(lower_case(name));
  return found == ports_.end() ? Signal{} : found->second;
}

std::optional<std::string> KernelModel::failure() const {
  const char* text = api_->failure(kernel_);
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

Result<void> KernelModel::open_waves(const std::string& file) {
  if (api_->waves_open == nullptr) return fail(ErrorCode::kUnsupported, "this kernel was packed without waveforms", file);
  if (api_->waves_open(kernel_, file.c_str()) != 0) return fail(ErrorCode::kIo, "cannot be written", file);
  waves_ = true;
  return {};
}

}  // namespace vernier::hwemu
