// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <onnx/onnx_pb.h>
#include <onnxruntime_cxx_api.h>
#include <onnxruntime_session_options_config_keys.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include <vernier/ort/session.hpp>

#include "append_provider.hpp"
#include "element_type.hpp"

namespace vernier::ort {
namespace {

Ort::SessionOptions make_options(const SessionOptions& options) {
  Ort::SessionOptions made;
  made.SetIntraOpNumThreads(options.intra_threads);
  made.SetInterOpNumThreads(1);
  made.SetExecutionMode(ORT_SEQUENTIAL);
  made.SetGraphOptimizationLevel(options.optimize ? ORT_ENABLE_ALL : ORT_DISABLE_ALL);
  // without it AVX2 and AVX-512 machines add u8*s8 products in 16 saturating bits
  if (!options.optimize) made.AddConfigEntry(kOrtSessionOptionsAvx2PrecisionMode, "1");
  if (!options.pinned_cpus.empty()) {
    std::string affinities;  // ONNX Runtime counts processors from 1
    for (const int cpu : options.pinned_cpus) affinities += fmt::format("{}{}", affinities.empty() ? "" : ";", cpu + 1);
    made.AddConfigEntry(kOrtSessionOptionsConfigIntraOpThreadAffinities, affinities.c_str());
  }
  if (!options.external_folder.empty()) {
    made.AddConfigEntry(kOrtSessionOptionsModelExternalInitializersFileFolderPath, options.external_folder.c_str());
  }
  return made;
}

/// The model with `names` appended to its outputs; ONNX Runtime infers their types.
Result<std::string> with_outputs(std::span<const std::byte> bytes, const std::vector<std::string>& names,
                                 const std::string& where) {
  onnx::ModelProto model;
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(ErrorCode::kInvalidInput, "is not an ONNX model", where);
  }
  auto& graph = *model.mutable_graph();
  for (const auto& name : names) {
    const bool written = std::ranges::any_of(graph.node(), [&name](const onnx::NodeProto& node) {
      return std::ranges::find(node.output(), name) != node.output().end();
    });
    if (!written) return fail(ErrorCode::kInvalidInput, fmt::format("no node writes '{}', asked for as an output", name), where);
    graph.add_output()->set_name(name);
  }
  return model.SerializeAsString();
}

Result<Port> port_of(std::string name, const Ort::TypeInfo& info, const std::string& where) {
  if (info.GetONNXType() != ONNX_TYPE_TENSOR) {
    return fail(ErrorCode::kUnsupported, fmt::format("'{}' is a sequence, map or optional; tensors are run", name), where);
  }
  const auto tensor = info.GetTensorTypeAndShapeInfo();
  const auto type = dtype_of_onnx(static_cast<int>(tensor.GetElementType()));
  if (!type) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("'{}' has ONNX element type {}", name, static_cast<int>(tensor.GetElementType())), where);
  }
  return Port{std::move(name), *type, tensor.GetShape()};
}

bool fits(const Shape& shape, const Shape& wanted) {
  return shape.size() == wanted.size() &&
         std::ranges::equal(shape, wanted, [](std::int64_t is, std::int64_t want) { return want < 0 || is == want; });
}

}  // namespace

struct Session::Impl {
  Ort::Env env{ORT_LOGGING_LEVEL_FATAL, "vernier"};  // what ONNX Runtime would print comes back as an Error
  Ort::Session session{nullptr};
  std::vector<Port> inputs, outputs;
  std::vector<const char*> input_names, output_names;  // into the ports
  std::string where;
};

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;
const std::vector<Port>& Session::inputs() const { return impl_->inputs; }
const std::vector<Port>& Session::outputs() const { return impl_->outputs; }

