// SPDX-License-Identifier: Apache-2.0
#include <vernier/zoo/workload.hpp>

#include <algorithm>
#include <charconv>
#include <cctype>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vernier/core/files.hpp>

namespace vernier::zoo {
namespace {

constexpr const char* kConvolution[] = {"layer name", "IFMAP height", "IFMAP width", "filter height", "filter width", "channels", "filters", "strides"};
constexpr const char* kProduct[] = {"layer name", "M", "N", "K"};

std::string trimmed(std::string_view text) {
  const auto blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return std::string(text);
}

std::vector<std::string> fields_of(const std::string& line) {
  const char separator = line.find(',') != std::string::npos ? ',' : '\t';
  std::vector<std::string> fields;
  for (std::size_t at = 0;;) {
    const auto end = line.find(separator, at);
    fields.push_back(trimmed(std::string_view(line).substr(at, end == std::string::npos ? end : end - at)));
    if (end == std::string::npos) break;
    at = end + 1;
  }
  while (!fields.empty() && fields.back().empty()) fields.pop_back();
  return fields;
}

/// One line of numbers behind a name.
class Line {
 public:
  Line(std::string where, std::vector<std::string> fields, std::span<const char* const> columns) : where_(std::move(where)), fields_(std::move(fields)), columns_(columns) {}

  /// @param at  column, from 1
  Result<std::int64_t> number(std::size_t at) const {
    const auto where = fmt::format("{}, column {} ({})", where_, at + 1, columns_[at]);
    if (at >= fields_.size()) return fail(ErrorCode::kInvalidInput, "is missing", where);
    const auto& text = fields_[at];
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || value < 1) return fail(ErrorCode::kInvalidInput, fmt::format("is '{}', must be a whole number above 0", text), where);
    return value;
  }
  [[nodiscard]] const std::string& name() const { return fields_.front(); }
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  std::string where_;
  std::vector<std::string> fields_;
  std::span<const char* const> columns_;
};

Result<void> read_into(const Line& line, std::initializer_list<std::int64_t*> values) {
  std::size_t at = 0;
  for (auto* value : values) {
    const auto n = line.number(++at);
    if (!n) return forward_error(n);
    *value = *n;
  }
  return {};
}

Result<WorkloadLayer> convolution(const Line& line) {
  WorkloadLayer l{.name = line.name()};
  if (auto ok = read_into(line, {&l.height, &l.width, &l.kernel_h, &l.kernel_w, &l.channels, &l.filters, &l.stride_h}); !ok) return forward_error(ok);
  l.stride_w = l.stride_h;
  if (l.kernel_h > l.height || l.kernel_w > l.width) {
    return fail(ErrorCode::kInvalidInput, fmt::format("a filter of {} x {} is larger than its input of {} x {}: the format has no padding, so the input must have it", l.kernel_h, l.kernel_w, l.height, l.width), line.where());
  }
  return l;
}

Result<WorkloadLayer> product(const Line& line) {
  WorkloadLayer l{.name = line.name()};
  if (auto ok = read_into(line, {&l.height, &l.filters, &l.channels}); !ok) return forward_error(ok);
  return l;
}

}  // namespace

Result<std::vector<WorkloadLayer>> read_scalesim(const std::filesystem::path& file) {
  auto text = read_text(file);
  if (!text) return forward_error(text);
  if (text->starts_with("\xEF\xBB\xBF")) text->erase(0, 3);
  std::vector<WorkloadLayer> layers;
  bool header = true, products = false;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text->size();) {
    const auto end = std::min(text->find('\n', at), text->size());
    auto fields = fields_of(text->substr(at, end - at));
    at = end + 1;
    ++number;
    if (fields.empty()) continue;
    if (header) {  // the names differ from file to file; what they stand for does not
      products = fields.size() >= 4 && fields[1] == "M" && fields[2] == "N" && fields[3] == "K";
      header = false;
      if (fields.size() < 4) return fail(ErrorCode::kInvalidInput, fmt::format("is no header: layer name, then {} or M, N, K", fmt::join(std::span(kConvolution).subspan(1), ", ")), fmt::format("{}, line {}", file.string(), number));
      continue;
    }
    if (fields.size() == 1) continue;  // a heading between the networks of one file
    const Line line(fmt::format("{}, line {}", file.string(), number), std::move(fields), products ? std::span<const char* const>(kProduct) : std::span<const char* const>(kConvolution));
    auto layer = products ? product(line) : convolution(line);
    if (!layer) return forward_error(layer);
    layers.push_back(std::move(*layer));
  }
  if (layers.empty()) return fail(ErrorCode::kInvalidInput, "has no layer", file.string());
  return layers;
}

std::int64_t scalesim_cycles(const WorkloadLayer& l, std::int64_t rows, std::int64_t columns) {
  const auto folds = [](std::int64_t n, std::int64_t of) { return (n + of - 1) / of; };
  const std::int64_t depth = l.kernel_h * l.kernel_w * l.channels;
  const std::int64_t pixels = folds(l.height - l.kernel_h + l.stride_h, l.stride_h) * folds(l.width - l.kernel_w + l.stride_w, l.stride_w);
  return folds(depth, rows) * folds(l.filters, columns) * (pixels + 2 * rows + columns - 2) - 1;
}

}  // namespace vernier::zoo
