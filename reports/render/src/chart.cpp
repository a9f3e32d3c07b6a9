// SPDX-License-Identifier: Apache-2.0
#include <vernier/render/chart.hpp>

#include <fmt/format.h>
#include <vernier/core/files.hpp>

#include <algorithm>

#include "format.hpp"
#include "page.hpp"
#include "plot_parts.hpp"

namespace vernier::render {
namespace {

using nlohmann::json;

constexpr const char* kColours[] = {"#3b7dd8", "#e08a1e", "#1fa187", "#b65fcf", "#d1495b", "#7a8594"};

std::string ratio_text(const BarChart::Bar& bar) { return bar.ratio ? ratio(*bar.ratio) : ""; }

std::string linked_source(const std::string& source) {
  const auto url = source_url(source);
  return url.empty() ? html(source) : fmt::format(R"(<a href="{}">{}</a>)", html(url), html(source));
}

/// Names in the order in which they first come.
std::vector<std::string> names(const BarChart& chart, std::string BarChart::Bar::*field) {
  std::vector<std::string> out;
  for (const auto& bar : chart.bars) {
    if (std::find(out.begin(), out.end(), bar.*field) == out.end()) out.push_back(bar.*field);
  }
  return out;
}

/// Bars of one group, with its own scale.
json panel(const BarChart& chart, const std::string& group, const json& colours) {
  json rows = json::array();
  for (const auto& b : chart.bars) {
    if (b.group == group) rows.push_back({{"series", b.series}, {"value", b.value}, {"ratio", ratio_text(b)}, {"what", b.what}, {"source", b.source}});
  }
  const json x = {{"field", "value"}, {"type", "quantitative"}, {"title", chart.unit}, {"axis", {{"tickCount", 6}}}};
  const json y = {{"field", "series"}, {"type", "nominal"}, {"sort", nullptr}, {"title", nullptr}, {"axis", {{"labelLimit", 220}, {"minExtent", 120}}}};
  return {{"title", {{"text", group}, {"anchor", "start"}, {"frame", "group"}, {"color", {{"expr", "ink"}}}}},
          {"width", 620},
          {"height", {{"step", 24}}},
          {"data", values(rows)},
          {"layer",
           {{{"mark", {{"type", "bar"}}},
             {"encoding",
              {{"y", y},
               {"x", x},
               {"color", {{"field", "series"}, {"type", "nominal"}, {"scale", colours}, {"legend", nullptr}}},
               {"tooltip", tooltip({{"series", "System"}, {"value", "Figure"}, {"what", "What"}, {"source", "Source"}})}}}},
            {{"mark", {{"type", "text"}, {"align", "left"}, {"dx", 5}, {"color", {{"expr", "ink"}}}}}, {"encoding", {{"y", y}, {"x", x}, {"text", {{"field", "ratio"}}}}}}}}};
}

/// A panel a group: figures of different benchmarks have no common scale.
json specification(const BarChart& chart) {
  const auto series = names(chart, &BarChart::Bar::series);
  json range = json::array(), panels = json::array();
  for (std::size_t i = 0; i < series.size(); ++i) range.push_back(kColours[i % std::size(kColours)]);
  for (const auto& group : names(chart, &BarChart::Bar::group)) panels.push_back(panel(chart, group, {{"domain", series}, {"range", range}}));
  return {{"$schema", kVegaLite}, {"vconcat", panels}};
}

}  // namespace

std::string chart_html(const BarChart& chart) {
  std::string rows;
  for (const auto& b : chart.bars) {
    rows += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{:.6g} {}</td><td>{}</td><td>{}</td><td>{}</td></tr>", html(b.group), html(b.series), b.value,
                        html(chart.unit), html(ratio_text(b)), html(b.what), linked_source(b.source));
  }
  const auto alt = fmt::format("Bars of {}: {} figures in the table below", chart.title, chart.bars.size());
  PageParts parts;
  parts.title = chart.title;
  parts.navigation = "<a href=\"#figures\">Figures</a>";
  parts.plots = json::array({{{"id", "plot-0"}, {"spec", specification(chart)}}});
  parts.body = fmt::format(
      R"(<article><header class="lead"><p class="eyebrow">{0}</p><h2>{1}</h2><p class="lede">{2}</p></header>)"
      R"(<figure><div class="plot" id="plot-0" role="img" aria-label="{3}"><p class="wait">{3}</p></div></figure>)"
      R"(<section id="figures"><h3>Figures</h3><div class="scroll" tabindex="0" role="region" aria-label="Figures"><table><thead><tr>)"
      R"(<th scope="col">Benchmark</th><th scope="col">System</th><th scope="col">Figure</th><th scope="col">To the first</th><th scope="col">What</th><th scope="col">Source</th>)"
      R"(</tr></thead><tbody>{4}</tbody></table></div></section></article>)",
      html(chart.standing), html(chart.title), html(chart.note), html(alt), rows);
  return page_of(parts);
}

std::string chart_markdown(const BarChart& chart) {
  auto out = fmt::format("# {}\n\n{}\n\n", chart.title, chart.standing);
  if (!chart.note.empty()) out += chart.note + "\n\n";
  out += fmt::format("| benchmark | system | figure [{}] | to the first | what | source |\n|---|---|---|---|---|---|\n", chart.unit);
  for (const auto& b : chart.bars) {
    const auto url = source_url(b.source);
    out += fmt::format("| {} | {} | {:.6g} | {} | {} | {} |\n", markdown(b.group), markdown(b.series), b.value, ratio_text(b), markdown(b.what), url.empty() ? markdown(b.source) : fmt::format("[{}]({})", markdown(b.source), url));
  }
  return out;
}

std::string chart_csv(const BarChart& chart) {
  std::string out = "group,series,value,unit,ratio_to_first,what,source\n";
  for (const auto& b : chart.bars) {
    out += fmt::format("{},{},{},{},{},{},{}\n", csv(b.group), csv(b.series), b.value, csv(chart.unit), b.ratio ? fmt::format("{}", *b.ratio) : "", csv(b.what), csv(b.source));
  }
  return out;
}

Result<void> write_chart(const std::filesystem::path& folder, const std::string& name, const BarChart& chart) {
  std::error_code ec;
  std::filesystem::create_directories(folder, ec);
  if (ec) return fail(ErrorCode::kIo, "cannot be created: " + ec.message(), folder.string());
  for (const auto& [extension, text] : {std::pair{".html", chart_html(chart)}, {".md", chart_markdown(chart)}, {".csv", chart_csv(chart)}}) {
    if (auto ok = write_atomically(folder / (name + extension), text); !ok) return ok;
  }
  return {};
}

}  // namespace vernier::render
