// SPDX-License-Identifier: Apache-2.0
#include <vernier/render/sweep_report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include <vernier/core/files.hpp>
#include <vernier/render/report.hpp>

#include "format.hpp"
#include "page.hpp"
#include "pareto.hpp"
#include "plot_parts.hpp"

namespace vernier::render {
namespace {

using nlohmann::json;

std::string shown(const json& record, const Objective& o) {
  const double value = record[json::json_pointer(o.pointer)].get<double>();
  return *o.unit == '\0' ? percent(value) : si(value, o.unit);
}

std::string target_of(const json& r) { return r["target"].is_string() ? r["target"].get<std::string>() : label_of(r); }
std::string cycles_of(const json& r) { return r["cycles"].is_number() ? grouped(r["cycles"].get<std::int64_t>()) : "-"; }
std::string utilisation_of(const json& r) { return r["mac_utilisation"].is_number() ? percent(r["mac_utilisation"].get<double>()) : "-"; }

/// Two objectives against each other, all targets of a model; those of a front stand out and are joined.
json scatter(Records records, const std::vector<const Contest*>& contests, const Objective& x, const Objective& y) {
  json rows = json::array();
  for (const auto* c : contests) {
    for (const auto i : c->records) {
      const auto& r = records[i];
      const bool front = std::ranges::find(c->front, i) != c->front.end();
      rows.push_back({{"x", r[json::json_pointer(x.pointer)]}, {"y", r[json::json_pointer(y.pointer)]}, {"target", target_of(r)}, {"group", c->ruler + (c->memory.empty() ? "" : ", " + c->memory)},
                      {"front", front ? "on the front" : "bettered"}, {"xs", shown(r, x)}, {"ys", shown(r, y)}, {"cycles", cycles_of(r)}, {"utilisation", utilisation_of(r)}});
    }
  }
  const auto axis = [](const char* field, const Objective& o) {
    const auto title = *o.unit == '\0' ? std::string(o.name) + ", share of the device" : fmt::format("{} [{}]", o.name, o.unit);
    return json{{"field", field}, {"type", "quantitative"}, {"title", title}, {"scale", {{"type", "log"}, {"nice", false}, {"padding", 16}}}, {"axis", {{"format", *o.unit == '\0' ? ".0%" : "~s"}, {"tickCount", 6}}}};
  };
  const json colour = {{"field", "group"}, {"type", "nominal"}, {"title", nullptr}, {"scale", {{"range", {"#3b7dd8", "#e08a1e", "#1fa187", "#b65fcf", "#d1495b", "#7a8594"}}}}, {"legend", {{"orient", "top"}, {"labelLimit", 420}, {"columns", 2}}}};
  return {{"$schema", kVegaLite},
          {"width", "container"},
          {"height", 340},
          {"data", values(rows)},
          {"layer",
           {{{"transform", {{{"filter", "datum.front == 'on the front'"}}}},
             {"mark", {{"type", "line"}, {"opacity", 0.5}}},
             {"encoding", {{"x", axis("x", x)}, {"y", axis("y", y)}, {"color", colour}}}},
            {{"mark", {{"type", "point"}, {"filled", true}, {"size", 70}}},
             {"encoding",
              {{"x", axis("x", x)}, {"y", axis("y", y)}, {"color", colour},
               {"opacity", {{"condition", {{"test", "datum.front == 'on the front'"}, {"value", 1}}}, {"value", 0.28}}},
               {"tooltip", tooltip({{"target", "target"}, {"group", "ruler, memory"}, {"xs", x.name}, {"ys", y.name}, {"cycles", "cycles"}, {"utilisation", "utilisation"}, {"front", "Pareto"}})}}}}}}};
}

/// Builds the page's body.
class SweepPage {
 public:
  explicit SweepPage(const SweepReport& sweep) : records_(sweep.records), files_(sweep.files), name_(sweep.name), objectives_(objectives_of(records_)), contests_(contests_of(records_, objectives_)) {}

  std::string page() {
    PageParts parts;
    parts.title = "Sweep " + name_;
    parts.body = fmt::format(R"(<article class="experiment"><header class="lead"><p class="eyebrow">{} records, {} {}</p><h2>{}</h2><p class="lede">{}</p></header>)", records_.size(),
                             contests_.size(), contests_.size() == 1 ? "contest" : "contests", html(name_), html(lede()));
    for (const auto& model : models()) parts.body += of_model(model, parts);
    parts.body += "</article>";
    return page_of(parts);
  }

