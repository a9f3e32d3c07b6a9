// SPDX-License-Identifier: Apache-2.0
#include "loaded_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>

#include <vernier/core/dataset.hpp>
#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>
#include <vernier/import/import.hpp>
#include <vernier/ort/model.hpp>
#include <vernier/passes/pipeline.hpp>
#include <vernier/passes/quantise.hpp>
#include <vernier/zoo/zoo.hpp>

namespace vernier::cli {
namespace {
namespace fs = std::filesystem;

/// The file a name or path on the command line means, with the card beside it where there is one.
struct Found {
  std::string name;
  fs::path file;
  std::optional<ModelCard> card;
  bool zoo = false;  ///< a network by structure: there is no file
};

Result<Found> find_model(const std::string& wanted) {
  auto bundled = bundled_models();
  if (!bundled) return forward_error(bundled);
  std::vector<std::string> names;
  for (auto& card : *bundled) {
    if (card.name == wanted) return Found{card.name, card.model, std::move(card), false};
    names.push_back(card.name);
  }
  for (const auto& network : zoo::networks()) {
    if (network.name == wanted) return Found{wanted, "zoo:" + wanted, std::nullopt, true};
    names.push_back(network.name);
  }
  const fs::path file(wanted);
  std::error_code ec;
  if (!fs::exists(file, ec)) {
    return fail(ErrorCode::kInvalidInput, fmt::format("is neither a file nor a bundled model nor a network of the zoo: {}", fmt::join(names, ", ")), "model " + wanted);
  }
  Found found{file.stem().string(), file, std::nullopt, false};
  const auto beside = fs::path(file).replace_extension(".toml");
  if (fs::exists(beside, ec)) {
    auto card = load_model_card(beside);
    if (!card) return forward_error(card);
    found.name = card->name;
    found.card = std::move(*card);
  }
  return found;
}

/// NAME=SIZE of --dim.
Result<graph::ImportOptions> import_options(const CommonOptions& options) {
  graph::ImportOptions result;
  for (const auto& dim : options.dims) {
    const auto at = dim.rfind('=');
    std::int64_t size = 0;
    const auto* end = dim.data() + dim.size();
    const bool read = at != std::string::npos && at > 0 && std::from_chars(dim.data() + at + 1, end, size).ptr == end;
    if (!read || size < 1) return fail(ErrorCode::kInvalidInput, "is not NAME=SIZE with a size of at least 1", "--dim " + dim);
    result.dims[dim.substr(0, at)] = size;
  }
  return result;
}

Result<std::vector<std::byte>> zoo_bytes(const std::string& name) {
  const auto proto = zoo::build(name);
  if (!proto) return forward_error(proto);
  const auto bytes = std::as_bytes(std::span(proto->data(), proto->size()));
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

/// True when no operator computes on integers: nothing for the accelerator until the model is quantised.
bool is_float(const graph::Graph& graph) {
  const auto nodes = graph.nodes();
  return std::ranges::none_of(nodes, [&graph](graph::NodeId id) { return ort::is_quantised(graph, id); });
}

/// The words of --calibration; the option itself admits no others.
graph::Calibration calibration_of(const std::string& word) {
  if (word == "percentile") return graph::Calibration::kPercentile;
  return word == "mse" ? graph::Calibration::kMse : graph::Calibration::kMinMax;
}

Result<std::vector<std::vector<Tensor>>> calibration_inputs(const Found& found, const graph::Graph& graph) {
  if (!found.card || found.card->calibration.empty()) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("is a float32 model without calibration data: name a data set as `calibration` in {} beside it, or quantise it first",
                            fs::path(found.file).replace_extension(".toml").filename().string()),
                found.file.string());
  }
  const auto data = load_dataset(found.card->calibration);
  if (!data) return forward_error(data);
  std::vector<std::vector<Tensor>> samples;
  for (std::int64_t i = 0; i < data->size(); ++i) {
    auto sample = data->sample(i, graph.value(graph.inputs.at(0)).type);
    if (!sample) return forward_error(sample);
    sample->reshape(graph.value(graph.inputs.at(0)).shape);
    samples.push_back({std::move(*sample)});
  }
  return samples;
}

/// Uniform integers, or standard normal floats, the same for the same seed and index.
Tensor synthetic(const graph::Value& value, std::uint64_t seed, std::int64_t index) {
  std::mt19937_64 random(seed * 1'000'003 + static_cast<std::uint64_t>(index));
  Tensor t(value.type, value.shape);
  if (value.type == DType::kFloat32) {
    std::normal_distribution<float> normal;
    for (auto& v : t.as<float>()) v = normal(random);
  } else {
    for (auto& b : t.bytes()) b = static_cast<std::byte>(random() & 0xFF);
  }
  return t;
}

Result<std::vector<Tensor>> files_in(const fs::path& path) {
  std::vector<fs::path> files;
  std::error_code ec;
  if (fs::is_directory(path, ec)) {
    for (const auto& entry : fs::directory_iterator(path, ec)) {
      if (entry.path().extension() == ".npy") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    if (files.empty()) return fail(ErrorCode::kInvalidInput, "holds no .npy file", path.string());
  } else {
    files.push_back(path);
  }
  std::vector<Tensor> tensors;
  for (const auto& file : files) {
    auto tensor = read_npy(file);
    if (!tensor) return forward_error(tensor);
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

/// Each file is one sample of the (only) input; a file with one more sample axis is many.
Result<SampleSet> samples_of_files(const graph::Value& input, const fs::path& path) {
  auto tensors = files_in(path);
  if (!tensors) return forward_error(tensors);
  auto samples = std::make_shared<std::vector<Tensor>>();
  const auto size = element_count(input.shape);
  for (const auto& t : *tensors) {
    if (t.type() != input.type || size == 0 || t.size() % size != 0) {
      return fail(ErrorCode::kInvalidInput, fmt::format("holds {} {}, the model takes {} {}", name_of(t.type()), to_string(t.shape()),
                                                       name_of(input.type), to_string(input.shape)), path.string());
    }
    const auto bytes = static_cast<std::size_t>(size) * size_of(input.type);
    for (std::size_t at = 0; at < t.bytes().size(); at += bytes) {
      Tensor one(input.type, input.shape);
      std::ranges::copy(t.bytes().subspan(at, bytes), one.bytes().begin());
      samples->push_back(std::move(one));
    }
  }
  SampleSet set;
  set.count = static_cast<std::int64_t>(samples->size());
  set.origin = path.string();
  set.inputs = [samples](std::int64_t i) -> Result<std::vector<Tensor>> { return std::vector{samples->at(static_cast<std::size_t>(i))}; };
  return set;
}

Result<SampleSet> samples_of_data(const graph::Value& input, const fs::path& file) {
  auto loaded = load_dataset(file);
  if (!loaded) return forward_error(loaded);
  auto data = std::make_shared<Dataset>(std::move(*loaded));
  SampleSet set;
  set.count = data->size();
  set.labels = data->labels;
  set.origin = data->name;
  set.inputs = [data, input](std::int64_t i) -> Result<std::vector<Tensor>> {
    auto sample = data->sample(i, input.type);
    if (!sample) return forward_error(sample);
    if (sample->size() != element_count(input.shape)) {
      return fail(ErrorCode::kInvalidInput, fmt::format("sample {} has shape {}, the model takes {}", i, to_string(sample->shape()), to_string(input.shape)), data->file.string());
    }
    sample->reshape(input.shape);
    return std::vector{std::move(*sample)};
  };
  return set;
}

Result<std::vector<std::int64_t>> read_labels(const fs::path& file) {
  const auto t = read_npy(file);
  if (!t) return forward_error(t);
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < t->size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    switch (t->type()) {
      case DType::kInt64: labels.push_back(t->as<std::int64_t>()[at]); break;
      case DType::kInt32: labels.push_back(t->as<std::int32_t>()[at]); break;
      case DType::kUint8: labels.push_back(t->as<std::uint8_t>()[at]); break;
      case DType::kInt8: labels.push_back(t->as<std::int8_t>()[at]); break;
      default: return fail(ErrorCode::kInvalidInput, fmt::format("holds {}, labels are integers", name_of(t->type())), file.string());
    }
  }
  return labels;
}

}  // namespace

Result<std::vector<ModelCard>> bundled_models() {
  std::vector<fs::path> files;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(home() / "graphs/models", ec)) {
    const auto onnx = fs::path(entry.path()).replace_extension(".onnx");
    if (entry.path().extension() == ".toml" && fs::exists(onnx, ec)) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<ModelCard> cards;
  for (const auto& file : files) {
    auto card = load_model_card(file);
    if (!card) return forward_error(card);
    cards.push_back(std::move(*card));
  }
  return cards;
}

Result<LoadedModel> load_model(const CommonOptions& options) {
  auto found = find_model(options.model);
  if (!found) return forward_error(found);
  auto bytes = found->zoo ? zoo_bytes(found->name) : read_bytes(found->file);
  if (!bytes) return forward_error(bytes);
  const auto dims = import_options(options);
  if (!dims) return forward_error(dims);
  auto graph = found->zoo ? graph::import_onnx_bytes(*bytes, found->name, *dims) : graph::import_onnx(found->file, *bytes, *dims);
  if (!graph) return forward_error(graph);
  LoadedModel model{.name = found->name, .file = found->file, .sha256 = sha256_hex(*bytes), .bytes = std::move(*bytes), .canonical = {}, .original = {}, .quantised_here = false, .calibration = {}, .seeded = found->zoo, .data = {}};
  if (options.timing_only) std::vector<std::byte>().swap(model.bytes);  // nothing is compared with the reference
  if (found->card) model.data = found->card->data;
  graph = graph::canonicalise(std::move(*graph));
  if (!graph) return forward_error(graph);
  if (is_float(*graph)) {
    const auto samples = calibration_inputs(*found, *graph);
    if (!samples) return forward_error(samples);
    graph::QuantiseOptions quantise;
    quantise.calibration = calibration_of(options.calibration);
    model.original = *graph;
    auto quantised = graph::quantize_after_training(std::move(*graph), *samples, quantise);
    if (!quantised) return forward_error(quantised);
    graph = std::move(*quantised);
    model.quantised_here = true;
    model.calibration = fmt::format("{} over {} samples", options.calibration, samples->size());
  }
  model.canonical = std::move(*graph);
  return model;
}

Result<SampleSet> load_samples(const LoadedModel& model, const CommonOptions& options) {
  const auto& graph = model.canonical;
  const auto data = options.data.empty() ? model.data : fs::path(options.data);
  Result<SampleSet> set;
  if (!options.inputs.empty() || !data.empty()) {
    if (graph.inputs.size() != 1) {
      return fail(ErrorCode::kUnsupported, fmt::format("has {} inputs; data sets feed models with one", graph.inputs.size()), model.name);
    }
    const auto& input = graph.value(graph.inputs[0]);
    set = options.inputs.empty() ? samples_of_data(input, data) : samples_of_files(input, options.inputs);
    if (!set) return set;
  } else {
    set->count = std::max(options.batch, options.samples);
    set->origin = fmt::format("synthetic, seed {}", options.seed);
    std::vector<graph::Value> inputs;
    for (const auto id : graph.inputs) inputs.push_back(graph.value(id));
    set->inputs = [inputs, seed = options.seed](std::int64_t i) -> Result<std::vector<Tensor>> {
      std::vector<Tensor> tensors;
      for (const auto& v : inputs) tensors.push_back(synthetic(v, seed, i));
      return tensors;
    };
  }
  if (!options.labels.empty()) {
    auto labels = read_labels(options.labels);
    if (!labels) return forward_error(labels);
    if (static_cast<std::int64_t>(labels->size()) < set->count) {
      return fail(ErrorCode::kInvalidInput, fmt::format("holds {} labels for {} samples", labels->size(), set->count), options.labels);
    }
    set->labels = std::move(*labels);
  }
  if (options.samples > 0) set->count = std::min(set->count, options.samples);
  if (options.timing_only) {  // time does not depend on values
    set->count = 1;
    set->labels.clear();
  }
  return set;
}

}  // namespace vernier::cli
