// SPDX-License-Identifier: Apache-2.0
#include <vernier/cpu/rapl.hpp>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

namespace vernier::cpu {
namespace {
namespace fs = std::filesystem;

std::optional<std::uint64_t> number_in(const fs::path& file) {
  std::ifstream in(file);
  std::uint64_t value = 0;
  if (!(in >> value)) return std::nullopt;
  return value;
}

}  // namespace

Result<Rapl> Rapl::open(const fs::path& root) {
  Rapl rapl;
  std::error_code ec;
  for (const auto& zone : fs::directory_iterator(root, ec)) {
    std::ifstream in(zone.path() / "name");
    std::string name;
    if (!(in >> name) || !name.starts_with("package")) continue;
    Package package{zone.path() / "energy_uj", 0, 0};
    const auto range = number_in(zone.path() / "max_energy_range_uj");
    const auto now = number_in(package.counter);
    if (!now || !range) return fail(ErrorCode::kUnavailable, "may not be read", package.counter.string());
    package.range_uj = *range;
    package.last_uj = *now;
    rapl.packages_.push_back(std::move(package));
  }
  if (rapl.packages_.empty()) return fail(ErrorCode::kUnavailable, "shows no processor package: no energy counters on this machine", root.string());
  std::ranges::sort(rapl.packages_, {}, &Package::counter);
  return rapl;
}

Result<double> Rapl::joules() {
  for (auto& package : packages_) {
    const auto now = number_in(package.counter);
    if (!now) return fail(ErrorCode::kUnavailable, "can no longer be read", package.counter.string());
    total_uj_ += *now >= package.last_uj ? *now - package.last_uj : *now + package.range_uj - package.last_uj;
    package.last_uj = *now;
  }
  return 1e-6 * static_cast<double>(total_uj_);
}

}  // namespace vernier::cpu
