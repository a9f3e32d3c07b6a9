// SPDX-License-Identifier: Apache-2.0
#include "grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include <vernier/core/files.hpp>
#include <vernier/core/toml.hpp>
#include <vernier/program/target.hpp>

namespace vernier::sweep {
namespace {
namespace fs = std::filesystem;

using Keys = std::map<std::string, std::string>;

Result<Keys> keys_of(const fs::path& base) {
  if (const auto target = program::load_target(base); !target) return forward_error(target);
  const auto text = read_text(base);
  if (!text) return forward_error(text);
  const auto parsed = parse_toml(*text, base.string());
  if (!parsed) return forward_error(parsed);
  Keys keys;
  for (const auto& [key, value] : parsed->as_table()) keys[key] = toml_text(value);
  return keys;
}

/// Letters, digits and what a file name may hold besides.
std::string plain(const std::string& value) {
  std::string text;
  std::ranges::copy_if(value, std::back_inserter(text), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_'; });
  return text;
}

Result<fs::path> write_target(const fs::path& folder, const std::string& name, const Keys& keys) {
  std::string text;
  for (const auto& [key, value] : keys) text += fmt::format("{} = {}\n", key, value);
  const auto file = folder / (name + ".toml");
  if (const auto present = read_text(file); !present || *present != text) {
    if (auto ok = write_atomically(file, text); !ok) return forward_error(ok);
  }
  if (const auto target = program::load_target(file); !target) return forward_error(target);
  return file;
}

}  // namespace

Result<std::vector<fs::path>> write_grid(const fs::path& base, const std::vector<Axis>& axes, const fs::path& folder) {
  auto keys = keys_of(base);
  if (!keys) return forward_error(keys);
  std::vector<fs::path> files;
  std::vector<std::size_t> at(axes.size(), 0);
  for (;;) {
    std::string name = base.stem().string();
    for (std::size_t a = 0; a < axes.size(); ++a) {
      const auto& value = axes[a].values[at[a]];
      (*keys)[axes[a].key] = value;
      if (axes[a].values.size() > 1) name += fmt::format("-{}{}", axes[a].key, plain(value));
    }
    auto file = write_target(folder, name, *keys);
    if (!file) return forward_error(file);
    files.push_back(std::move(*file));
    std::size_t a = axes.size();
    while (a > 0 && ++at[a - 1] == axes[a - 1].values.size()) at[--a] = 0;
    if (a == 0) return files;
  }
}

}  // namespace vernier::sweep
