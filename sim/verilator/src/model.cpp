// SPDX-License-Identifier: Apache-2.0
#include "model.hpp"

#include <dlfcn.h>

namespace vernier::verilator {

Result<std::unique_ptr<Model>> Model::open(const std::filesystem::path& file) {
  auto model = std::unique_ptr<Model>(new Model);
  model->library_ = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (model->library_ == nullptr) return fail(ErrorCode::kUnavailable, std::string("cannot be loaded: ") + ::dlerror(), file.string());
  const auto entry = reinterpret_cast<const VrnModelApi* (*)()>(::dlsym(model->library_, "vrn_model_api"));
  if (entry == nullptr) return fail(ErrorCode::kUnavailable, "is not an NPU model", file.string());
  model->api_ = entry();
  if (model->api_->version != VRN_MODEL_API_VERSION) {
    return fail(ErrorCode::kUnavailable, "was built for another version of Vernier; delete it", file.string());
  }
  model->model_ = model->api_->create();
  model->ports_ = model->api_->ports(model->model_);
  return model;
}

Model::~Model() {
  close_waves();
  if (model_ != nullptr) api_->destroy(model_);
  if (library_ != nullptr) ::dlclose(library_);
}

std::span<std::byte> Model::memory(const std::string& path) {
  std::uint64_t bytes = 0;
  auto* words = api_->memory(model_, path.c_str(), &bytes);
  return {reinterpret_cast<std::byte*>(words), words == nullptr ? 0 : static_cast<std::size_t>(bytes)};
}

std::optional<std::string> Model::failure() const {
  const char* text = api_->failure(model_);
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

Result<void> Model::open_waves(const std::string& file) {
  if (api_->waves_open == nullptr) return fail(ErrorCode::kUnsupported, "this model was built without waveforms", file);
  if (api_->waves_open(model_, file.c_str()) != 0) return fail(ErrorCode::kIo, "cannot be written", file);
  waves_ = true;
  return {};
}

void Model::close_waves() {
  if (waves_) api_->waves_close(model_);
  waves_ = false;
}

}  // namespace vernier::verilator
