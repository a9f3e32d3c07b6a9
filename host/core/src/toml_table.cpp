// SPDX-License-Identifier: Apache-2.0
#include "toml_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <vernier/core/files.hpp>

namespace vernier {
namespace {
std::optional<double> number_of(const toml::value& v) {
  if (v.is_floating()) return v.as_floating();
  if (v.is_integer()) return static_cast<double>(v.as_integer());
  return std::nullopt;
}
std::optional<std::int64_t> integer_of(const toml::value& v) { return v.is_integer() ? std::optional<std::int64_t>(v.as_integer()) : std::nullopt; }
std::optional<std::string> text_of(const toml::value& v) { return v.is_string() ? std::optional<std::string>(v.as_string().str) : std::nullopt; }

/// A list of what `convert` accepts, or one of them; nothing when an element is of another kind.
template <class T, class F>
std::optional<std::vector<T>> list_of(const toml::value& v, F convert) {
  std::vector<T> list;
  const auto append = [&](const toml::value& element) {
    const auto got = convert(element);
    if (got) list.push_back(*got);
    return got.has_value();
  };
  if (!v.is_array()) return append(v) ? std::optional(list) : std::nullopt;
  return std::ranges::all_of(v.as_array(), append) ? std::optional(list) : std::nullopt;
}
}  // namespace

Result<TomlTable> TomlTable::read(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return forward_error(text);
  const auto root = parse_toml(*text, file.string());
  if (!root) return forward_error(root);
  return TomlTable(file, "", root->as_table());
}

tl::unexpected<Error> TomlTable::bad(const std::string& key, const std::string& what) const {
  return fail(ErrorCode::kInvalidInput, fmt::format("key '{}{}' {}", prefix_, key, what), file_.string());
}

const toml::value* TomlTable::find(const std::string& key) const {
  const auto it = table_.find(key);
  return it == table_.end() ? nullptr : &it->second;
}

Result<std::optional<std::string>> TomlTable::text(const std::string& key) const {
  const auto* v = find(key);
  if (!v) return std::nullopt;
  if (!v->is_string()) return bad(key, "is not a string");
  return text_of(*v);
}

Result<std::string> TomlTable::required_text(const std::string& key) const {
  const auto got = text(key);
  if (!got) return forward_error(got);
  if (!*got) return bad(key, "is missing");
  return **got;
}

Result<std::optional<bool>> TomlTable::boolean(const std::string& key) const {
  const auto* v = find(key);
  if (!v) return std::nullopt;
  if (!v->is_boolean()) return bad(key, "is neither true nor false");
  return v->as_boolean();
}

Result<std::optional<std::vector<double>>> TomlTable::numbers(const std::string& key) const {
  const auto* v = find(key);
  if (!v) return std::nullopt;
  auto list = list_of<double>(*v, number_of);
  if (!list) return bad(key, "is not a number or a list of numbers");
  return list;
}

Result<std::optional<std::vector<std::int64_t>>> TomlTable::integers(const std::string& key) const {
  const auto* v = find(key);
  if (!v) return std::nullopt;
  auto list = list_of<std::int64_t>(*v, integer_of);
  if (!list) return bad(key, "is not an integer or a list of integers");
  return list;
}

Result<std::optional<std::vector<std::string>>> TomlTable::texts(const std::string& key) const {
  const auto* v = find(key);
  if (!v) return std::nullopt;
  auto list = list_of<std::string>(*v, text_of);
  if (!list) return bad(key, "is not a string or a list of strings");
  return list;
}

Result<std::optional<TomlTable>> TomlTable::table(const std::string& key) const {
  const auto* v = find(key);
  if (!v) return std::nullopt;
  if (!v->is_table()) return bad(key, "is not a table");
  return TomlTable(file_, prefix_ + key + ".", v->as_table());
}

std::vector<std::string> TomlTable::keys() const {
  std::vector<std::string> names;
  for (const auto& [key, value] : table_) names.push_back(key);
  std::ranges::sort(names);
  return names;
}

Result<void> TomlTable::allow(std::span<const std::string_view> known) const {
  for (const auto& key : keys()) {
    if (std::ranges::find(known, key) == known.end()) return bad(key, fmt::format("is not known; keys are {}", fmt::join(known, ", ")));
  }
  return {};
}

Result<std::optional<std::filesystem::path>> TomlTable::file(const std::string& key) const {
  const auto name = text(key);
  if (!name) return forward_error(name);
  if (!*name) return std::nullopt;
  auto path = file_.parent_path() / **name;
  if (!std::filesystem::is_regular_file(path)) return bad(key, fmt::format("names {}, which is not a file", path.string()));
  return path;
}

}  // namespace vernier
