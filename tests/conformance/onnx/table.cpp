// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string_view>

namespace vernier::conformance {
namespace {

void count(Counts& counts, Outcome outcome) {
  switch (outcome) {
    case Outcome::kNpu: ++counts.npu; break;
    case Outcome::kHost: ++counts.host; break;
    case Outcome::kRefused: ++counts.refused; break;
    case Outcome::kWrong: ++counts.wrong; break;
  }
}

/// Names of one case say nothing about the operator's others.
std::string without_case(const Verdict& v) {
  auto reason = v.reason;
  if (const auto prefix = v.name + ": "; reason.starts_with(prefix)) reason = reason.substr(prefix.size());
  std::ranges::replace(reason, '\n', ' ');
  return reason;
}

/// "word,number,number,...,rest of the line"
struct Line {
  std::string_view rest;
  std::string_view word() {
    const auto comma = std::min(rest.find(','), rest.size());
    const auto text = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    return text;
  }
  bool number(std::int64_t& value) {
    const auto text = word();
    return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{};
  }
  bool counts(Counts& c) { return number(c.npu) && number(c.host) && number(c.refused) && number(c.wrong); }
};

}  // namespace

Summary summarise(std::span<const Verdict> verdicts) {
  Summary summary;
  std::map<std::string, std::map<std::string, int>> reasons;
  for (const auto& v : verdicts) {
    count(summary.families[v.name.substr(0, v.name.find('/'))], v.outcome);
    const auto op = v.operators.size() == 1 ? v.operators[0] : kSeveral;
    auto& line = summary.operators[op];
    count(line.counts, v.outcome);
    line.max_lsb = std::max(line.max_lsb, v.max_lsb);
    if (!v.reason.empty()) ++reasons[op][without_case(v)];
  }
  for (const auto& [op, seen] : reasons) {
    if (op != kSeveral) summary.operators[op].why = std::ranges::max_element(seen, {}, [](const auto& r) { return r.second; })->first;
  }
  return summary;
}

std::string to_text(const Summary& summary) {
  std::string text = "# family,name,npu,host,refused,wrong and operator,name,npu,host,refused,wrong,max_lsb,why; written by onnx-conformance --update\n";
  const auto numbers = [](const Counts& c) { return fmt::format("{},{},{},{}", c.npu, c.host, c.refused, c.wrong); };
  for (const auto& [name, counts] : summary.families) text += fmt::format("family,{},{}\n", name, numbers(counts));
  for (const auto& [name, line] : summary.operators) text += fmt::format("operator,{},{},{},{}\n", name, numbers(line.counts), line.max_lsb, line.why);
  return text;
}

Result<Summary> summary_of(const std::string& text, const std::string& file) {
  Summary summary;
  std::istringstream in(text);
  std::string whole;
  for (int n = 1; std::getline(in, whole); ++n) {
    if (whole.starts_with('#')) continue;
    Line line{whole};
    const auto kind = line.word();
    const std::string name(line.word());
    bool good = false;
    if (kind == "family") good = line.counts(summary.families[name]);
    if (kind == "operator") {
      auto& op = summary.operators[name];
      good = line.counts(op.counts) && line.number(op.max_lsb);
      op.why = line.rest;
    }
    if (!good) return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is no line of a summary", whole), fmt::format("{}:{}", file, n));
  }
  return summary;
}

std::string families_table(const Summary& summary) {
  std::string text = fmt::format("{:20}{:>7}{:>7}{:>7}{:>9}{:>7}\n", "family", "cases", "npu", "host", "refused", "wrong");
  Counts all;
  const auto row = [&text](const std::string& name, const Counts& c) {
    text += fmt::format("{:20}{:>7}{:>7}{:>7}{:>9}{:>7}\n", name, c.cases(), c.npu, c.host, c.refused, c.wrong);
  };
  for (const auto& [name, c] : summary.families) {
    row(name, c);
    all.npu += c.npu, all.host += c.host, all.refused += c.refused, all.wrong += c.wrong;
  }
  row("all", all);
  return text;
}

std::string reference_page(const Summary& summary) {
  std::string page =
      "<!-- Generated from tests/conformance/onnx/summary.csv by `onnx-conformance --update`; do not edit. -->\n"
      "# Operators\n\n"
      "Every case of ONNX's own test data (Debian's libonnx-testdata) through import, quantisation with the case's data, placement and run.\n\n"
      "- **npu**: every operator that computes runs on the accelerator. `golden` is within one step of ONNX Runtime on the same quantised graph;\n"
      "  `executor` and `rtl` give golden's bits, as every other ruler of programs has to.\n"
      "- **host**: an operator of the case runs on the host, in ONNX Runtime, and gives the case's result. Shown, not supported.\n"
      "- **refused**: not run, with the node, its type and the reason named.\n\n"
      "| family | cases | npu | host | refused |\n|---|---|---|---|---|\n";
  for (const auto& [name, c] : summary.families) page += fmt::format("| {} | {} | {} | {} | {} |\n", name, c.cases(), c.npu, c.host, c.refused);
  page +=
      "\nBy operator and ruler, in cases. `(several)` are models of more than one operator, ONNX's expanded functions above all.\n\n"
      "| operator | cases | golden, executor, rtl | cpu alone | refused | steps | why not on the accelerator, most often |\n|---|---|---|---|---|---|---|\n";
  for (const auto& [name, line] : summary.operators) {
    std::string why = line.why;
    for (std::size_t at = 0; (at = why.find('|', at)) != std::string::npos; at += 2) why.insert(at, 1, '\\');
    const auto cell = [](std::int64_t n) { return n == 0 ? std::string() : std::to_string(n); };
    page += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", name, line.counts.cases(), cell(line.counts.npu), cell(line.counts.host), cell(line.counts.refused),
                        line.counts.npu > 0 ? std::to_string(line.max_lsb) : "", why);
  }
  return page;
}

}  // namespace vernier::conformance
