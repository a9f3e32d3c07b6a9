// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <vernier/cpu/rapl.hpp>

using namespace vernier;
namespace fs = std::filesystem;

namespace {

/// A powercap tree with two packages and a zone inside one of them.
class Tree {
 public:
  Tree() : root_(fs::temp_directory_path() / ("powercap-" + std::to_string(::getpid()))) {
    zone("intel-rapl:0", "package-0", 1'000'000);
    zone("intel-rapl:1", "package-1", 5'000'000);
    zone("intel-rapl:0:0", "core", 77);
  }
  ~Tree() { fs::remove_all(root_); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  void set(const char* name, std::uint64_t uj) const { std::ofstream(root_ / name / "energy_uj") << uj; }
  [[nodiscard]] const fs::path& root() const { return root_; }

 private:
  void zone(const char* folder, const char* name, std::uint64_t uj) const {
    fs::create_directories(root_ / folder);
    std::ofstream(root_ / folder / "name") << name << "\n";
    std::ofstream(root_ / folder / "max_energy_range_uj") << 6'000'000;
    set(folder, uj);
  }
  fs::path root_;
};

}  // namespace

TEST_CASE("Package energy adds up over packages and over a counter that wraps", "[cpu]") {
  const Tree tree;
  auto rapl = cpu::Rapl::open(tree.root());
  REQUIRE(rapl);
  CHECK(rapl->joules() == 0.0);
  tree.set("intel-rapl:0", 1'500'000);
  tree.set("intel-rapl:1", 5'250'000);
  tree.set("intel-rapl:0:0", 4'000'000);  // cores are part of their package
  CHECK(*rapl->joules() == Approx(0.75));
  tree.set("intel-rapl:1", 250'000);
  CHECK(*rapl->joules() == Approx(1.75));
}

TEST_CASE("A machine without energy counters says so instead of zero joules", "[cpu]") {
  const auto none = cpu::Rapl::open("/no/powercap");
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::kUnavailable);
  const Tree tree;
  fs::remove(tree.root() / "intel-rapl:1" / "energy_uj");
  const auto unreadable = cpu::Rapl::open(tree.root());
  REQUIRE_FALSE(unreadable);
  CHECK(unreadable.error().where.find("intel-rapl:1") != std::string::npos);
}