  std::string markdown_text() const {
    auto out = fmt::format("# Sweep {}\n\n{}\n", name_, lede());
    for (const auto& c : contests_) {
      out += fmt::format("\n## {}, {}{}\n\n| target | cycles |", markdown(c.model), markdown(c.ruler), c.memory.empty() ? "" : " behind " + markdown(c.memory));
      for (const auto& o : objectives_) out += fmt::format(" {} |", o.name);
      out += " utilisation |\n|";
      for (std::size_t i = 0; i < objectives_.size() + 3; ++i) out += "---|";
      out += "\n";
      for (const auto i : c.front) {
        const auto& r = records_[i];
        out += fmt::format("| {} | {} |", markdown(target_of(r)), cycles_of(r));
        for (const auto& o : objectives_) out += fmt::format(" {} |", shown(r, o));
        out += fmt::format(" {} |\n", utilisation_of(r));
      }
    }
    return out;
  }

 private:
  std::string lede() const {
    std::string names;
    for (const auto& o : objectives_) names += fmt::format("{}{}", names.empty() ? "" : &o == &objectives_.back() ? " and " : ", ", o.name);
    return fmt::format("A target is on the front when no other one of the same model, ruler and memory is at least as good in {}, and better in one of them. Energy and area are estimated.", names);
  }

  std::vector<std::string> models() const {
    std::vector<std::string> list;
    for (const auto& c : contests_) {
      if (std::ranges::find(list, c.model) == list.end()) list.push_back(c.model);
    }
    return list;
  }

  std::string of_model(const std::string& model, PageParts& parts) {
    const auto id = fmt::format("m{}", count_++);
    parts.navigation += fmt::format("<a href=\"#{}\">{}</a>", id, html(model));
    std::vector<const Contest*> mine;
    for (const auto& c : contests_) {
      if (c.model == model) mine.push_back(&c);
    }
    auto out = fmt::format("<section class=\"target\" id=\"{}\"><h3>{}</h3>", id, html(model));
    for (std::size_t y = 1; y < objectives_.size(); ++y) {
      const auto plot = fmt::format("plot-{}", parts.plots.size());
      const auto alt = fmt::format("Scatter plot of {} against {} of every target of {}; the table below names those on the front.", objectives_[y].name, objectives_[0].name, model);
      parts.plots.push_back({{"id", plot}, {"spec", scatter(records_, mine, objectives_[0], objectives_[y])}});
      out += fmt::format(R"(<figure><figcaption>{0} against {1}</figcaption><div class="plot" id="{2}" role="img" aria-label="{3}"><p class="wait">{3}</p></div></figure>)", objectives_[y].name,
                         objectives_[0].name, plot, html(alt));
    }
    for (const auto* c : mine) {
      const auto caption = fmt::format("{}{}", c->ruler, c->memory.empty() ? "" : ", " + c->memory);
      out += fmt::format("<h4>{}: {} of {} targets on the front</h4>", html(caption), c->front.size(), c->records.size()) + table(caption + ", front", c->front);
      out += fmt::format("<details class=\"data\"><summary>All {} targets</summary>{}</details>", c->records.size(), table(caption, c->records));
    }
    return out + "</section>";
  }

  std::string table(const std::string& caption, const std::vector<std::size_t>& rows) const {
    auto out = fmt::format(R"(<div class="scroll" tabindex="0" role="region" aria-label="{}"><table><thead><tr><th scope="col">Target</th><th scope="col">Cycles</th>)", html(caption));
    for (const auto& o : objectives_) out += fmt::format("<th scope=\"col\">{}</th>", o.name);
    out += "<th scope=\"col\">Utilisation</th><th scope=\"col\">Fidelity</th><th scope=\"col\">Record</th></tr></thead><tbody>";
    for (const auto i : rows) {
      const auto& r = records_[i];
      out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td>", html(target_of(r)), cycles_of(r));
      for (const auto& o : objectives_) out += fmt::format("<td>{}</td>", shown(r, o));
      const auto fidelity = r["fidelity"].get<std::string>();
      out += fmt::format("<td>{0}</td><td><span class=\"chip f-{1}\">{1}</span></td><td><a class=\"figure\" href=\"{2}\">{2}</a></td></tr>", utilisation_of(r), fidelity, html(files_[i]));
    }
    return out + "</tbody></table></div>";
  }

  Records records_;
  std::span<const std::string> files_;
  std::string name_;
  std::vector<Objective> objectives_;
  std::vector<Contest> contests_;
  int count_ = 0;
};

}  // namespace

Result<void> write_sweep_report(const std::filesystem::path& folder, const SweepReport& sweep) {
  if (auto ok = validate_all(sweep.records); !ok) return ok;
  SweepPage page(sweep);
  const auto csv_text = render_csv(sweep.records);
  if (!csv_text) return forward_error(csv_text);
  if (auto ok = write_atomically(folder / "records.csv", *csv_text); !ok) return ok;
  if (auto ok = write_atomically(folder / "report.md", page.markdown_text()); !ok) return ok;
  return write_atomically(folder / "report.html", page.page());
}

}  // namespace vernier::render
