// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Vtb_assertions.h>
#include <verilated.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <vernier/spec/npu.hpp>

namespace vernier::test {

/// All modules with assertions side by side. Inputs and registers are set by name; assertions that
/// fail are told instead of ending the run.
class AssertionsBench {
 public:
  /// Resets the modules and gives them one cycle of rest.
  AssertionsBench();

  void hold_reset() { model_.rst_ni = 0; }

  /// Sets what an assignment of `step` says, all words of it, in module vrn_x (instance u_x):
  ///   signal=3           an input or a register, also of a cell inside: u_cells.wr_ptr_q=1
  ///   memory[1]=3        a word of a memory
  ///   cmd_i.load.n1=3    a field of a 512-bit word; the other fields stay
  ///   force.signal=3     a forceable signal, from now on
  /// Returns what it did not understand, empty if nothing.
  [[nodiscard]] std::string set(std::string_view module, std::string_view step);

  /// One clock cycle. Returns the assertions that failed, as u_x.Name or u_x.u_cell.Name.
  [[nodiscard]] std::vector<std::string> clock();

 private:
  [[nodiscard]] bool assign(const std::string& instance, std::string target, std::uint64_t value);
  [[nodiscard]] bool force(std::string_view path, std::uint64_t value);

  VerilatedContext context_;
  Vtb_assertions model_;
  std::map<std::string, spec::Word> words_;  ///< by path: fields are set one at a time
};

}  // namespace vernier::test