Result<Session> Session::open(std::span<const std::byte> model, const SessionOptions& options, std::string where) {
  if (options.intra_threads < 1) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{} threads asked for, at least 1 is needed", options.intra_threads), where);
  }
  const auto provider = find_provider(options.provider);
  if (!provider) return forward_error(provider);
  auto ort_options = make_options(options);
  try {
    append_provider(ort_options, *provider);
  } catch (const Ort::Exception& e) {
    return fail(ErrorCode::kUnavailable, fmt::format("ONNX Runtime: {}", e.what()), "provider " + *provider);
  }
  std::string extended;
  if (!options.extra_outputs.empty()) {
    auto more = with_outputs(model, options.extra_outputs, where);
    if (!more) return forward_error(more);
    extended = std::move(*more);
    model = std::as_bytes(std::span(extended.data(), extended.size()));
  }
  try {
    auto impl = std::make_unique<Impl>();
    impl->where = where;
    impl->session = Ort::Session(impl->env, model.data(), model.size(), ort_options);
    const Ort::AllocatorWithDefaultOptions allocator;
    for (std::size_t i = 0; i < impl->session.GetInputCount(); ++i) {
      auto port = port_of(impl->session.GetInputNameAllocated(i, allocator).get(), impl->session.GetInputTypeInfo(i), where);
      if (!port) return forward_error(port);
      impl->inputs.push_back(std::move(*port));
    }
    for (std::size_t i = 0; i < impl->session.GetOutputCount(); ++i) {
      auto port = port_of(impl->session.GetOutputNameAllocated(i, allocator).get(), impl->session.GetOutputTypeInfo(i), where);
      if (!port) return forward_error(port);
      impl->outputs.push_back(std::move(*port));
    }
    for (const auto& port : impl->inputs) impl->input_names.push_back(port.name.c_str());
    for (const auto& port : impl->outputs) impl->output_names.push_back(port.name.c_str());
    return Session(std::move(impl));
  } catch (const Ort::Exception& e) {
    // operators it does not have, and forms of operators that it says no to while it makes their kernels
    const auto code = e.GetOrtErrorCode();
    const bool unsupported = code == ORT_NOT_IMPLEMENTED || code == ORT_RUNTIME_EXCEPTION || code == ORT_FAIL;
    return fail(unsupported ? ErrorCode::kUnsupported : ErrorCode::kInvalidInput, fmt::format("ONNX Runtime: {}", e.what()), where);
  }
}

Result<std::vector<Tensor>> Session::run(std::span<const Tensor> inputs) {
  const auto& ports = impl_->inputs;
  if (inputs.size() != ports.size()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{} inputs given, the model has {}", inputs.size(), ports.size()), impl_->where);
  }
  try {
    const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    std::vector<Ort::Value> values;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto& in = inputs[i];
      if (in.type() != ports[i].type || !fits(in.shape(), ports[i].shape)) {
        return fail(ErrorCode::kInvalidInput,
                    fmt::format("input '{}' is {} {}, the model takes {} {}", ports[i].name, name_of(in.type()), to_string(in.shape()),
                                name_of(ports[i].type), to_string(ports[i].shape)),
                    impl_->where);
      }
      auto* data = const_cast<std::byte*>(in.bytes().data());  // the C API has no const; inputs are only read
      values.push_back(Ort::Value::CreateTensor(memory, data, in.bytes().size(), in.shape().data(), in.shape().size(),
                                                static_cast<ONNXTensorElementDataType>(onnx_type_of(in.type()))));
    }
    const auto results = impl_->session.Run(Ort::RunOptions{nullptr}, impl_->input_names.data(), values.data(), values.size(),
                                            impl_->output_names.data(), impl_->output_names.size());
    std::vector<Tensor> outputs;
    for (std::size_t i = 0; i < results.size(); ++i) {
      Tensor out(impl_->outputs[i].type, results[i].GetTensorTypeAndShapeInfo().GetShape());
      if (!out.bytes().empty()) std::memcpy(out.bytes().data(), results[i].GetTensorRawData(), out.bytes().size());
      outputs.push_back(std::move(out));
    }
    return outputs;
  } catch (const Ort::Exception& e) {
    return fail(ErrorCode::kInvalidInput, fmt::format("ONNX Runtime: {}", e.what()), impl_->where);
  }
}

std::string runtime_version() { return Ort::GetVersionString(); }

}  // namespace vernier::ort
