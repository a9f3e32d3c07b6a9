// SPDX-License-Identifier: Apache-2.0
#include <vernier/sweep/plan.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>
#include <vernier/core/toml.hpp>

#include "grid.hpp"

namespace vernier::sweep {
namespace {
namespace fs = std::filesystem;

constexpr const char* kKeys[] = {"name", "models", "targets", "memories", "rulers", "samples", "seed", "options", "grid"};

/// Reads the keys of one sweep file.
class Reader {
 public:
  Reader(fs::path file, const toml::table& table) : file_(std::move(file)), table_(table) {}

  Result<std::vector<std::string>> names(const std::string& key, bool required) const {
    const auto it = table_.find(key);
    if (it == table_.end()) {
      if (required) return error(key, "the key is missing");
      return std::vector<std::string>{};
    }
    std::vector<std::string> list;
    if (!it->second.is_array()) return error(key, "must be a list of strings");
    for (const auto& v : it->second.as_array()) {
      if (!v.is_string()) return error(key, fmt::format("must be a list of strings, has {}", toml_text(v)));
      list.push_back(v.as_string().str);
    }
    if (list.empty()) return error(key, "is an empty list");
    return list;
  }

  Result<std::int64_t> integer(const std::string& key, std::int64_t missing) const {
    const auto it = table_.find(key);
    if (it == table_.end()) return missing;
    if (!it->second.is_integer() || it->second.as_integer() < 0) return error(key, "must be an integer, 0 or more");
    return it->second.as_integer();
  }

  Result<std::vector<fs::path>> grid(const fs::path& folder) const {
    const auto it = table_.find("grid");
    if (it == table_.end()) return std::vector<fs::path>{};
    if (!it->second.is_table()) return error("grid", "must be a table");
    std::optional<fs::path> base;
    std::vector<Axis> axes;
    for (const auto& [key, value] : it->second.as_table()) {
      if (key == "base") {
        if (!value.is_string()) return error("grid.base", "must be the name or file of a target");
        base = target_file(value.as_string().str);
        continue;
      }
      Axis axis{key, {}};
      if (value.is_array()) {
        for (const auto& v : value.as_array()) axis.values.push_back(toml_text(v));
      } else {
        axis.values.push_back(toml_text(value));
      }
      if (axis.values.empty()) return error("grid." + key, "is an empty list");
      axes.push_back(std::move(axis));
    }
    if (!base) return error("grid.base", "the key is missing");
    std::ranges::sort(axes, {}, &Axis::key);  // the parser keeps no order
    return write_grid(*base, axes, folder / "targets");
  }

  /// A file beside the sweep file where there is one, else the name as it is.
  std::string beside(const std::string& name) const {
    const auto file = file_.parent_path() / name;
    return fs::exists(file) && !fs::is_directory(file) ? fs::absolute(file).lexically_normal().string() : name;
  }
  fs::path target_file(const std::string& name) const {
    const fs::path file = beside(name);
    return file.extension() == ".toml" ? file : home() / "rtl/targets" / (name + ".toml");
  }
  tl::unexpected<Error> error(const std::string& key, const std::string& what) const { return fail(ErrorCode::kInvalidInput, what, file_.string() + ": " + key); }

 private:
  fs::path file_;
  const toml::table& table_;
};

std::string hash_of(const nlohmann::json& facts) {
  const auto text = facts.dump();
  return sha256_hex(std::as_bytes(std::span(text.data(), text.size()))).substr(0, 16);
}

/// What a file holds, or the name of what is no file.
std::string content(const std::string& name) {
  const auto text = fs::exists(name) ? read_bytes(name) : fail(ErrorCode::kIo, "", "");
  return text ? sha256_hex(*text) : name;
}

}  // namespace

Result<Plan> read_plan(const fs::path& file, const fs::path& folder) {
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  const auto parsed = parse_toml(*text, file.string());
  if (!parsed) return forward_error(parsed);
  const auto& table = parsed->as_table();
  const Reader reader(file, table);
  const std::set<std::string> known(std::begin(kKeys), std::end(kKeys));
  for (const auto& [key, value] : table) {
    if (!known.contains(key)) return reader.error(key, fmt::format("the key is unknown; there are {}", fmt::join(kKeys, ", ")));
  }
  const auto models = reader.names("models", true);
  auto targets = reader.names("targets", false);
  const auto memories = reader.names("memories", false), rulers = reader.names("rulers", true), options = reader.names("options", false);
  const auto samples = reader.integer("samples", 1), seed = reader.integer("seed", 1);
  const auto name = table.find("name");
  if (!models) return forward_error(models);
  if (!targets) return forward_error(targets);
  if (!memories) return forward_error(memories);
  if (!rulers) return forward_error(rulers);
  if (!options) return forward_error(options);
  if (!samples) return forward_error(samples);
  if (!seed) return forward_error(seed);
  if (name != table.end() && !name->second.is_string()) return reader.error("name", "must be a string");
  const auto grid = reader.grid(folder);
  if (!grid) return forward_error(grid);
  for (auto& t : *targets) t = reader.target_file(t).string();
  for (const auto& g : *grid) targets->push_back(g.string());
  if (targets->empty()) return reader.error("targets", "the key is missing, and there is no [grid]");

  Plan plan;
  plan.name = name != table.end() ? name->second.as_string().str : file.stem().string();
  plan.options = {"--samples", std::to_string(*samples), "--seed", std::to_string(*seed)};
  plan.options.insert(plan.options.end(), options->begin(), options->end());
  std::set<std::string> ids;
  for (const auto& m : *models) {
    for (const auto& t : *targets) {
      for (const auto& memory : memories->empty() ? std::vector<std::string>{""} : *memories) {
        for (const auto& ruler : *rulers) {
          Point p{"", reader.beside(m), t, memory, ruler};
          p.id = hash_of({{"model", content(p.model)}, {"target", {fs::path(t).stem().string(), content(t)}}, {"memory", memory}, {"ruler", ruler}, {"options", plan.options}});
          if (ids.insert(p.id).second) plan.points.push_back(std::move(p));
        }
      }
    }
  }
  return plan;
}

}  // namespace vernier::sweep
