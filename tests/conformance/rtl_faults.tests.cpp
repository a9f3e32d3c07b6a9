// SPDX-License-Identifier: Apache-2.0
// One bus error anywhere ends the run: no hang, and the error names response, unit and address.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include <fmt/format.h>

#include <vernier/memory/axi_memory.hpp>
#include <vernier/program/instruction.hpp>
#include <vernier/verilator/model_cache.hpp>

#include "../../sim/verilator/src/kernel_run.hpp"
#include "lowered_program.hpp"

using namespace vernier;
using memory::AxiResponse;
using program::Region;

namespace {

/// A memory that answers one word or one write burst with an error and keeps a list of all it was asked for.
class FaultAt final : public memory::AxiMemory {
 public:
  struct Read {
    std::uint64_t word = 0, burst = 0;
  };
  explicit FaultAt(memory::AxiMemory& inner) : inner_(inner) {}

  void reset() override {
    inner_.reset();
    reads.clear();
    writes.clear();
    faults_.clear();
    open_reads_.clear();
    open_writes_.clear();
  }
  void restart(std::uint64_t epoch) override { inner_.restart(epoch); }
  [[nodiscard]] bool idle() const override { return inner_.idle(); }
  [[nodiscard]] std::span<const memory::InjectedFault> faults() const override { return faults_; }

  void step(const memory::AxiMaster& in, memory::AxiSlave& out) override {
    if (in.ar.valid && out.ar_ready) open_reads_[in.ar.id].push_back({in.ar.addr, in.ar.addr, in.ar.len + 1U});
    if (in.aw.valid && out.aw_ready) open_writes_[in.aw.id].push_back(in.aw.addr);
    if (out.r.valid && in.r_ready) {
      auto& bursts = open_reads_[out.r.id];
      reads.push_back({bursts.front().word, bursts.front().burst});
      bursts.front().word += memory::kBeatBytes;
      if (--bursts.front().beats == 0) bursts.pop_front();
    }
    if (out.b.valid && in.b_ready) {
      writes.push_back(open_writes_[out.b.id].front());
      open_writes_[out.b.id].pop_front();
    }
    inner_.step(in, out);
    if (out.r.valid && bad_word == open_reads_[out.r.id].front().word) {
      out.r.resp = response;
      faults_.push_back({false, open_reads_[out.r.id].front().burst, response});
    }
    if (out.b.valid && bad_write == open_writes_[out.b.id].front()) {
      out.b.resp = response;
      faults_.push_back({true, *bad_write, response});
    }
  }

  std::optional<std::uint64_t> bad_word, bad_write;
  AxiResponse response = AxiResponse::kSlaveError;
  std::vector<Read> reads;            ///< words, in the order they were taken
  std::vector<std::uint64_t> writes;  ///< bursts, in the order of their responses

 private:
  struct Burst {
    std::uint64_t word, burst;
    unsigned beats;
  };
  memory::AxiMemory& inner_;
  std::map<std::uint32_t, std::deque<Burst>> open_reads_;
  std::map<std::uint32_t, std::deque<std::uint64_t>> open_writes_;
  std::vector<memory::InjectedFault> faults_;
};

/// Words that arrive for one reader: fetch, or one buffer of the load unit.
std::vector<FaultAt::Read> words_for(const std::string& reader, const std::vector<FaultAt::Read>& all, const program::Program& program) {
  const auto constants = verilator::base_of(Region::kConstants), input = verilator::base_of(Region::kInput);
  const auto goes_to = [&](std::uint64_t word) -> std::string {
    if (word < constants) return "fetch";
    if (word >= input) return "activations";
    for (const auto& c : program.commands) {
      namespace f = spec::load;
      if (static_cast<spec::Opcode>(spec::get(c, spec::header::opcode)) != spec::Opcode::kLoad || spec::get(c, f::region) != 0) continue;
      const auto begin = spec::get(c, f::offset);
      if (word - constants >= begin && word - constants < begin + spec::get(c, f::row_bytes)) return std::array{"activations", "weights", "parameters", "depthwise constants"}.at(spec::get(c, f::buffer_select));
    }
    return "nothing";
  };
  std::vector<FaultAt::Read> words;
  for (const auto& read : all) {
    if (goes_to(read.word) == reader) words.push_back(read);
  }
  return words;
}

class FaultBench {
 public:
  FaultBench(const test::LoweredProgram& p, const std::string& kind) : p_(p), program_(p.plan.program), inner_(memory::make_memory(kind, store_, 3).value()), memory(*inner_) {
    auto model = verilator::Model::open(verilator::model_for(program_.target, {.assertions = true}).value());
    REQUIRE(model);
    model_ = std::move(*model);
    store_.write(verilator::base_of(Region::kConstants), program_.constants);
    store_.write(verilator::base_of(Region::kInput), p.input);
  }

