// SPDX-License-Identifier: Apache-2.0
#include <vernier/package/hls_report.hpp>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <charconv>

#include <fmt/format.h>

namespace vernier::package {
namespace {

using boost::property_tree::ptree;

/// Elements of the report, with errors that name them.
class Report {
 public:
  Report(const ptree& tree, std::string file) : tree_(tree), file_(std::move(file)) {}

  [[nodiscard]] std::string text(const std::string& path) const { return tree_.get("profile." + path, ""); }

  [[nodiscard]] Result<double> number(const std::string& path, std::optional<double> otherwise = std::nullopt) const {
    const auto value = text(path);
    if (value.empty() && otherwise) return *otherwise;
    double parsed = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error == std::errc{} && end == value.data() + value.size() && parsed >= 0) return parsed;
    return fail(ErrorCode::kInvalidInput, value.empty() ? fmt::format("has no element {}", path) : fmt::format("{} is '{}', no number", path, value), file_);
  }

  /// Cycles that may be unknown.
  [[nodiscard]] Result<std::optional<std::int64_t>> cycles(const std::string& path) const {
    const auto value = text(path);
    if (value == "undef" || value == "?" || value == "-") return std::optional<std::int64_t>{};
    const auto parsed = number(path);
    if (!parsed) return forward_error(parsed);
    return std::optional(static_cast<std::int64_t>(*parsed));
  }

  [[nodiscard]] Result<Resources> resources(const std::string& path) const {
    Resources r;
    double bram18 = 0;
    for (const auto& [name, into] : {std::pair{"LUT", &r.lut}, {"FF", &r.ff}, {"DSP", &r.dsp}, {"BRAM_18K", &bram18}, {"URAM", &r.uram}}) {
      // slices are called after their family in older reports; UltraRAM is missing where a part has none
      const std::optional<double> absent = std::string_view(name) == "URAM" ? std::optional(0.0) : std::nullopt;
      const bool old_name = std::string_view(name) == "DSP" && text(path + ".DSP").empty();
      const auto value = number(path + "." + (old_name ? "DSP48E" : name), absent);
      if (!value) return forward_error(value);
      *into = *value;
    }
    r.bram36 = bram18 / 2;
    return r;
  }

 private:
  const ptree& tree_;
  std::string file_;
};

}  // namespace

Result<HlsReport> read_hls_report(const std::filesystem::path& file) {
  ptree document;
  try {
    boost::property_tree::read_xml(file.string(), document);
  } catch (const boost::property_tree::xml_parser_error& e) {
    return fail(ErrorCode::kInvalidInput, fmt::format("line {}: {}", e.line(), e.message()), file.string());
  }
  const Report report(document, file.string());
  HlsReport out;
  out.top = report.text("UserAssignments.TopModelName");
  out.part = report.text("UserAssignments.Part");
  out.version = report.text("ReportVersion.Version");
  if (out.top.empty()) return fail(ErrorCode::kInvalidInput, "has no element UserAssignments.TopModelName: is it a csynth.xml?", file.string());
  const auto target = report.number("UserAssignments.TargetClockPeriod"), estimated = report.number("PerformanceEstimates.SummaryOfTimingAnalysis.EstimatedClockPeriod");
  if (!target) return forward_error(target);
  if (!estimated) return forward_error(estimated);
  const auto latency = report.cycles("PerformanceEstimates.SummaryOfOverallLatency.Worst-caseLatency"), interval = report.cycles("PerformanceEstimates.SummaryOfOverallLatency.Interval-max");
  if (!latency) return forward_error(latency);
  if (!interval) return forward_error(interval);
  const auto used = report.resources("AreaEstimates.Resources"), available = report.resources("AreaEstimates.AvailableResources");
  if (!used) return forward_error(used);
  if (!available) return forward_error(available);
  out.target_ns = *target;
  out.estimated_ns = *estimated;
  out.latency = *latency;
  out.interval = *interval;
  out.used = *used;
  out.available = *available;
  return out;
}

}  // namespace vernier::package
