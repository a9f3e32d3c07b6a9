// SPDX-License-Identifier: Apache-2.0
#include <vernier/zoo/workload.hpp>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace vernier::zoo {
namespace {

/// The sizes of one problem.
class Instance {
 public:
  Instance(YAML::Node node, std::string file) : node_(std::move(node)), file_(std::move(file)) {}

  [[nodiscard]] bool has(const char* key) const { return static_cast<bool>(node_[key]); }
  Result<std::int64_t> size(const char* key, std::int64_t missing = 0) const {
    const auto value = node_[key];
    if (!value && missing > 0) return missing;
    if (!value) return fail(ErrorCode::kInvalidInput, "the dimension is missing", file_ + ": " + key);
    std::int64_t n = 0;
    if (!value.IsScalar() || !YAML::convert<std::int64_t>::decode(value, n) || n < 1) {
      return fail(ErrorCode::kInvalidInput, fmt::format("must be a whole number above 0 (line {})", value.Mark().line + 1), file_ + ": " + key);
    }
    return n;
  }
  Result<void> read(std::initializer_list<std::pair<const char*, std::int64_t*>> sizes, std::int64_t missing = 0) const {
    for (const auto& [key, to] : sizes) {
      const auto n = size(key, missing);
      if (!n) return forward_error(n);
      *to = *n;
    }
    return {};
  }

 private:
  YAML::Node node_;
  std::string file_;
};

Result<WorkloadLayer> convolution(const Instance& in, const std::string& file) {
  WorkloadLayer l;
  std::int64_t p = 1, q = 1, batch = 1, groups = 1;
  const char* filters = in.has("K") ? "K" : "M";
  if (auto ok = in.read({{"R", &l.kernel_w}, {"S", &l.kernel_h}, {"P", &p}, {"Q", &q}, {"C", &l.channels}, {filters, &l.filters}}); !ok) return forward_error(ok);
  if (auto ok = in.read({{"Wstride", &l.stride_w}, {"Hstride", &l.stride_h}, {"Wdilation", &l.dilation_w}, {"Hdilation", &l.dilation_h}, {"N", &batch}, {"G", &groups}}, 1); !ok) return forward_error(ok);
  if (batch != 1) return fail(ErrorCode::kUnsupported, fmt::format("a batch of {}: set it to 1 and run with --batch", batch), file + ": N");
  if (groups != 1) return fail(ErrorCode::kUnsupported, fmt::format("{} groups: only 1 is read", groups), file + ": G");
  l.width = (p - 1) * l.stride_w + l.dilation_w * (l.kernel_w - 1) + 1;
  l.height = (q - 1) * l.stride_h + l.dilation_h * (l.kernel_h - 1) + 1;
  return l;
}

Result<WorkloadLayer> product(const Instance& in) {
  WorkloadLayer l;
  if (auto ok = in.read({{"M", &l.height}, {"N", &l.filters}, {"K", &l.channels}}); !ok) return forward_error(ok);
  return l;
}

}  // namespace

Result<std::vector<WorkloadLayer>> read_timeloop(const std::filesystem::path& file) {
  YAML::Node document;
  try {
    document = YAML::LoadFile(file.string());
  } catch (const YAML::BadFile&) {
    return fail(ErrorCode::kIo, "cannot be read", file.string());
  } catch (const YAML::Exception& e) {
    return fail(ErrorCode::kInvalidInput, fmt::format("is no YAML: {} (line {})", e.msg, e.mark.line + 1), file.string());
  }
  if (!document.IsMap()) return fail(ErrorCode::kInvalidInput, "is no Timeloop problem: not a map", file.string());
  const auto problem = document["problem"] ? document["problem"] : document;
  if (!problem.IsMap()) return fail(ErrorCode::kInvalidInput, "is not a map", file.string() + ": problem");
  const auto sizes = problem["instance"] ? problem["instance"] : problem;
  if (!sizes.IsMap()) return fail(ErrorCode::kInvalidInput, "is not a map", file.string() + ": instance");
  const Instance in(sizes, file.string());
  auto layer = in.has("P") || in.has("R") ? convolution(in, file.string()) : in.has("M") && in.has("N") && in.has("K") ? product(in)
               : Result<WorkloadLayer>(fail(ErrorCode::kUnsupported, "is neither a convolution (R S P Q C K) nor a product of matrices (M N K)", file.string()));
  if (!layer) return forward_error(layer);
  layer->name = file.stem().string();
  return std::vector{std::move(*layer)};
}

}  // namespace vernier::zoo