  Result<runtime::RunReport> run() { return verilator::run_kernel(*model_, {program_.target, program_.commands}, memory, store_, {}); }

  void expect_golden() {
    memory.bad_word = memory.bad_write = std::nullopt;
    const auto report = run();
    if (!report) FAIL(to_string(report.error()));
    auto output = p_.empty_output();
    store_.read(verilator::base_of(Region::kOutput), output);
    CHECK(p_.is_golden(output));
  }

  void expect_error(const std::string& what, const std::string& unit, std::uint64_t address) {
    const auto report = run();
    REQUIRE_FALSE(report);
    CHECK(report.error().code == ErrorCode::kMismatch);  // exit code 1
    CHECK(report.error().what == fmt::format("m_axi_gmem0: {}, unit {}, address 0x{:x} (injected)", what, unit, address));
  }

 private:
  const test::LoweredProgram& p_;
  const program::Program& program_;
  memory::SparseMemory store_;
  std::unique_ptr<memory::AxiMemory> inner_;
  std::unique_ptr<verilator::Model> model_;

 public:
  FaultAt memory;
};

/// The first, a middle and the last.
template <class T>
std::vector<T> positions(const std::vector<T>& all) {
  return {all.front(), all[all.size() / 2], all.back()};
}

}  // namespace

TEST_CASE("A bus error on any channel, for any unit, at any position ends the run and is named", "[conformance][rtl][faults]") {
  const std::string kind = GENERATE("ideal", "hostile");
  auto target = test::bundled_target("npu8");
  target.name = "npu8-small";  // activations and weights pass through memory
  target.activation_bytes = 8192;
  target.weight_bytes = 2048;
  target.parameter_bytes = 1024;
  target.accumulator_rows = 32;
  test::NetworkBuilder network(4);
  const auto x = network.input({1, 8, 24, 24});
  network.output(network.conv(network.depthwise(network.conv(x, 16, test::square(3, 1, 1)), test::square(3, 1, 1)), 8, test::square(1, 1, 0)));
  const test::LoweredProgram p(network, target);
  FaultBench bench(p, kind);
  bench.expect_golden();
  const auto reads = bench.memory.reads;
  const auto writes = bench.memory.writes;
  REQUIRE(writes.size() > 2);
  for (const auto response : {AxiResponse::kSlaveError, AxiResponse::kDecodeError}) {
    bench.memory.response = response;
    for (const std::string reader : {"fetch", "activations", "weights", "parameters", "depthwise constants"}) {
      const auto words = words_for(reader, reads, p.plan.program);
      REQUIRE_FALSE(words.empty());
      for (const auto& place : positions(words)) {
        const auto& read = *std::ranges::find(words, place.word, &FaultAt::Read::word);  // rows of a halo come twice
        CAPTURE(kind, reader, read.word);
        bench.memory.bad_word = read.word;
        const bool fetch = reader == "fetch";
        bench.expect_error(fmt::format("read answered {}", name_of(response)), fetch ? "fetch" : "load", fetch ? read.word : read.burst);
        bench.expect_golden();
      }
    }
    for (const auto burst : positions(writes)) {
      CAPTURE(kind, burst);
      bench.memory.bad_write = burst;
      bench.expect_error(fmt::format("write answered {}", name_of(response)), "store", burst);
      bench.expect_golden();
    }
  }
}
