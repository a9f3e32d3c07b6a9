// SPDX-License-Identifier: Apache-2.0
#include "model_file.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <charconv>
#include <fstream>
#include <limits>
#include <optional>

#include "tensor_proto.hpp"

namespace vernier::graph {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxNesting = 64;  // messages inside messages; a flat graph needs 8

struct ExternalEntry {
  std::string location;
  std::int64_t offset = 0;
  std::optional<std::int64_t> length;
};

Result<ExternalEntry> entry_of(const onnx::TensorProto& tensor, const Source& source) {
  ExternalEntry entry;
  for (const auto& kv : tensor.external_data()) {
    if (kv.key() == "location") {
      entry.location = kv.value();
      continue;
    }
    if (kv.key() != "offset" && kv.key() != "length") continue;
    std::int64_t number = -1;
    const auto* end = kv.value().data() + kv.value().size();
    if (std::from_chars(kv.value().data(), end, number).ptr != end || number < 0) {
      return fail(ErrorCode::kInvalidInput, fmt::format("external data {} '{}' is not a count of bytes", kv.key(), kv.value()), source.at(tensor.name()));
    }
    if (kv.key() == "offset") entry.offset = number;
    if (kv.key() == "length") entry.length = number;
  }
  if (entry.location.empty()) return fail(ErrorCode::kInvalidInput, "external data without a location", source.at(tensor.name()));
  return entry;
}

Result<fs::path> file_of(const ExternalEntry& entry, const onnx::TensorProto& tensor, const Source& source) {
  const auto refuse = [&](const char* why) {
    return fail(ErrorCode::kInvalidInput, fmt::format("external data file '{}' {}", entry.location, why), source.at(tensor.name()));
  };
  if (source.folder.empty()) return refuse("is needed, but the model came without a folder");
  const fs::path relative(entry.location);
  if (relative.is_absolute()) return refuse("has an absolute path; it must lie beside the model");
  std::error_code ec;
  const auto root = fs::weakly_canonical(source.folder, ec);
  const auto path = fs::weakly_canonical(source.folder / relative, ec);
  if (ec) return refuse("cannot be resolved");
  const auto inside = path.lexically_relative(root);
  if (inside.empty() || *inside.begin() == "..") return refuse("lies outside of the model's folder");
  if (!fs::is_regular_file(path, ec)) return refuse("does not exist");
  return path;
}

Result<void> load(onnx::TensorProto& tensor, const Source& source) {
  const auto entry = entry_of(tensor, source);
  if (!entry) return forward_error(entry);
  const auto path = file_of(*entry, tensor, source);
  if (!path) return forward_error(path);
  const auto bytes = byte_size_of(tensor, source);
  if (!bytes) return forward_error(bytes);
  std::error_code ec;
  const auto size = static_cast<std::int64_t>(fs::file_size(*path, ec));
  if (ec || (entry->length && *entry->length != *bytes) || entry->offset > size || *bytes > size - entry->offset) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("needs {} bytes from byte {} of external data file '{}', which has {}", *bytes, entry->offset, entry->location, size),
                source.at(tensor.name()));
  }
  std::string raw(static_cast<std::size_t>(*bytes), '\0');
  std::ifstream in(*path, std::ios::binary);
  in.seekg(entry->offset);
  if (!in.read(raw.data(), *bytes)) return fail(ErrorCode::kIo, "cannot be read", path->string());
  tensor.set_raw_data(std::move(raw));
  tensor.clear_external_data();
  tensor.clear_data_location();
  return {};
}

}  // namespace

std::string label_of(const onnx::NodeProto& node) {
  if (!node.name().empty()) return node.name();
  return fmt::format("{} {}", node.op_type(), node.output_size() > 0 ? node.output(0) : "");
}

Result<onnx::ModelProto> parse_model(std::span<const std::byte> bytes, const Source& source) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    return fail(ErrorCode::kInvalidInput, "is larger than 2 GiB, which a protocol buffer cannot be; save it with external data", source.file);
  }
  google::protobuf::io::ArrayInputStream array(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedInputStream coded(&array);
  coded.SetRecursionLimit(kMaxNesting);
  onnx::ModelProto model;
  if (!model.ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("is not an ONNX model, or is damaged or cut off ({} bytes)", bytes.size()), source.file);
  }
  if (!model.has_graph() || model.opset_import_size() == 0) {
    return fail(ErrorCode::kInvalidInput, fmt::format("is not an ONNX model: it has no {}", model.has_graph() ? "opset_import" : "graph"), source.file);
  }
  return model;
}

Result<void> load_external_data(onnx::ModelProto& model, const Source& source) {
  for (auto& tensor : *model.mutable_graph()->mutable_initializer()) {
    if (tensor.data_location() != onnx::TensorProto::EXTERNAL) continue;
    if (auto r = load(tensor, source); !r) return r;
  }
  for (auto& node : *model.mutable_graph()->mutable_node()) {
    for (auto& attribute : *node.mutable_attribute()) {
      if (!attribute.has_t() || attribute.t().data_location() != onnx::TensorProto::EXTERNAL) continue;
      if (auto r = load(*attribute.mutable_t(), source); !r) return r;
    }
  }
  return {};
}

}  // namespace vernier::graph
