// SPDX-License-Identifier: Apache-2.0
#include <vernier/ort/providers.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

#include "append_provider.hpp"

namespace vernier::ort {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// "cuda" of "CUDAExecutionProvider".
std::string stem(const std::string& name) {
  auto text = lower(name);
  constexpr std::string_view kSuffix = "executionprovider";
  if (text.ends_with(kSuffix)) text.resize(text.size() - kSuffix.size());
  return text;
}

}  // namespace

std::vector<std::string> providers() { return Ort::GetAvailableProviders(); }

Result<std::string> find_provider(const std::string& name) {
  const auto known = providers();
  const auto found = std::ranges::find(known, stem(name), stem);
  if (found != known.end()) return *found;
  return fail(ErrorCode::kUnavailable, fmt::format("is not in this ONNX Runtime {}, which has {}", Ort::GetVersionString(), fmt::join(known, ", ")), "provider " + name);
}

bool computes_on_processor(std::string_view provider) {
  constexpr std::array<std::string_view, 4> kOnProcessor = {kCpuProvider, "XnnpackExecutionProvider", "DnnlExecutionProvider", "ACLExecutionProvider"};
  return std::ranges::find(kOnProcessor, provider) != kOnProcessor.end();
}

void append_provider(Ort::SessionOptions& options, const std::string& provider) {
  if (provider == kCpuProvider) return;
  if (provider == "CUDAExecutionProvider") {
    const Ort::CUDAProviderOptions cuda;
    options.AppendExecutionProvider_CUDA_V2(*cuda);
  } else if (provider == "TensorrtExecutionProvider") {
    const Ort::TensorRTProviderOptions tensorrt;
    options.AppendExecutionProvider_TensorRT_V2(*tensorrt);
  } else if (provider == "MIGraphXExecutionProvider") {
    options.AppendExecutionProvider_MIGraphX(OrtMIGraphXProviderOptions{});
  } else if (provider == "DnnlExecutionProvider") {
    OrtDnnlProviderOptions* made = nullptr;
    Ort::ThrowOnError(Ort::GetApi().CreateDnnlProviderOptions(&made));
    const std::unique_ptr<OrtDnnlProviderOptions, decltype(OrtApi::ReleaseDnnlProviderOptions)> dnnl(made, Ort::GetApi().ReleaseDnnlProviderOptions);
    options.AppendExecutionProvider_Dnnl(*dnnl);
  } else {
    options.AppendExecutionProvider(provider);
  }
}

}  // namespace vernier::ort
