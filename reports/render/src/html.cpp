// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <vernier/render/report.hpp>
#include <vernier/store/record_file.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <set>

#include "cells.hpp"
#include "experiment.hpp"
#include "format.hpp"
#include "page.hpp"
#include "plots.hpp"
#include "scale.hpp"
#include "tables.hpp"

namespace vernier::render {
namespace {

using nlohmann::json;

/// Text between tags: quotes need no escape there, and records are full of them.
std::string in_text(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  for (const char c : text) {
    if (c == '<' || c == '&') {
      out += c == '<' ? "&lt;" : "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

/// Keeps a number and its unit on one line.
std::string unbroken(std::string text) {
  static const std::set<std::string_view> kUnits{"%",  "s", "ms", "\u00b5s", "ns",  "J",   "mJ",  "\u00b5J",
                                                 "nJ", "W", "mW", "Hz",      "kHz", "MHz", "GHz", "LSB"};
  for (auto at = text.find(' '); at != std::string::npos; at = text.find(' ', at + 1)) {
    const auto end = std::min(text.find_first_of(" ,;:.", at + 1), text.size());
    const bool after_digit = at > 0 && std::isdigit(static_cast<unsigned char>(text[at - 1])) != 0;
    if (after_digit && kUnits.contains(std::string_view(text).substr(at + 1, end - at - 1)))
      text.replace(at, 1, "\u00a0");
  }
  return text;
}

/// Builds the page's body and collects its plots.
class Page {
 public:
  explicit Page(Records records) : records_(records) {
    for (const auto& r : records) ids_.push_back(store::record_id(r));
  }

  std::string experiment(const Experiment& e, std::size_t index) {
    auto out = fmt::format(
        R"(<article class="experiment" id="e{}"><header class="lead"><p class="eyebrow">{}</p><h2>{}</h2><p class="lede">{}</p></header>)",
        index, html(subtitle(e)), html(e.model), unbroken(html(verdict(e))));
    out += cards(e) + table(headline_table(records_, e)) + scenarios(e);
    for (const auto& group : e.targets) out += target(e, group);
    out +=
        table(time_table(records_, e)) + table(simulation_table(records_, e)) + table(environment_table(records_, e));
    return out + "</article>";
  }

  std::string records() const {
    std::string out =
        R"(<section id="records" aria-labelledby="records-title"><h3 id="records-title">Records</h3><p class="note">Everything above is read from these. Each also lies beside this page as a file.</p>)";
    std::set<std::string> seen;
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (!seen.insert(ids_[i]).second) continue;
      const auto& r = records_[i];
      out += fmt::format(
          R"(<details class="record" id="r-{}"><summary><b>{}</b> {} <code>{}</code></summary><p><a href="records/{}">records/{}</a></p><pre class="json">{}</pre></details>)",
          ids_[i], html(label_of(r)), html(r["model"].get<std::string>()), ids_[i], html(store::record_file_name(r)),
          html(store::record_file_name(r)), in_text(r.dump(1)));
    }
    return out + "</section>";
  }

  const json& plots() const { return plots_; }

 private:
  std::string scenarios(const Experiment& e) {
    if (e.scenarios.empty()) return "";
    auto out = table(scenario_table(records_, e)) + table(published_table(records_, e));
    out += figure(distribution_plot(records_, e)) + figure(load_plot(records_, e)) + figure(efficiency_plot(records_, e));
    return out + table(division_table(records_, e));
  }

  std::string subtitle(const Experiment& e) const {
    std::string targets;
    for (const auto& g : e.targets) targets += (targets.empty() ? "" : ", ") + g.target;
    const auto readings = e.records == e.scenarios ? e.records.size() : e.records.size() + e.scenarios.size();
    return fmt::format("{}{}batch {}, {} reading{}", targets, targets.empty() ? "" : ", ", e.batch, readings, readings == 1 ? "" : "s");
  }

  /// The report in a few sentences, made from the figures.
  std::string verdict(const Experiment& e) const {
    std::string out;
    for (const auto& g : e.targets) {
      if (!g.reference) continue;
      const auto& base = records_[*g.reference];
      out += fmt::format("{} on {} reads {} cycles: {} at {}, {}.", label_of(base), g.target,
                         grouped(base["cycles"].get<std::int64_t>()),
                         base["latency_s"].is_number() ? si(base["latency_s"].get<double>(), "s") : "time unknown",
                         si(base["clock_hz"].get<double>(), "Hz"),
                         base["clock_source"] == "assumed"
                             ? "an assumed clock"
                             : fmt::format("clock by {}", base["clock_source"].get<std::string>()));
      for (const auto& r : readings(g))
        out += r.share == 0 ? fmt::format(" {} reads the same.", r.label) : fmt::format(" {} reads {} {}.", r.label, percent(std::abs(r.share), 2), r.share < 0 ? "less" : "more");
      out += " ";
    }
    std::size_t invalid = 0;
    for (const auto i : e.records) invalid += !records_[i]["valid"].get<bool>();
    if (invalid > 0)
      out += fmt::format("{} of {} records {} not valid: see the last column.", invalid, e.records.size(),
                         invalid == 1 ? "is" : "are");
    return out;
  }

  std::vector<Reading> readings(const TargetGroup& group) const {
    std::vector<Reading> out;
    if (!group.reference) return out;
    const double base = records_[*group.reference]["cycles"].get<double>();
    for (const auto i : group.records) {
      const auto& r = records_[i];
      if (i == *group.reference || r["cycles"].is_null() || !r["valid"].get<bool>()) continue;
      out.push_back({label_of(r), r["cycles"].get<double>() / base - 1});
    }
    return out;
  }

  std::string link(std::size_t record, const std::string& pointer, const std::string& inner) const {
    return fmt::format(R"(<a class="figure" href="#r-{}" data-pointer="{}">{}</a>)", ids_[record], html(pointer),
                       inner);
  }

  std::string card(std::size_t record, const char* name, const Cell& cell) const {
    if (cell.tone == Tone::kFaint || cell.value.empty()) return "";
    const auto fidelity = records_[record]["fidelity"].get<std::string>();
    return fmt::format(
        R"(<div class="card"><dt>{}</dt><dd>{}<span class="chip f-{}">{}</span><small>{}</small></dd></div>)", name,
        link(record, cell.pointer, html(cell.value)), fidelity, fidelity, unbroken(html(cell.note)));
  }

  /// Key figures of the best ruler, its fidelity beside each.
  std::string cards(const Experiment& e) const {
    std::size_t best = e.records.front();
    for (const auto& g : e.targets) {
      if (g.reference) {
        best = *g.reference;
        break;
      }
    }
    const auto headline = headline_table(records_, e);
    const auto row =
        std::find_if(headline.rows.begin(), headline.rows.end(), [&](const Row& r) { return r.record == best; });
    std::string out =
        fmt::format(R"(<dl class="cards" aria-label="Key figures of {}">)", html(label_of(records_[best])));
    for (const char* name :
         {"Latency", "Throughput", "Energy, estimated", "Energy, sensed", "Array utilisation", "Top-1", "Check"}) {
      const auto at = std::find(headline.columns.begin(), headline.columns.end(), name);
      if (at != headline.columns.end())
        out += card(best, name, row->cells[static_cast<std::size_t>(at - headline.columns.begin())]);
    }
    return out + "</dl>";
  }

  std::string cell(const Cell& c, const Row& row, bool header) const {
    static constexpr const char* kTones[] = {"", " good", " bad", " faint"};
    const auto value = !c.href.empty()       ? fmt::format(R"(<a href="{}">{}</a>)", html(c.href), html(c.value))
                       : c.pointer.empty() ? html(c.value)
                                           : link(row.record, c.pointer, html(c.value));
    const auto chip =
        c.pointer == "/fidelity" ? fmt::format(R"(<span class="chip f-{}">{}</span>)", html(c.value), value) : value;
    const auto note = c.note.empty() ? std::string() : fmt::format("<small>{}</small>", unbroken(html(c.note)));
    return fmt::format("<{0}{1} class=\"c{2}\">{3}{4}</{0}>", header ? "th" : "td", header ? " scope=\"row\"" : "",
                       kTones[static_cast<int>(c.tone)], chip, note);
  }

  std::string rows_of(const Table& t) const {
    std::string out = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + html(t.caption) +
                      "\"><table><thead><tr>";
    for (const auto& c : t.columns) out += fmt::format("<th scope=\"col\">{}</th>", html(c));
    out += "</tr></thead><tbody>";
    for (const auto& row : t.rows) {
      out += fmt::format("<tr{} data-record=\"{}\">", row.emphasised ? " class=\"reference\"" : "", ids_[row.record]);
      for (std::size_t i = 0; i < row.cells.size(); ++i) out += cell(row.cells[i], row, i == 0);
      out += "</tr>";
    }
    out += "</tbody></table></div>";
    if (!t.footnote.empty()) out += fmt::format("<p class=\"note\">{}</p>", html(t.footnote));
    return out;
  }

  std::string table(const Table& t, const std::string& extra = "") const {
    if (t.rows.empty()) return "";
    return fmt::format("<section class=\"t-{}\"><h3>{}</h3>{}{}</section>", t.id, html(t.caption), extra, rows_of(t));
  }

  std::string figure(const std::optional<Plot>& plot, const std::string& detail = "") {
    if (!plot) return "";
    const auto id = fmt::format("plot-{}", plots_.size());
    plots_.push_back({{"id", id}, {"spec", plot->spec}});
    const auto note = plot->note.empty() ? std::string() : fmt::format("<p class=\"note\">{}</p>", html(plot->note));
    return fmt::format(
        R"(<figure><figcaption>{}</figcaption><div class="plot" id="{}" role="img" aria-label="{}"><p class="wait">{}</p></div>{}{}</figure>)",
        html(plot->caption), id, html(plot->alt), html(plot->alt), note, detail);
  }

  std::string folded(const char* summary, const Table& t) const {
    if (t.rows.empty()) return "";
    return fmt::format("<details class=\"data\"><summary>{}</summary>{}</details>", summary, rows_of(t));
  }

  std::string target(const Experiment& e, const TargetGroup& group) {
    if (!group.reference) return "";
    auto differences = difference_table(records_, e, group);
    const auto heading = fmt::format("{} ({})", label_of(records_[*group.reference]),
                                     records_[*group.reference]["fidelity"].get<std::string>());
    std::string out = fmt::format("<section class=\"target\"><h3>On {}</h3>", html(group.target));
    if (differences.rows.size() > 1) out += table(differences, scale_svg(heading, readings(group)));
    out += figure(deviation_plot(records_, group));
    out += figure(layer_plot(records_, group), folded("Layer figures", layer_table(records_, *group.reference)));
    out += figure(roofline_plot(records_, group));
    auto terms = energy_table(records_, *group.reference);
    const auto note =
        terms.footnote.empty() ? std::string() : fmt::format("<p class=\"note\">{}</p>", html(terms.footnote));
    terms.footnote.clear();
    out += figure(energy_plot(records_, *group.reference), note + folded("Energy, term by term", terms));
    return out + "</section>";
  }

  Records records_;
  std::vector<std::string> ids_;
  json plots_ = json::array();
};

/// What a reader may filter by, and the record's value of it.
struct Facet {
  const char* name;
  const char* pointer;
};
constexpr Facet kFacets[] = {{"model", "/model"}, {"ruler", "/ruler"}, {"scenario", "/scenario"}, {"target", "/target"}, {"memory", "/memory"}, {"batch", "/batch"}, {"precision", "/precision"}, {"power scope", "/power_scope"}};

/// Selects for every facet that tells records apart, and each record's values for the page's script.
std::string filters(Records records) {
  json values = json::object();
  std::map<std::string, std::set<std::string>> choices;
  for (const auto& r : records) {
    auto& mine = values[store::record_id(r)];
    for (const auto& facet : kFacets) {
      const auto value = at(r, facet.pointer);
      const auto text = value.is_null() ? std::string("none") : value.is_string() ? value.get<std::string>() : value.dump();
      mine[facet.name] = text;
      choices[facet.name].insert(text);
    }
  }
  std::string selects;
  for (const auto& facet : kFacets) {
    if (choices[facet.name].size() < 2) continue;
    selects += fmt::format(R"(<label>{0}<select name="{0}"><option value="">all</option>)", facet.name);
    for (const auto& choice : choices[facet.name]) selects += fmt::format(R"(<option>{}</option>)", html(choice));
    selects += "</select></label>";
  }
  if (selects.empty()) return "";
  return fmt::format(R"(<form id="filters" aria-label="Filter the records">{}<output role="status"></output></form><script type="application/json" id="facets">{}</script>)",
                     selects, json_inside_script(values));
}

std::string missing_list(const ReportOptions& options) {
  if (options.missing.empty()) return "";
  std::string out = fmt::format("<aside class=\"missing\"><b>{} planned case{} without a record</b><ul>",
                                options.missing.size(), options.missing.size() == 1 ? "" : "s");
  for (const auto& m : options.missing) out += fmt::format("<li>{}</li>", html(m));
  return out + "</ul></aside>";
}

std::string navigation(const std::vector<Experiment>& experiments) {
  std::string out;
  for (std::size_t i = 0; i < experiments.size(); ++i) {
    out += fmt::format("<a href=\"#e{}\">{}{}</a>", i, html(experiments[i].model),
                       experiments[i].batch == 1 ? "" : fmt::format(", batch {}", experiments[i].batch));
  }
  return out + "<a href=\"#records\">Records</a>";
}

}  // namespace

Result<std::string> render_html(std::span<const json> records, const ReportOptions& options) {
  if (auto r = validate_all(records); !r) return forward_error(r);
  const auto experiments = experiments_of(records);
  Page page(records);
  std::string body = missing_list(options) + filters(records);
  for (std::size_t i = 0; i < experiments.size(); ++i) body += page.experiment(experiments[i], i);
  body += page.records();
  const auto title = !options.title.empty()    ? options.title
                     : experiments.size() == 1 ? experiments.front().model
                                               : fmt::format("{} models", experiments.size());
  return page_of({title, navigation(experiments), body, page.plots()});
}

}  // namespace vernier::render
