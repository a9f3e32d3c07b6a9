// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <vernier/render/diff.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include "experiment.hpp"
#include "format.hpp"

namespace vernier::render {
namespace {

using nlohmann::json;
using Leaves = std::map<std::string, json>;

/// Name of a list element: its own where it has one, so that an inserted layer does not shift the others.
std::string element_name(const json& list, std::size_t index) {
  const auto name_of = [](const json& e) {
    return e.is_object() && e.contains("name") ? e["name"].get<std::string>() : std::string();
  };
  const auto name = name_of(list[index]);
  if (name.empty()) return std::to_string(index);
  std::size_t before = 0;
  for (std::size_t i = 0; i < index; ++i) before += name_of(list[i]) == name;
  return before == 0 ? name : fmt::format("{}#{}", name, before + 1);
}

void flatten(const json& value, const std::string& path, Leaves& out) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) flatten(inner, path.empty() ? key : path + "." + key, out);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) flatten(value[i], path + "." + element_name(value, i), out);
  } else {
    out[path] = value;
  }
}

/// Energy terms are told apart by unit and event; a list index says nothing.
json with_named_terms(json record) {
  if (record.contains("energy") && record["energy"].is_object()) {
    for (auto& t : record["energy"]["terms"])
      t["name"] = fmt::format("{}/{}", t["unit"].get<std::string>(), t["event"].get<std::string>());
  }
  return record;
}

std::optional<double> number(const Leaves& leaves, const std::string& path) {
  const auto at = leaves.find(path);
  if (at == leaves.end() || !at->second.is_number()) return std::nullopt;
  return at->second.get<double>();
}

std::string text(const Leaves& leaves, const std::string& path) {
  const auto at = leaves.find(path);
  if (at == leaves.end()) return "(absent)";
  return at->second.is_string() ? at->second.get<std::string>() : at->second.dump();
}

bool is_figure(const Leaves& a, const Leaves& b, const std::string& path) {
  if (path == "schema_version" || path == "seed" || path.starts_with("environment.")) return false;
  return number(a, path).has_value() || number(b, path).has_value();
}

}  // namespace

std::optional<double> FigureChange::relative() const {
  if (!a || !b) return std::nullopt;
  if (*a == *b) return 0.0;
  if (*a == 0) return std::nullopt;
  return (*b - *a) / std::abs(*a);
}

Result<RecordDiff> diff(const json& a, const json& b) {
  const std::array both{a, b};
  if (auto r = validate_all(both); !r) return forward_error(r);
  Leaves left, right;
  flatten(with_named_terms(a), "", left);
  flatten(with_named_terms(b), "", right);
  Leaves all = left;
  all.insert(right.begin(), right.end());
  RecordDiff out;
  for (const auto& [path, value] : all) {
    if (path.starts_with("why.")) continue;  // reasons of nulls, not facts of the run
    if (is_figure(left, right, path)) {
      out.figures.push_back({path, number(left, path), number(right, path)});
    } else if (text(left, path) != text(right, path)) {
      out.texts.push_back({path, text(left, path), text(right, path)});
    }
  }
  return out;
}

std::string to_text(const RecordDiff& d) {
  std::vector<const FigureChange*> changed;
  std::size_t equal = 0;
  for (const auto& f : d.figures) {
    if (f.a == f.b) {
      ++equal;
    } else {
      changed.push_back(&f);
    }
  }
  const auto size = [](const FigureChange* f) { return std::abs(f->relative().value_or(1e300)); };
  std::stable_sort(changed.begin(), changed.end(), [&](const auto* x, const auto* y) { return size(x) > size(y); });
  const auto shown = [](const std::optional<double>& v) {
    return v ? fmt::format("{:.6g}", *v) : std::string("absent");
  };
  std::size_t widest = 6;
  for (const auto* f : changed) widest = std::max(widest, width(f->path));
  std::string out = fmt::format("{:<{}}  {:>14}  {:>14}  {:>10}\n", "figure", widest, "a", "b", "change");
  for (const auto* f : changed) {
    const auto relative = f->relative();
    out +=
        f->path + std::string(widest - width(f->path), ' ') +
        fmt::format("  {:>14}  {:>14}  {:>10}\n", shown(f->a), shown(f->b), relative ? signed_percent(*relative) : "-");
  }
  for (const auto& t : d.texts) out += fmt::format("{}: {} -> {}\n", t.path, t.a, t.b);
  return out +
         fmt::format("{} figures equal, {} differ; {} other keys differ\n", equal, changed.size(), d.texts.size());
}

}  // namespace vernier::render
