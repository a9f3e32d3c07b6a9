// SPDX-License-Identifier: Apache-2.0
#include "tiny_task.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

namespace vernier::cli {
namespace {

struct Quantization {
  double scale = 1;
  std::int64_t zero = 0;
};
Quantization quantization_of(const graph::Value& value) {
  if (!value.quantization) return {};
  const auto& q = *value.quantization;
  return {static_cast<double>(q.scale.at(0)), q.zero_point.empty() ? 0 : static_cast<std::int64_t>(q.zero_point.at(0))};
}

double stored(const Tensor& t, std::size_t i) {
  switch (t.type()) {
    case DType::kInt8: return t.as<std::int8_t>()[i];
    case DType::kUint8: return t.as<std::uint8_t>()[i];
    default: return static_cast<double>(t.as<float>()[i]);
  }
}

void store(Tensor& t, std::size_t i, double v) {
  switch (t.type()) {
    case DType::kInt8: t.as<std::int8_t>()[i] = static_cast<std::int8_t>(std::clamp(v, -128.0, 127.0)); return;
    case DType::kUint8: t.as<std::uint8_t>()[i] = static_cast<std::uint8_t>(std::clamp(v, 0.0, 255.0)); return;
    default: t.as<float>()[i] = static_cast<float>(v);
  }
}

/// The real number an element stands for; floats stand for themselves.
double real(const Tensor& t, std::size_t i, const graph::Value& value) {
  if (t.type() == DType::kFloat32) return stored(t, i);
  const auto q = quantization_of(value);
  return q.scale * (stored(t, i) - static_cast<double>(q.zero));
}

/// Pixels are 0 to 255: int8 models take them less 128, float models as they are.
double pixel_offset(DType type) { return type == DType::kInt8 ? -128 : 0; }

/// Index in a channels-first tensor of the i-th value on the line, channels last.
std::size_t channels_first(const Shape& shape, std::size_t i) {
  if (shape.size() != 4) return i;
  const auto channels = static_cast<std::size_t>(shape[1]), pixels = static_cast<std::size_t>(shape[2] * shape[3]);
  return i % channels * pixels + i / channels;
}

}  // namespace

Result<TinyTask> tiny_task(const std::string& name) {
  if (name == "ic01" || name == "vww01") return TinyTask::kImage;
  if (name == "kws01") return TinyTask::kKeyword;
  if (name == "ad01") return TinyTask::kAnomaly;
  return fail(ErrorCode::kInvalidInput, "is not one of ic01, vww01, kws01, ad01", "--task " + name);
}

std::size_t line_bytes(TinyTask task, const graph::Value& input) {
  const auto elements = static_cast<std::size_t>(element_count(input.shape));
  switch (task) {
    case TinyTask::kImage: return elements;
    case TinyTask::kAnomaly: return elements * sizeof(float);
    case TinyTask::kKeyword: break;
  }
  return elements * size_of(input.type);
}

std::vector<std::byte> to_line(TinyTask task, const graph::Value& input, const Tensor& tensor) {
  std::vector<std::byte> bytes(line_bytes(task, input));
  const auto elements = static_cast<std::size_t>(tensor.size());
  for (std::size_t i = 0; task == TinyTask::kImage && i < elements; ++i) {
    const double pixel = stored(tensor, channels_first(input.shape, i)) - pixel_offset(input.type);
    bytes[i] = static_cast<std::byte>(static_cast<std::uint8_t>(std::clamp(std::round(pixel), 0.0, 255.0)));
  }
  for (std::size_t i = 0; task == TinyTask::kAnomaly && i < elements; ++i) {
    const auto v = static_cast<float>(real(tensor, i, input));
    std::memcpy(bytes.data() + i * sizeof v, &v, sizeof v);
  }
  if (task == TinyTask::kKeyword) std::memcpy(bytes.data(), tensor.bytes().data(), bytes.size());
  return bytes;
}

Tensor from_line(TinyTask task, const graph::Value& input, std::span<const std::byte> bytes) {
  Tensor tensor(input.type, input.shape);
  const auto elements = static_cast<std::size_t>(tensor.size());
  for (std::size_t i = 0; task == TinyTask::kImage && i < elements; ++i) {
    store(tensor, channels_first(input.shape, i), std::to_integer<int>(bytes[i]) + pixel_offset(input.type));
  }
  const auto q = quantization_of(input);
  for (std::size_t i = 0; task == TinyTask::kAnomaly && i < elements; ++i) {
    float v = 0;
    std::memcpy(&v, bytes.data() + i * sizeof v, sizeof v);
    store(tensor, i, input.type == DType::kFloat32 ? static_cast<double>(v) : std::nearbyint(static_cast<double>(v) / q.scale) + static_cast<double>(q.zero));
  }
  if (task == TinyTask::kKeyword) std::memcpy(tensor.bytes().data(), bytes.data(), bytes.size());
  return tensor;
}

std::vector<float> tiny_results(TinyTask task, const graph::Value& input, const Tensor& sample, const graph::Value& output, const Tensor& answer) {
  std::vector<float> results;
  double error = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(answer.size()); ++i) {
    const double v = real(answer, i, output);
    if (task == TinyTask::kAnomaly) error += (v - real(sample, i, input)) * (v - real(sample, i, input));
    else results.push_back(static_cast<float>(v));
  }
  if (task == TinyTask::kAnomaly) results.push_back(static_cast<float>(error / static_cast<double>(answer.size())));
  return results;
}

}  // namespace vernier::cli
