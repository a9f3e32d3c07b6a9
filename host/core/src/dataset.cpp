// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/dataset.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include <vernier/core/files.hpp>

#include "toml_table.hpp"

namespace vernier {
namespace {

/// Calls f with the elements of any stored type; false for types that no data set has.
template <class F>
bool with_elements(const Tensor& t, F&& f) {
  switch (t.type()) {
    case DType::kFloat32: f(t.as<float>()); return true;
    case DType::kFloat64: f(t.as<double>()); return true;
    case DType::kInt8: f(t.as<std::int8_t>()); return true;
    case DType::kUint8: f(t.as<std::uint8_t>()); return true;
    case DType::kInt16: f(t.as<std::int16_t>()); return true;
    case DType::kInt32: f(t.as<std::int32_t>()); return true;
    case DType::kInt64: f(t.as<std::int64_t>()); return true;
    default: return false;
  }
}

Result<Tensor> read_array(const std::filesystem::path& file) { return file.extension() == ".npy" ? read_npy(file) : read_idx(file); }

Result<std::vector<std::int64_t>> read_labels(const std::filesystem::path& file, std::int64_t samples) {
  const auto tensor = read_array(file);
  if (!tensor) return forward_error(tensor);
  if (tensor->type() == DType::kFloat32 || tensor->type() == DType::kFloat64) return fail(ErrorCode::kInvalidInput, "holds floats; labels are integers", file.string());
  if (tensor->size() != samples) return fail(ErrorCode::kInvalidInput, fmt::format("holds {} labels for {} samples", tensor->size(), samples), file.string());
  std::vector<std::int64_t> labels;
  const bool read = with_elements(*tensor, [&labels](auto from) {
    for (const auto v : from) labels.push_back(static_cast<std::int64_t>(v));
  });
  if (!read) return fail(ErrorCode::kInvalidInput, fmt::format("holds {}; labels are integers", name_of(tensor->type())), file.string());
  return labels;
}

/// [N, H, W, C] to [N, C, H, W].
Tensor channels_first(const Tensor& t) {
  const auto& s = t.shape();
  Tensor turned(t.type(), {s[0], s[3], s[1], s[2]});
  const auto size = size_of(t.type());
  const auto pixels = static_cast<std::size_t>(s[1] * s[2]);
  const auto channels = static_cast<std::size_t>(s[3]);
  const auto* from = t.bytes().data();
  for (std::size_t n = 0; n < static_cast<std::size_t>(s[0]); ++n) {
    for (std::size_t p = 0; p < pixels; ++p) {
      for (std::size_t c = 0; c < channels; ++c, from += size) {
        std::memcpy(turned.bytes().data() + ((n * channels + c) * pixels + p) * size, from, size);
      }
    }
  }
  return turned;
}

Result<InputForm> read_form(const TomlTable& table, DType type, std::int64_t channels) {
  static constexpr std::array<std::string_view, 3> kKeys{"scale", "offset", "reverse_channels"};
  if (auto r = table.allow(kKeys); !r) return forward_error(r);
  InputForm form{type, {1.0}, {0.0}, false};
  for (const auto& [key, to] : {std::pair{"scale", &form.scale}, {"offset", &form.offset}}) {
    auto list = table.numbers(key);
    if (!list) return forward_error(list);
    if (!*list) continue;
    const auto n = static_cast<std::int64_t>((*list)->size());
    if (n != 1 && n != channels) return table.bad(key, fmt::format("has {} numbers; 1, or one for each of {} channels, are allowed", n, channels));
    if (!std::ranges::all_of(**list, [](double v) { return std::isfinite(v); })) return table.bad(key, "is not finite");
    *to = std::move(**list);
  }
  const auto reverse = table.boolean("reverse_channels");
  if (!reverse) return forward_error(reverse);
  form.reverse_channels = reverse->value_or(false);
  return form;
}

Result<void> read_forms(const TomlTable& table, Dataset& set) {
  const auto inputs = table.table("input");
  if (!inputs) return forward_error(inputs);
  if (!*inputs) return {};
  static constexpr std::array<std::string_view, 3> kTypes{"float32", "int8", "uint8"};
  if (auto r = (*inputs)->allow(kTypes); !r) return r;
  const auto channels = set.inputs.shape().size() > 1 ? set.inputs.shape()[1] : 1;
  for (const auto type : {DType::kFloat32, DType::kInt8, DType::kUint8}) {
    const auto one = (*inputs)->table(std::string(name_of(type)));
    if (!one) return forward_error(one);
    if (!*one) continue;
    auto form = read_form(**one, type, channels);
    if (!form) return forward_error(form);
    set.forms.push_back(std::move(*form));
  }
  return {};
}

Result<void> read_inputs(const TomlTable& table, Dataset& set) {
  const auto file = table.file("inputs");
  if (!file) return forward_error(file);
  if (!*file) return table.bad("inputs", "is missing");
  auto inputs = read_array(**file);
  if (!inputs) return forward_error(inputs);
  set.inputs = std::move(*inputs);
  if (set.inputs.shape().empty()) return table.bad("inputs", "is a scalar; the first axis counts the samples");
  const auto shape = table.integers("shape");
  if (!shape) return forward_error(shape);
  if (*shape) {
    Shape all = **shape;
    all.insert(all.begin(), set.size());
    if (std::ranges::any_of(all, [](std::int64_t d) { return d < 0; }) || element_count(all) != set.inputs.size()) {
      return table.bad("shape", fmt::format("is {}, the samples are of {}", to_string(**shape), to_string(set.inputs.shape())));
    }
    set.inputs.reshape(all);
  }
  const auto layout = table.required_text("layout");
  if (!layout) return forward_error(layout);
  if (*layout != "NCHW" && *layout != "NHWC" && *layout != "other") return table.bad("layout", fmt::format("is '{}'; NCHW, NHWC and other are known", *layout));
  if (*layout != "other" && set.inputs.shape().size() != 4) return table.bad("layout", fmt::format("is {}, the inputs have shape {}", *layout, to_string(set.inputs.shape())));
  if (*layout == "NHWC") set.inputs = channels_first(set.inputs);
  const auto samples = table.integers("samples");
  if (!samples) return forward_error(samples);
  if (*samples && **samples != std::vector{set.size()}) return table.bad("samples", fmt::format("differs from the {} samples in the file", set.size()));
  return {};
}

Result<void> read_texts(const TomlTable& table, Dataset& set) {
  const auto name = table.text("name");
  if (!name) return forward_error(name);
  set.name = name->value_or(set.file.stem().string());
  for (const auto& [key, to] : {std::pair{"licence", &set.licence}, {"origin", &set.origin}}) {
    auto text = table.required_text(key);
    if (!text) return forward_error(text);
    *to = std::move(*text);
  }
  auto classes = table.texts("classes");
  if (!classes) return forward_error(classes);
  if (*classes) set.classes = std::move(**classes);
  return {};
}

template <class T>
bool store(Tensor& to, std::size_t at, double value) {
  const double rounded = std::is_integral_v<T> ? std::nearbyint(value) : value;
  if (std::is_integral_v<T> && (rounded < static_cast<double>(std::numeric_limits<T>::min()) || rounded > static_cast<double>(std::numeric_limits<T>::max()))) return false;
  to.as<T>()[at] = static_cast<T>(rounded);
  return true;
}

bool store(Tensor& to, std::size_t at, double value) {
  switch (to.type()) {
    case DType::kFloat32: return store<float>(to, at, value);
    case DType::kInt8: return store<std::int8_t>(to, at, value);
    case DType::kUint8: return store<std::uint8_t>(to, at, value);
    default: return false;
  }
}

/// Where the element at `from` of a sample goes, and its channel after reordering.
struct Place {
  std::size_t at = 0, channel = 0;
};
Place place_of(std::size_t from, std::size_t channels, std::size_t pixels, bool reverse) {
  const auto channel = from / pixels;
  const auto to = reverse ? channels - 1 - channel : channel;
  return {to * pixels + from % pixels, to};
}

}  // namespace

Result<Dataset> load_dataset(const std::filesystem::path& file) {
  Dataset set;
  set.file = file;
  if (file.extension() != ".toml") {
    auto inputs = read_array(file);
    if (!inputs) return forward_error(inputs);
    if (inputs->shape().empty()) return fail(ErrorCode::kInvalidInput, "is a scalar; the first axis counts the samples", file.string());
    set.name = file.stem().string();
    set.inputs = std::move(*inputs);
    return set;
  }
  static constexpr std::array<std::string_view, 10> kKeys{"inputs", "labels", "layout", "shape", "samples", "classes", "name", "licence", "origin", "input"};
  const auto table = TomlTable::read(file);
  if (!table) return forward_error(table);
  if (auto r = table->allow(kKeys); !r) return forward_error(r);
  for (const auto part : {read_inputs, read_texts, read_forms}) {
    if (auto r = part(*table, set); !r) return forward_error(r);
  }
  const auto labels = table->file("labels");
  if (!labels) return forward_error(labels);
  if (*labels) {
    auto read = read_labels(**labels, set.size());
    if (!read) return forward_error(read);
    const auto classes = static_cast<std::int64_t>(set.classes.size());
    if (classes > 0 && std::ranges::any_of(*read, [classes](std::int64_t v) { return v < 0 || v >= classes; })) {
      return table->bad("labels", fmt::format("names a class outside of the {} of 'classes'", classes));
    }
    set.labels = std::move(*read);
  }
  return set;
}

Result<Tensor> Dataset::sample(std::int64_t index, DType wanted) const {
  const auto bad = [this](std::string what) { return fail(ErrorCode::kInvalidInput, std::move(what), file.string()); };
  if (index < 0 || index >= size()) return bad(fmt::format("sample {} asked for, there are {}", index, size()));
  Shape shape = inputs.shape();
  shape[0] = 1;
  Tensor out(wanted, shape);
  const auto count = static_cast<std::size_t>(out.size());
  const auto first = static_cast<std::size_t>(index) * count;
  const auto form = std::ranges::find(forms, wanted, &InputForm::type);
  if (form == forms.end()) {
    if (wanted != inputs.type()) return bad(fmt::format("stores {}; key 'input.{}' is missing, which says how it becomes {}", name_of(inputs.type()), name_of(wanted), name_of(wanted)));
    const auto size = size_of(wanted);
    if (count > 0) std::memcpy(out.bytes().data(), inputs.bytes().data() + first * size, count * size);
    return out;
  }
  const auto channels = static_cast<std::size_t>(shape.size() > 1 ? shape[1] : 1);
  const auto pixels = count / std::max<std::size_t>(channels, 1);
  std::optional<double> misfit;
  const bool known = with_elements(inputs, [&](auto stored) {
    for (std::size_t i = 0; i < count && !misfit; ++i) {
      const auto [at, channel] = place_of(i, channels, pixels, form->reverse_channels);
      const double value = static_cast<double>(stored[first + i]) * form->scale[form->scale.size() == 1 ? 0 : channel] + form->offset[form->offset.size() == 1 ? 0 : channel];
      if (!store(out, at, value)) misfit = value;
    }
  });
  if (!known) return bad(fmt::format("stores {}, which has no conversion", name_of(inputs.type())));
  if (misfit) return bad(fmt::format("key 'input.{}' turns an element of sample {} into {}, beyond {}", name_of(wanted), index, *misfit, name_of(wanted)));
  return out;
}

}  // namespace vernier
