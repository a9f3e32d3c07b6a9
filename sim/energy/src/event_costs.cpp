// SPDX-License-Identifier: Apache-2.0
#include "event_costs.hpp"

#include <vernier/core/assert.hpp>

#include <array>
#include <cmath>

namespace vernier::energy {
namespace {

using program::Target;
using spec::Counter;

constexpr double kWordBits = 512;           // one word of memory and of the buffers
constexpr double kAccessesPerWord = 8;      // of 64 bits
constexpr double kActivationBanks = 4;      // only the bank that holds the word works
constexpr double kColumnsPerBroadcast = 8;  // the activation vector is registered once in so many columns
constexpr double kSumBits = 18;             // mean width of the adder tree's sums
constexpr double kAccumulatorBits = 32;
constexpr double kDepthwiseCopies = 2;  // of the depthwise buffer: one for the weights' reader, one for the constants'
constexpr std::array kClockedUnits{"fetch", "load", "matrix", "vector", "depthwise", "store"};

double real(std::int64_t v) { return static_cast<double>(v); }

double bank_bytes(const Target& t) { return real(t.activation_bytes) / kActivationBanks; }
double accumulator_bytes(std::int64_t rows, const Target& t) { return real(rows * t.columns) * kAccumulatorBits / 8; }
double broadcast_bits(const Target& t) { return 8 * real(t.rows) * std::ceil(real(t.columns) / kColumnsPerBroadcast); }

Cost compute(const char* unit, const char* event, std::vector<Part> parts) {
  return {unit, event, Kind::kCompute, Scope::kCore, std::move(parts)};
}
Cost word_access(const char* unit, const char* event, double bytes) {
  return {unit, event, Kind::kSram, Scope::kCore, {{"", kAccessesPerWord, bytes}}};
}
Cost dram(const char* event, const char* row) { return {"dram", event, Kind::kDram, Scope::kChip, {{row, 1, 0}}}; }
/// Without a memory that counts its rows every burst is taken to open one.
Cost row_of(const char* event) { return {"dram", event, Kind::kDram, Scope::kChip, {{"dram_activate", 1, 0}}, true}; }

/// One row of an accumulator memory of `rows`: `columns` sums of 32 bits.
Cost accumulator_access(const char* unit, const char* event, std::int64_t rows, const Target& t) {
  return {unit,
          event,
          Kind::kSram,
          Scope::kCore,
          {{"", std::ceil(real(t.columns) * kAccumulatorBits / 64), accumulator_bytes(rows, t)}}};
}

}  // namespace

// One case a counter and no default: a new counter does not compile until it has a cost or is listed as telling time
// only.
std::vector<Cost> costs_of(Counter counter, const Target& t) {
  const double lanes = real(t.columns);
  switch (counter) {
    case Counter::kCycles: {
      std::vector<Cost> clocks;
      for (const auto* unit : kClockedUnits)
        clocks.push_back({unit, "clock", Kind::kClock, Scope::kCore, {{"register_clock", register_bits(unit, t), 0}}});
      return clocks;
    }
    case Counter::kFetchWords:
      return {compute("fetch", "fetch_words", {{"register_switch", kWordBits, 0}}),
              dram("read by fetch", "dram_read_word")};
    case Counter::kLoadWords:
      return {compute("load", "load_words", {{"register_switch", 2 * kWordBits, 0}}),
              dram("read by load", "dram_read_word")};
    case Counter::kStoreWords:
      return {compute("store", "store_words", {{"register_switch", 2 * kWordBits, 0}}),
              dram("write by store", "dram_write_word")};
    case Counter::kReadBursts:
      return {row_of("activate for reads")};
    case Counter::kWriteBursts:
      return {row_of("activate for writes")};
    case Counter::kMatrixVectors:
      return {compute("matrix", "matrix_vectors",
                      {{"mac", real(t.rows) * lanes, 0}, {"register_switch", broadcast_bits(t), 0}})};
    case Counter::kWeightWords:
      return {word_access("matrix", "weight_words", real(t.weight_bytes)),
              compute("matrix", "weight_words", {{"register_switch", kWordBits, 0}})};
    case Counter::kWeightSwaps:
      return {compute("matrix", "weight_swaps", {{"register_switch", 8 * real(t.rows) * lanes, 0}})};
    case Counter::kAccReads:
      return {accumulator_access("matrix", "acc_reads", t.accumulator_rows, t)};
    case Counter::kAccWrites:
      return {accumulator_access("matrix", "acc_writes", t.accumulator_rows, t),
              compute("matrix", "acc_writes", {{"accumulate_lane", lanes, 0}})};
    case Counter::kVectorRows:
      return {compute("vector", "vector_rows", {{"requantise_lane", lanes, 0}})};
    case Counter::kVectorBinaryRows:
      return {compute("vector", "vector_binary_rows", {{"binary_lane", lanes, 0}})};
    case Counter::kVectorTaps:
      return {compute("vector", "vector_taps", {{"tap_lane", lanes, 0}})};
    case Counter::kSoftmaxExponentials:
      return {compute("vector", "softmax_exponentials", {{"exponential_lane", lanes, 0}})};
    case Counter::kSoftmaxReciprocals:
      return {compute("vector", "softmax_reciprocals", {{"reciprocal", 1, 0}})};
    case Counter::kParamReads:
      return {word_access("vector", "param_reads", real(t.parameter_bytes)),
              compute("vector", "param_reads", {{"register_switch", kWordBits, 0}})};
    case Counter::kAbufReadsMatrix:
      return {word_access("matrix", "abuf_reads_matrix", bank_bytes(t))};
    case Counter::kAbufReadsVector:
      return {word_access("vector", "abuf_reads_vector", bank_bytes(t))};
    case Counter::kAbufReadsStore:
      return {word_access("store", "abuf_reads_store", bank_bytes(t))};
    case Counter::kAbufWritesLoad:
      return {word_access("load", "abuf_writes_load", bank_bytes(t))};
    case Counter::kAbufWritesVector:
      return {word_access("vector", "abuf_writes_vector", bank_bytes(t))};
    case Counter::kWbufWrites:
      return {word_access("load", "wbuf_writes", real(t.weight_bytes))};
    case Counter::kPbufWrites:
      return {word_access("load", "pbuf_writes", real(t.parameter_bytes))};
    case Counter::kDepthwiseVectors:
      return {compute("depthwise", "depthwise_vectors",
                      {{"mac", real(t.depthwise_taps) * lanes, 0}, {"register_switch", 8 * real(t.depthwise_taps) * lanes, 0}})};
    case Counter::kDepthwiseWeightWords:
      return {word_access("depthwise", "depthwise_weight_words", real(t.depthwise_bytes)),
              compute("depthwise", "depthwise_weight_words", {{"register_switch", kWordBits, 0}})};
    case Counter::kDepthwiseWeightSwaps:
      return {compute("depthwise", "depthwise_weight_swaps", {{"register_switch", 8 * real(t.depthwise_taps) * lanes, 0}})};
    case Counter::kDepthwiseAccReads:
      return {accumulator_access("depthwise", "depthwise_acc_reads", t.depthwise_rows, t)};
    case Counter::kDepthwiseAccWrites:
      return {accumulator_access("depthwise", "depthwise_acc_writes", t.depthwise_rows, t),
              compute("depthwise", "depthwise_acc_writes", {{"accumulate_lane", lanes, 0}})};
    case Counter::kDepthwiseRows:
      return {compute("depthwise", "depthwise_rows", {{"requantise_lane", lanes, 0}})};
    case Counter::kDepthwiseParamReads:
      return {word_access("depthwise", "depthwise_param_reads", real(t.depthwise_bytes)),
              compute("depthwise", "depthwise_param_reads", {{"register_switch", kWordBits, 0}})};
    case Counter::kAbufReadsDepthwise:
      return {word_access("depthwise", "abuf_reads_depthwise", bank_bytes(t))};
    case Counter::kAbufWritesDepthwise:
      return {word_access("depthwise", "abuf_writes_depthwise", bank_bytes(t))};
    case Counter::kDbufWrites:  // a copy a reader
      return {{"load", "dbuf_writes", Kind::kSram, Scope::kCore, {{"", kDepthwiseCopies * kAccessesPerWord, real(t.depthwise_bytes)}}}};
    // Busy and stalled cycles are clocked cycles: `cycles` pays for them.
    case Counter::kLoadBusy:
    case Counter::kLoadStallMemory:
    case Counter::kLoadStallBuffer:
    case Counter::kMatrixBusy:
    case Counter::kMatrixStallWeights:
    case Counter::kMatrixStallInput:
    case Counter::kMatrixStallOutput:
    case Counter::kVectorBusy:
    case Counter::kVectorStallSource:
    case Counter::kVectorStallOther:
    case Counter::kVectorStallWrite:
    case Counter::kStoreBusy:
    case Counter::kDepthwiseBusy:
    case Counter::kDepthwiseStallWeights:
    case Counter::kDepthwiseStallInput:
    case Counter::kDepthwiseStallOutput:
    case Counter::kDepthwiseStallWrite:
      return {};
  }
  VERNIER_ASSERT(false, "not a counter");
}

namespace {

/// Of vector lanes: command, descriptor; sum, product, shifted and two int8 operands a lane.
double lane_bits(const Target& t) { return 2 * kWordBits + 160 * real(t.columns); }

}  // namespace

double register_bits(std::string_view unit, const Target& t) {
  const double rows = real(t.rows), columns = real(t.columns);
  if (unit == "fetch")
    return kWordBits * (1 + 2 * real(spec::kUnits)) +
           64 * real(spec::kCounters);  // command, two queue entries a unit, counters
  if (unit == "load") return 3 * kWordBits + 64 * real(t.reads_in_flight);  // command, word in and out, burst table
  if (unit == "matrix") {
    const double weights = 2 * 8 * rows * columns;        // active and shadow
    const double sums = kSumBits * columns * (rows - 1);  // one register behind every adder of the tree
    return kWordBits + weights + sums + broadcast_bits(t) + 2 * kAccumulatorBits * columns;
  }
  if (unit == "depthwise") {
    if (t.depthwise_taps == 0) return 0;
    const double taps = real(t.depthwise_taps);
    const double weights = 2 * 8 * taps * columns, activations = 8 * taps * columns, sums = kSumBits * columns * (taps - 1);
    return kWordBits + weights + activations + sums + 2 * kAccumulatorBits * columns + lane_bits(t);
  }
  if (unit == "vector") {
    const double softmax = 256 + 64 * columns;  // walk and divider; maximum, distance, exponential and sum a lane
    return lane_bits(t) + softmax;
  }
  if (unit == "store") return 3 * kWordBits;  // command, word in and out
  VERNIER_ASSERT(false, "not a clocked unit");
}

std::vector<Leak> leaks_of(const Target& t) {
  const double macs = real(t.rows * t.columns);
  const bool depthwise = t.depthwise_taps != 0;
  const double buffers = real(t.activation_bytes + t.weight_bytes + t.parameter_bytes) + accumulator_bytes(t.accumulator_rows, t) +
                         (depthwise ? kDepthwiseCopies * real(t.depthwise_bytes) + accumulator_bytes(t.depthwise_rows, t) : 0);
  return {{"matrix", "mac_leakage", macs},
          {"vector", "lane_leakage", real(t.columns)},
          {"depthwise", "mac_leakage", real(t.depthwise_taps * t.columns)},
          {"depthwise", "lane_leakage", depthwise ? real(t.columns) : 0},
          {"fetch", "register_leakage", register_bits("fetch", t)},
          {"load", "register_leakage", register_bits("load", t)},
          {"store", "register_leakage", register_bits("store", t)},
          {"buffers", "sram_leakage", buffers}};
}

}  // namespace vernier::energy
