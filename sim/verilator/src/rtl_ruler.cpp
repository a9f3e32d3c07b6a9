// SPDX-License-Identifier: Apache-2.0
#include <vernier/verilator/rtl_ruler.hpp>

#include <map>

#include <vernier/memory/axi_memory.hpp>
#include <vernier/verilator/model_cache.hpp>

#include "group_run.hpp"
#include "kernel_run.hpp"

namespace vernier::verilator {
namespace {

using program::Program;
using program::Region;
using runtime::RunOptions;
using runtime::RunReport;

class RtlRuler final : public runtime::Ruler {
 public:
  [[nodiscard]] runtime::RulerInfo info() const override {
    return {"rtl", runtime::Fidelity::kRtl, true, "the SystemVerilog kernel, Verilated, cycle by cycle (array body gen)"};
  }

  [[nodiscard]] std::optional<Error> refuses(const Program&) const override { return std::nullopt; }

  [[nodiscard]] Result<RunReport> run(const Program& program, std::span<const std::byte> input,
                                      std::span<std::byte> output, const RunOptions& options) override {
    auto model = model_of(program.target, {.waves = options.waves.format, .assertions = options.assertions});
    if (!model) return forward_error(model);
    if ((options.jobs > 1 || options.unique_layers) && !options.waves.wanted() && program.groups.size() > 1) {
      return run_groups(program, input, output, options, **model);
    }
    memory::SparseMemory store;
    const auto memory = memory::make_memory(options.memory, store, options.seed, program.target.clock);
    if (!memory) return forward_error(memory);
    store.write(base_of(Region::kConstants), program.constants);
    store.write(base_of(Region::kInput), input);
    auto report = run_kernel(**model, {program.target, program.commands}, **memory, store, options);
    if (report) store.read(base_of(Region::kOutput), output);
    return report;
  }

 private:
  Result<Model*> model_of(const program::Target& target, ModelVariant variant) {
    const auto hash = model_hash(target, variant);
    if (!hash) return forward_error(hash);
    auto& slot = models_[*hash];
    if (!slot) {
      const auto file = model_for(target, variant);
      if (!file) return forward_error(file);
      auto model = Model::open(*file);
      if (!model) return forward_error(model);
      slot = std::move(*model);
    }
    return slot.get();
  }

  std::map<std::string, std::unique_ptr<Model>> models_;  // by content hash
};

}  // namespace

std::unique_ptr<runtime::Ruler> make_rtl_ruler() { return std::make_unique<RtlRuler>(); }

}  // namespace vernier::verilator
