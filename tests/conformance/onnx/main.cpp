// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include "classify.hpp"
#include "executor_ruler.hpp"
using namespace vernier;
int main(int argc, char** argv) {
  auto target = program::load_target(std::string(VERNIER_SOURCE_DIR) + "/rtl/targets/npu8.toml");
  if (!target) return 2;
  auto executor = conformance::make_executor_ruler();
  conformance::Setup setup{*target, {executor.get()}, {}};
  for (const auto& c : conformance::find_cases()) {
    if (argc > 1 && c.name.find(argv[1]) == std::string::npos) continue;
    const auto v = conformance::classify(c, setup);
    fmt::print("{:8} {:60} {} lsb {} {:.4f} {}\n", conformance::name_of(v.outcome), v.name, fmt::join(v.operators, ","), v.max_lsb, v.share, v.reason);
  }
}
