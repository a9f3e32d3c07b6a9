// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <string_view>
#include <type_traits>
#include <vernier/core/files.hpp>
#include <vernier/program/program.hpp>

namespace vernier::program {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is little-endian and is written as it lies in memory");

// magic, format version, instruction set version, payload bytes; payload; SHA-256 of all before it (hexadecimal)
constexpr std::string_view kMagic = "VRNPROG\n";
constexpr std::uint32_t kFormat = 3;
constexpr std::size_t kHeaderBytes = 8 + 4 + 4 + 8;
constexpr std::size_t kDigestBytes = 64;

/// Appends values, or takes them in the same order: one description of the file serves both ways.
class Writer {
 public:
  template <class T>
    requires std::is_arithmetic_v<T>
  void operator()(const T& v) {
    bytes_.append(reinterpret_cast<const char*>(&v), sizeof v);
  }
  void raw(const void* data, std::size_t n) { bytes_.append(static_cast<const char*>(data), n); }
  void operator()(const std::string& s) {
    (*this)(static_cast<std::uint64_t>(s.size()));
    raw(s.data(), s.size());
  }
  template <class T>
  void items(const std::vector<T>& v, auto each) {
    (*this)(static_cast<std::uint64_t>(v.size()));
    for (const auto& item : v) each(item);
  }
  template <class T>
  void block(const std::vector<T>& v) {
    (*this)(static_cast<std::uint64_t>(v.size()));
    raw(v.data(), v.size() * sizeof(T));
  }
  [[nodiscard]] std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  void operator()(T& v) {
    raw(&v, sizeof v);
  }
  void raw(void* data, std::size_t n) {
    if (n > bytes_.size()) {
      good_ = false;
      bytes_ = {};
      return;
    }
    if (n != 0) std::memcpy(data, bytes_.data(), n);
    bytes_ = bytes_.subspan(n);
  }
  void operator()(std::string& s) {
    s.resize(count(1));
    raw(s.data(), s.size());
  }
  template <class T>
  void items(std::vector<T>& v, auto each) {
    v.resize(count(1));
    for (auto& item : v) {
      if (good_) each(item);
    }
  }
  template <class T>
  void block(std::vector<T>& v) {
    v.resize(count(sizeof(T)));
    raw(v.data(), v.size() * sizeof(T));
  }
  [[nodiscard]] bool finished() const { return good_ && bytes_.empty(); }

 private:
  /// A count of items; a damaged one must not make the reader allocate more than the file could hold.
  std::size_t count(std::size_t item_bytes) {
    std::uint64_t n = 0;
    (*this)(n);
    if (n > bytes_.size() / item_bytes) {
      good_ = false;
      bytes_ = {};
      return 0;
    }
    return static_cast<std::size_t>(n);
  }
  std::span<const std::byte> bytes_;
  bool good_ = true;
};

template <class Stream, class E>
void enumerator(Stream& s, E& e) {
  auto v = static_cast<std::uint8_t>(e);
  s(v);
  if constexpr (!std::is_const_v<E>) e = static_cast<E>(v);
}

template <class Stream, class T>
void target_of(Stream& s, T& t) {
  s(t.name);
  for (auto* v : {&t.rows, &t.columns, &t.activation_bytes, &t.weight_bytes, &t.parameter_bytes, &t.accumulator_rows,
                  &t.depthwise_taps, &t.depthwise_rows, &t.depthwise_bytes, &t.reads_in_flight, &t.burst_bytes}) {
    s(*v);
  }
  double hertz = t.clock.count();
  s(hertz);
  if constexpr (!std::is_const_v<T>) t.clock = Hertz{hertz};
  s(t.energy_table);
}

template <class Stream, class T>
void layout_of(Stream& s, T& l) {
  for (auto* v : {&l.offset, &l.channels, &l.height, &l.width, &l.block, &l.pixel_pitch, &l.row_pitch, &l.block_stride, &l.bytes, &l.images}) s(*v);
}

template <class Stream, class T>
void binding_of(Stream& s, T& b) {
  s(b.name);
  enumerator(s, b.region);
  layout_of(s, b.layout);
  enumerator(s, b.type);
  s.items(b.shape, [&](auto& d) { s(d); });
  s(b.fill);
}

template <class Stream, class T>
void program_of(Stream& s, T& p) {
  target_of(s, p.target);
  s(p.model);
  s.block(p.commands);
  s.block(p.constants);
  s.items(p.inputs, [&](auto& b) { binding_of(s, b); });
  s.items(p.outputs, [&](auto& b) { binding_of(s, b); });
  for (auto* v : {&p.input_bytes, &p.output_bytes, &p.scratch_bytes}) s(*v);
  s.items(p.layers, [&](auto& l) {
    s(l.name);
    s(l.op);
    s(l.macs);
    s.items(l.fused, [&](auto& f) { s(f); });
  });
  s.items(p.groups, [&](auto& g) {
    for (auto* v : {&g.first_command, &g.first_layer, &g.layers}) s(*v);
    s(g.cycles);
    s.items(g.resident, [&](auto& r) {
      s(r.name);
      layout_of(s, r.layout);
    });
  });
}

/// What pack and unpack rely on: a file may be whole and still name bytes outside its regions.
Result<void> check_binding(const Binding& b, std::int64_t region_bytes, const std::string& file) {
  const auto& l = b.layout;
  const bool typed = b.type == DType::kInt8 || b.type == DType::kUint8;
  const bool sized = l.channels > 0 && l.height > 0 && l.width > 0 && l.block > 0 && l.offset >= 0 && l.pixel_pitch > 0 &&
                     l.row_pitch >= 0 && l.block_stride >= 0 && l.bytes > 0 && l.images > 0 && l.height % l.images == 0;
  if (!typed || !sized || element_count(b.shape) != l.channels * l.height * l.width) {
    return fail(ErrorCode::kInvalidInput, "binding '" + b.name + "' is not an int8 or uint8 tensor with a consistent layout", file);
  }
  const std::int64_t last = (l.channels - 1) / l.block * l.block_stride + (l.height - 1) * l.row_pitch +
                            (l.width - 1) * l.pixel_pitch + std::min(l.channels, l.block) - 1;
  if (last >= l.bytes || l.offset + l.bytes > region_bytes) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("binding '{}' reaches byte {}, its region has {}", b.name, l.offset + std::max(last + 1, l.bytes), region_bytes), file);
  }
  return {};
}

