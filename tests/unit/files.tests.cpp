// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/files.hpp>

#include <catch2/catch.hpp>
#include <filesystem>
#include <unistd.h>

using namespace vernier;
namespace fs = std::filesystem;

namespace {
fs::path scratch(const char* name) {
  const auto dir = fs::temp_directory_path() / ("vernier-files-" + std::string(name) + "-" + std::to_string(::getpid()));
  fs::remove_all(dir);
  fs::create_directories(dir);
  return dir;
}
}  // namespace

TEST_CASE("An atomic write leaves the file and nothing else", "[files]") {
  const auto dir = scratch("atomic");
  REQUIRE(write_atomically(dir / "a.json", "one"));
  REQUIRE(write_atomically(dir / "a.json", "two"));
  CHECK(read_text(dir / "a.json").value() == "two");
  CHECK(std::distance(fs::directory_iterator(dir), fs::directory_iterator{}) == 1);
  fs::remove_all(dir);
}

TEST_CASE("A full disk is an input-output error that names the file", "[files]") {
  const auto r = write_atomically("/dev/full", "text");
  REQUIRE_FALSE(r);
  CHECK(r.error().code == ErrorCode::kIo);
  CHECK(r.error().where == "/dev/full");
}

TEST_CASE("Writing into a folder that does not exist is an input-output error", "[files]") {
  const auto r = write_atomically("/nonexistent-folder/file", "text");
  REQUIRE_FALSE(r);
  CHECK(r.error().code == ErrorCode::kIo);
}

TEST_CASE("A tensor survives the way through an npy file", "[files]") {
  const auto dir = scratch("npy");
  Tensor t(DType::kInt8, {2, 3, 4});
  for (std::size_t i = 0; i < 24; ++i) t.as<std::int8_t>()[i] = static_cast<std::int8_t>(i * 11);
  REQUIRE(write_npy(dir / "t.npy", t));
  CHECK(read_npy(dir / "t.npy").value() == t);
  fs::remove_all(dir);
}

TEST_CASE("Damaged npy files are refused with the file named", "[files]") {
  const auto dir = scratch("bad-npy");
  Tensor t(DType::kFloat32, {8});
  REQUIRE(write_npy(dir / "t.npy", t));
  const auto whole = read_text(dir / "t.npy").value();
  for (std::size_t n = 0; n < whole.size(); ++n) {
    REQUIRE(write_atomically(dir / "cut.npy", whole.substr(0, n)));
    const auto r = read_npy(dir / "cut.npy");
    REQUIRE_FALSE(r);
    CHECK(r.error().code == ErrorCode::kInvalidInput);
    CHECK(r.error().where == (dir / "cut.npy").string());
  }
  fs::remove_all(dir);
}

TEST_CASE("SHA-256 of a known message", "[files]") {
  const std::string abc = "abc";  // FIPS 180-4 example
  CHECK(sha256_hex(std::as_bytes(std::span(abc.data(), abc.size()))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
