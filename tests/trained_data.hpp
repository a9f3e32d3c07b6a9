// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <string>
#include <unistd.h>

#include <vernier/core/dataset.hpp>
#include <vernier/core/files.hpp>
#include <vernier/core/tensor.hpp>

/// Trained models and labelled data that lie beside the project, for tests that can do without them.
namespace trained {

inline const std::filesystem::path kData = VERNIER_SOURCE_DIR "/../shared/data";

/// Says so where the data is not on this machine.
inline bool absent() {
  if (std::filesystem::exists(kData)) return false;
  std::puts("skipped: the trained models are not on this machine (../shared/data)");
  return true;
}

template <class T>
T get(vernier::Result<T> r) {
  if (!r) FAIL(to_string(r.error()));
  return std::move(*r);
}

/// A data set file with these keys, in `file`.
inline void describe(const std::filesystem::path& file, const std::string& inputs, const std::string& labels, const std::string& form) {
  const auto path = [](const std::string& name) { return "'" + std::filesystem::canonical(kData / "sets" / name).string() + "'\n"; };
  auto text = "inputs = " + path(inputs) + "licence = 'see the README beside the data'\norigin = 'data beside the project'\nlayout = 'NCHW'\n";
  if (!labels.empty()) text += "labels = " + path(labels);
  REQUIRE(vernier::write_atomically(file, text + form + "\n"));
}

inline vernier::Dataset dataset(const std::string& inputs, const std::string& labels = "", const std::string& form = "") {
  const auto file = std::filesystem::temp_directory_path() / ("vernier-trained-" + std::to_string(::getpid()) + ".toml");
  describe(file, inputs, labels, form);
  auto set = vernier::load_dataset(file);
  std::filesystem::remove(file);
  return get(std::move(set));
}

inline constexpr const char* kCifarForm = "[input.int8]\noffset = -128\n[input.float32]\nscale = 1";
inline constexpr const char* kMnistForm = "shape = [1, 28, 28]\n[input.float32]\nscale = 0.003921568627450980392";
inline constexpr const char* kPhotoForm = "[input.int8]\noffset = -128";                                                 // MobileNets
inline constexpr const char* kCaffeForm = "[input.float32]\nreverse_channels = true\noffset = [-104.0, -117.0, -123.0]";  // SqueezeNet

inline std::int64_t top1(const vernier::Tensor& t) {
  const auto place = [](auto values) { return std::ranges::max_element(values) - values.begin(); };
  switch (t.type()) {
    case vernier::DType::kInt8: return place(t.as<std::int8_t>());
    case vernier::DType::kUint8: return place(t.as<std::uint8_t>());
    default: return place(t.as<float>());
  }
}

}  // namespace trained
