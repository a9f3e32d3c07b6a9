// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include <vernier/render/diff.hpp>
#include <vernier/render/report.hpp>
#include <vernier/store/record_file.hpp>

#include "command.hpp"

namespace vernier::cli {
namespace {
namespace fs = std::filesystem;

int report(const std::vector<std::string>& inputs, const std::string& output) {
  std::vector<nlohmann::json> records;
  for (const auto& input : inputs) {
    auto some = store::read_records(input);
    if (!some) return report_error(some.error());
    for (auto& r : *some) records.push_back(std::move(r));
  }
  std::error_code ec;
  fs::create_directories(output, ec);
  if (ec) return report_error({ErrorCode::kIo, "cannot be created: " + ec.message(), output});
  if (auto ok = render::write_report(output, records); !ok) return report_error(ok.error());
  fmt::print("report: {}\n", fs::absolute(fs::path(output) / "report.html").lexically_normal().string());
  return 0;
}

int diff(const std::string& a, const std::string& b, const std::string& rules) {
  const auto first = store::read_record(a);
  if (!first) return report_error(first.error());
  const auto second = store::read_record(b);
  if (!second) return report_error(second.error());
  const auto changes = render::diff(*first, *second);
  if (!changes) return report_error(changes.error());
  fmt::print("{}", render::to_text(*changes));
  if (rules.empty()) return 0;
  const auto broken = render::fail_if(*changes, rules);
  if (!broken) return report_error(broken.error());
  for (const auto& v : *broken) fmt::print(stderr, "vernier: rule {} is broken by {}\n", v.rule, v.figure.path);
  return broken->empty() ? 0 : static_cast<int>(ErrorCode::kMismatch);
}

}  // namespace

void add_report(CLI::App& app, Action& chosen) {
  struct ReportOptions {
    std::vector<std::string> records;
    std::string output = "out";
  };
  auto r = std::make_shared<ReportOptions>();
  auto* c = app.add_subcommand("report", "a report from records");
  c->add_option("RECORD", r->records, "record files, or folders of them")->required();
  c->add_option("-o,--output", r->output, "folder for report.html, report.md and CSV")->capture_default_str();
  c->callback([r, &chosen] { chosen = [r] { return report(r->records, r->output); }; });

  struct DiffOptions {
    std::string a, b, rules;
  };
  auto d = std::make_shared<DiffOptions>();
  auto* c2 = app.add_subcommand("diff", "two records figure by figure");
  c2->add_option("A", d->a, "record file")->required();
  c2->add_option("B", d->b, "record file")->required();
  c2->add_option("--fail-if", d->rules, "exit 1 when a rule holds, for instance 'cycles>2%' or '|energy_j|>5%'");
  c2->callback([d, &chosen] { chosen = [d] { return diff(d->a, d->b, d->rules); }; });
}

}  // namespace vernier::cli
