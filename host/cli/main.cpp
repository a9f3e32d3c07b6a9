// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <system_error>

#include <vernier/core/interrupt.hpp>

#include "command.hpp"

int main(int argc, char** argv) {
  using namespace vernier;
  CLI::App app{"Vernier: one neural-network accelerator design, read on many rulers."};
  app.set_version_flag("--version", [] { return cli::version_text(); });
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  cli::Action chosen;
  cli::add_compare(app, chosen);
  cli::add_run(app, chosen);
  cli::add_bench(app, chosen);
  cli::add_sweep(app, chosen);
  cli::add_explain(app, chosen);
  cli::add_report(app, chosen);
  cli::add_tiny(app, chosen);
  cli::add_published(app, chosen);
  cli::add_lists(app, chosen);
  cli::add_import(app, chosen);
  cli::add_boards(app, chosen);
  cli::add_kernel(app, chosen);
  cli::add_board(app, chosen);
  cli::add_disasm(app, chosen);
  cli::add_emit(app, chosen);
  cli::add_doctor(app, chosen);
  cli::add_examples(app);

  if (argc == 1) {
    fmt::print("{}", app.help());
    return static_cast<int>(ErrorCode::kInvalidInput);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(ErrorCode::kInvalidInput);
  }
  install_interrupt_handler();
  // fmt reports a full disk behind standard output as an exception, stdio when it is flushed
  const Error unwritable{ErrorCode::kIo, "cannot be written", "standard output"};
  try {
    const int code = chosen();
    return std::fflush(stdout) == 0 ? code : cli::report_error(unwritable);
  } catch (const std::system_error&) {
    return cli::report_error(unwritable);
  }
}