/// Groups begin at command 0 and behind fences, and hold the layers in order.
Result<void> check_groups(const Program& p, const std::string& file) {
  std::uint32_t command = 0, layer = 0;
  for (std::size_t i = 0; i < p.groups.size(); ++i) {
    const auto& g = p.groups[i];
    const bool follows_fence = g.first_command > command && g.first_command < p.commands.size() &&
                               spec::get(p.commands[g.first_command - 1], spec::header::opcode) == static_cast<std::uint64_t>(spec::Opcode::kFence);
    if (!(i == 0 ? g.first_command == 0 : follows_fence) || g.first_layer != layer || g.layers > p.layers.size() - layer) {
      return fail(ErrorCode::kInvalidInput, fmt::format("group {} does not begin behind a fence or does not follow the group before it", i), file);
    }
    command = g.first_command;
    layer += g.layers;
  }
  return {};
}

}  // namespace

Result<void> save(const Program& program, const std::filesystem::path& file) {
  Writer payload;
  program_of(payload, program);
  Writer whole;
  whole.raw(kMagic.data(), kMagic.size());
  whole(kFormat);
  whole(static_cast<std::uint32_t>(spec::kIsaVersion));
  whole(static_cast<std::uint64_t>(payload.bytes().size()));
  whole.bytes() += payload.bytes();
  whole.bytes() += sha256_hex(std::as_bytes(std::span(whole.bytes())));
  return write_atomically(file, whole.bytes());
}

Result<Program> load(const std::filesystem::path& file) {
  const auto bytes = read_bytes(file);
  if (!bytes) return forward_error(bytes);
  const auto refuse = [&](std::string why) { return fail(ErrorCode::kInvalidInput, std::move(why), file.string()); };
  const std::span all(*bytes);
  if (all.size() < kHeaderBytes + kDigestBytes || std::memcmp(all.data(), kMagic.data(), kMagic.size()) != 0) {
    return refuse("is not a program file");
  }
  Reader header(all.subspan(kMagic.size(), kHeaderBytes - kMagic.size()));
  std::uint32_t format = 0, isa = 0;
  std::uint64_t size = 0;
  header(format);
  header(isa);
  header(size);
  if (format != kFormat) return refuse(fmt::format("has format version {}, known is {}", format, kFormat));
  if (isa != spec::kIsaVersion) return refuse(fmt::format("is for instruction set version {}, known is {}", isa, spec::kIsaVersion));
  if (size != all.size() - kHeaderBytes - kDigestBytes) {
    return refuse(fmt::format("holds {} bytes, its header promises {}", all.size(), size + kHeaderBytes + kDigestBytes));
  }
  const auto digest = sha256_hex(all.first(all.size() - kDigestBytes));
  if (std::memcmp(digest.data(), all.last(kDigestBytes).data(), kDigestBytes) != 0) return refuse("is damaged: its checksum differs");
  Program program;
  Reader payload(all.subspan(kHeaderBytes, static_cast<std::size_t>(size)));
  program_of(payload, program);
  if (!payload.finished()) return refuse("is damaged: its payload does not parse");
  if (auto ok = check_target(program.target, file.string()); !ok) return forward_error(ok);
  if (auto ok = check_groups(program, file.string()); !ok) return forward_error(ok);
  for (const auto& [list, limit] : {std::pair{&program.inputs, program.input_bytes}, {&program.outputs, program.output_bytes}}) {
    for (const auto& b : *list) {
      if (auto ok = check_binding(b, limit, file.string()); !ok) return forward_error(ok);
    }
  }
  return program;
}

}  // namespace vernier::program
