// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <vernier/program/program.hpp>

#include "command.hpp"

namespace vernier::cli {

void add_disasm(CLI::App& app, Action& chosen) {
  struct Options {
    std::string program;
    std::string output = "-";
  };
  auto options = std::make_shared<Options>();  // lives as long as the callbacks that CLI11 keeps
  auto* command = app.add_subcommand("disasm", "commands of a program file, one a line");
  command->add_option("PROGRAM", options->program, "file that `vernier run --program` wrote")->required();
  command->add_option("-o,--output", options->output, "text file, or - for standard output")->capture_default_str();
  command->callback([options, &chosen] {
    chosen = [options] {
      const auto program = program::load(options->program);
      if (!program) return report_error(program.error());
      const auto written = write_output(options->output, program::disassemble(*program));
      return written ? 0 : report_error(written.error());
    };
  });
}

}  // namespace vernier::cli
