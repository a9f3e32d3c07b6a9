// SPDX-License-Identifier: Apache-2.0
#include <vernier/program/activity.hpp>

#include <algorithm>
#include <bit>

namespace vernier::program {
namespace {

using spec::Counter;
using spec::get;
using spec::Word;

struct Transfer {
  std::uint64_t words = 0, bursts = 0;
};

/// Words and bursts of a strided transfer; every row starts a burst of its own.
template <class Fields>
Transfer transfer_of(const Word& w, const Target& target, Fields f) {
  Transfer t;
  const auto burst = static_cast<std::uint64_t>(target.burst_bytes);
  for (std::uint64_t i2 = 0; i2 < get(w, f.n2); ++i2) {
    for (std::uint64_t i1 = 0; i1 < get(w, f.n1); ++i1) {
      const std::uint64_t begin = get(w, f.offset) + i2 * get(w, f.memory_stride2) + i1 * get(w, f.memory_stride1);
      const std::uint64_t last = begin + get(w, f.row_bytes) - 1;
      t.words += last / 64 - begin / 64 + 1;
      t.bursts += last / burst - begin / burst + 1;
    }
  }
  return t;
}

struct TransferFields {
  spec::Field offset, row_bytes, n1, n2, memory_stride1, memory_stride2;
};

void count_load(const Word& w, const Target& target, StaticActivity& a) {
  namespace f = spec::load;
  const auto t = transfer_of(w, target, TransferFields{f::offset, f::row_bytes, f::n1, f::n2, f::memory_stride1, f::memory_stride2});
  static constexpr std::array kWrites{Counter::kAbufWritesLoad, Counter::kWbufWrites, Counter::kPbufWrites, Counter::kDbufWrites};
  a[Counter::kLoadWords] = t.words;
  a[Counter::kReadBursts] = t.bursts;
  a[kWrites.at(get(w, f::buffer_select))] = t.words;
}

void count_store(const Word& w, const Target& target, StaticActivity& a) {
  namespace f = spec::store;
  const auto t = transfer_of(w, target, TransferFields{f::offset, f::row_bytes, f::n1, f::n2, f::memory_stride1, f::memory_stride2});
  a[Counter::kStoreWords] = t.words;
  a[Counter::kWriteBursts] = t.bursts;
  a[Counter::kAbufReadsStore] = t.words;
}

void count_matrix(const Word& w, const Target& target, StaticActivity& a) {
  namespace f = spec::matrix;
  const std::uint64_t rows = get(w, f::n_ct) * get(w, f::n_y) * get(w, f::n_x);
  const std::uint64_t deep = get(w, f::n_kh) * get(w, f::n_kw) * get(w, f::n_cb);
  a[Counter::kMatrixVectors] = deep * rows;
  a[Counter::kWeightSwaps] = deep * get(w, f::n_ct);
  a[Counter::kWeightWords] = deep * get(w, f::n_ct) * static_cast<std::uint64_t>(target.tile_words());
  a[Counter::kAccReads] = (deep - get(w, f::init)) * rows;   // an initialising pass does not read
  a[Counter::kAccWrites] = (deep - get(w, f::emit)) * rows;  // an emitting pass does not write
}

void count_vector(const Word& w, const Target& target, StaticActivity& a) {
  namespace f = spec::vector;
  const std::uint64_t rows = get(w, f::n_ct) * get(w, f::n_y) * get(w, f::n_x);
  a[Counter::kVectorRows] = rows;
  if (get(w, f::binary) != 0) a[Counter::kVectorBinaryRows] = rows;
  if (get(w, f::source) != 0) a[Counter::kVectorTaps] = rows * get(w, f::k_h) * get(w, f::k_w);
  a[Counter::kParamReads] = 1;
  if (get(w, f::source) == 0) a[Counter::kParamReads] += get(w, f::n_ct) * static_cast<std::uint64_t>(target.channel_words());
}

/// Rows of at most `columns` channels that lie side by side.
std::int64_t softmax_pieces(std::int64_t channels, std::int64_t block, const Target& target) {
  const auto pieces = [&target](std::int64_t n) { return (n + target.columns - 1) / target.columns; };
  return channels / block * pieces(block) + pieces(channels % block);
}

void count_softmax(const Word& w, const Target& target, StaticActivity& a) {
  namespace f = spec::softmax;
  const auto pieces = static_cast<std::uint64_t>(softmax_pieces(static_cast<std::int64_t>(get(w, f::channels)), static_cast<std::int64_t>(get(w, f::block)), target));
  const std::uint64_t pixels = get(w, f::n_y) * get(w, f::n_x);
  a[Counter::kVectorRows] = a[Counter::kVectorTaps] = pixels * pieces;
  a[Counter::kSoftmaxExponentials] = 2 * pixels * pieces;
  a[Counter::kSoftmaxReciprocals] = pixels;
  a[Counter::kParamReads] = 1 + 8;
}

void count_depthwise(const Word& w, const Target& target, StaticActivity& a) {
  namespace f = spec::depthwise;
  const std::uint64_t rows = get(w, f::n_y) * get(w, f::n_x), passes = get(w, f::n_kh) * get(w, f::n_kw);
  a[Counter::kDepthwiseVectors] = passes * rows;
  a[Counter::kDepthwiseWeightSwaps] = passes;
  a[Counter::kDepthwiseWeightWords] = passes * static_cast<std::uint64_t>(target.depthwise_tile_words());
  a[Counter::kDepthwiseAccReads] = a[Counter::kDepthwiseAccWrites] = (passes - 1) * rows;  // the last sums go on to their requantisation
  a[Counter::kDepthwiseRows] = rows;
  a[Counter::kDepthwiseParamReads] = 1 + static_cast<std::uint64_t>(target.channel_words());
}

}  // namespace

StaticActivity activity_of(const Word& command, const Target& target) {
  StaticActivity a;
  a[Counter::kFetchWords] = 1;
  switch (static_cast<spec::Opcode>(get(command, spec::header::opcode))) {
    case spec::Opcode::kLoad: count_load(command, target, a); break;
    case spec::Opcode::kStore: count_store(command, target, a); break;
    case spec::Opcode::kMatrix: count_matrix(command, target, a); break;
    case spec::Opcode::kVector: count_vector(command, target, a); break;
    case spec::Opcode::kSoftmax: count_softmax(command, target, a); break;
    case spec::Opcode::kDepthwise: count_depthwise(command, target, a); break;
    case spec::Opcode::kEnd:
    case spec::Opcode::kFence: break;
  }
  return a;
}

std::int64_t softmax_fold_cycles(const Target& target) { return std::bit_width(static_cast<std::uint64_t>(target.columns - 1)); }

std::int64_t softmax_divide_cycles(const Target& target) {
  constexpr std::int64_t kDrain = 2, kDivision = 26;
  return kDrain + softmax_fold_cycles(target) + kDivision + target.channel_words();
}

std::int64_t softmax_pixel_cycles(std::int64_t channels, std::int64_t block, const Target& target) {
  return 3 * softmax_pieces(channels, block, target) + softmax_fold_cycles(target) + softmax_divide_cycles(target);
}

std::uint64_t vector_pass_cycles(const Word& command, const Target& target) {
  if (static_cast<spec::Opcode>(get(command, spec::header::opcode)) == spec::Opcode::kSoftmax) {
    namespace f = spec::softmax;
    const auto pixel = softmax_pixel_cycles(static_cast<std::int64_t>(get(command, f::channels)), static_cast<std::int64_t>(get(command, f::block)), target);
    return get(command, f::n_y) * get(command, f::n_x) * static_cast<std::uint64_t>(pixel);
  }
  const auto activity = activity_of(command, target);
  return std::max(activity[Counter::kVectorRows], activity[Counter::kVectorTaps]);
}

std::uint64_t matrix_pass_cycles(const Word& command, const Target& target) {
  if (static_cast<spec::Opcode>(get(command, spec::header::opcode)) != spec::Opcode::kMatrix) return 0;
  namespace f = spec::matrix;
  const std::uint64_t passes = get(command, f::n_kh) * get(command, f::n_kw) * get(command, f::n_cb) * get(command, f::n_ct);
  const std::uint64_t pass = std::max(get(command, f::n_y) * get(command, f::n_x), static_cast<std::uint64_t>(target.tile_words()));
  return passes * pass;
}

std::uint64_t depthwise_pass_cycles(const spec::Word& command, const Target& target) {
  if (static_cast<spec::Opcode>(get(command, spec::header::opcode)) != spec::Opcode::kDepthwise) return 0;
  namespace f = spec::depthwise;
  const std::uint64_t pass = std::max(get(command, f::n_y) * get(command, f::n_x), static_cast<std::uint64_t>(target.depthwise_tile_words()));
  return get(command, f::n_kh) * get(command, f::n_kw) * pass;
}

}  // namespace vernier::program
