// SPDX-License-Identifier: Apache-2.0
// NumPy's .npy format: numpy/lib/format.py, versions 1.0 to 3.0.
#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <optional>

#include <vernier/core/files.hpp>

namespace vernier {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
struct Descr {
  std::string_view text;
  DType type;
};
constexpr Descr kDescrs[] = {{"f4", DType::kFloat32}, {"f8", DType::kFloat64}, {"i1", DType::kInt8},
                             {"u1", DType::kUint8}, {"i2", DType::kInt16}, {"u2", DType::kUint16},
                             {"i4", DType::kInt32}, {"i8", DType::kInt64}, {"b1", DType::kBool}};

std::optional<std::string_view> value_after(std::string_view header, std::string_view key) {
  const auto at = header.find(fmt::format("'{}':", key));
  if (at == std::string_view::npos) return std::nullopt;
  auto rest = header.substr(at + key.size() + 3);
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  return rest;
}

std::optional<Shape> parse_shape(std::string_view text) {
  if (text.empty() || text.front() != '(') return std::nullopt;
  text.remove_prefix(1);
  Shape shape;
  while (true) {
    while (!text.empty() && (text.front() == ' ' || text.front() == ',')) text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    if (text.front() == ')') return shape;
    std::int64_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc{} || value < 0) return std::nullopt;
    shape.push_back(value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
}

}  // namespace

Result<Tensor> read_npy(const std::filesystem::path& file) {
  auto bytes = read_bytes(file);
  if (!bytes) return forward_error(bytes);
  const auto bad = [&file](std::string what) { return fail(ErrorCode::kInvalidInput, std::move(what), file.string()); };
  const std::string_view all(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  if (all.size() < 10 || all.substr(0, kMagic.size()) != kMagic) return bad("is not a NumPy .npy file");
  const auto u8 = [&all](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(all[i])); };
  const bool long_header = u8(6) >= 2;
  const std::size_t start = long_header ? 12 : 10;
  if (all.size() < start) return bad("is truncated inside the .npy header");
  const std::size_t length = long_header ? u8(8) | u8(9) << 8 | u8(10) << 16 | u8(11) << 24 : u8(8) | u8(9) << 8;
  if (all.size() < start + length) return bad("is truncated inside the .npy header");
  const auto header = all.substr(start, length);
  const auto descr = value_after(header, "descr");
  const auto order = value_after(header, "fortran_order");
  const auto shape_text = value_after(header, "shape");
  if (!descr || descr->size() < 5 || !order || !shape_text) return bad("has no complete .npy header");
  if (order->starts_with("True")) return bad("is in Fortran order; save it in C order");
  const auto shape = parse_shape(*shape_text);
  if (!shape) return bad("has a malformed shape in its .npy header");
  const char endian = (*descr)[1];
  for (const auto& [text, type] : kDescrs) {
    if (descr->substr(2, 2) != text || (endian != '<' && endian != '|')) continue;
    Tensor tensor(type, *shape);
    const auto data = all.substr(start + length);
    if (data.size() != tensor.bytes().size()) {
      return bad(fmt::format("holds {} bytes of data, shape {} of {} needs {}", data.size(), to_string(*shape),
                             name_of(type), tensor.bytes().size()));
    }
    if (!data.empty()) std::memcpy(tensor.bytes().data(), data.data(), data.size());
    return tensor;
  }
  return bad(fmt::format("has element type {}, known are little-endian f4 f8 i1 u1 i2 u2 i4 i8 b1", descr->substr(0, 5)));
}

Result<void> write_npy(const std::filesystem::path& file, const Tensor& tensor) {
  std::string_view code;
  for (const auto& [text, type] : kDescrs) {
    if (type == tensor.type()) code = text;
  }
  if (code.empty()) {
    return fail(ErrorCode::kUnsupported, fmt::format("element type {} has no .npy code here", name_of(tensor.type())), file.string());
  }
  std::string shape = "(";
  for (const auto d : tensor.shape()) shape += fmt::format("{}, ", d);
  shape += ")";
  auto header = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': {}, }}",
                            size_of(tensor.type()) == 1 ? '|' : '<', code, shape);
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  std::string out(kMagic);
  out += '\x01';
  out += '\0';
  out += static_cast<char>(header.size() & 0xFF);
  out += static_cast<char>(header.size() >> 8);
  out += header;
  out.append(reinterpret_cast<const char*>(tensor.bytes().data()), tensor.bytes().size());
  return write_atomically(file, out);
}

}  // namespace vernier
