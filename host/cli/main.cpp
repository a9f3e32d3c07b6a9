// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  CLI::App app{"Vernier: one neural-network accelerator design, read on many rulers."};
  app.set_version_flag("--version", VERNIER_VERSION);
  CLI11_PARSE(app, argc, argv);
  fmt::print("{}", app.help());
  return 0;
}
