// SPDX-License-Identifier: Apache-2.0
#include <vernier/core/dataset.hpp>
#include <vernier/core/files.hpp>
#include <vernier/core/model_card.hpp>

#include <catch2/catch.hpp>
#include <filesystem>
#include <unistd.h>
#include <zlib.h>

using namespace vernier;
namespace fs = std::filesystem;

namespace {

/// A folder of two RGB samples of 1x2 pixels, gone at the end.
class Folder {
 public:
  explicit Folder(const std::string& name) : dir_(fs::temp_directory_path() / ("vernier-dataset-" + name + "-" + std::to_string(::getpid()))) {
    fs::remove_all(dir_);
    fs::create_directories(dir_);
    Tensor x(DType::kUint8, {2, 3, 1, 2});
    for (std::size_t i = 0; i < 12; ++i) x.as<std::uint8_t>()[i] = static_cast<std::uint8_t>(20 * i);
    Tensor y(DType::kInt64, {2});
    y.as<std::int64_t>()[0] = 1;
    REQUIRE(write_npy(dir_ / "x.npy", x));
    REQUIRE(write_npy(dir_ / "y.npy", y));
  }
  ~Folder() { fs::remove_all(dir_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] Result<Dataset> load(const std::string& text) const {
    REQUIRE(write_atomically(dir_ / "set.toml", text));
    return load_dataset(dir_ / "set.toml");
  }
  [[nodiscard]] const fs::path& path() const { return dir_; }

 private:
  fs::path dir_;
};

const std::string kWhole = "inputs = 'x.npy'\nlabels = 'y.npy'\nlayout = 'NCHW'\nlicence = 'none'\norigin = 'made here'\nclasses = ['cat', 'dog']\nsamples = 2\n";

void gzip(const fs::path& file, const std::string& bytes) {
  const gzFile out = gzopen(file.c_str(), "wb");
  REQUIRE(out);
  REQUIRE(gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size())) == static_cast<int>(bytes.size()));
  REQUIRE(gzclose(out) == Z_OK);
}

std::string text_of(std::initializer_list<int> bytes) {
  std::string s;
  for (const int b : bytes) s += static_cast<char>(b);
  return s;
}

}  // namespace

TEST_CASE("A data set gives samples in its own type and in the forms it describes", "[dataset]") {
  const Folder folder("forms");
  const auto set = folder.load(kWhole + "[input.float32]\nscale = 0.5\noffset = [-1, -2, -3.5]\nreverse_channels = true\n[input.int8]\noffset = -128\n");
  INFO((set ? "" : to_string(set.error())));
  REQUIRE(set);
  CHECK(set->size() == 2);
  CHECK(set->labels == std::vector<std::int64_t>{1, 0});
  CHECK(set->classes.at(1) == "dog");

  const auto raw = set->sample(1, DType::kUint8);
  REQUIRE(raw);
  CHECK(raw->shape() == Shape{1, 3, 1, 2});
  CHECK(raw->as<std::uint8_t>()[0] == 120);

  const auto real = set->sample(0, DType::kFloat32);  // stored R 0 20, G 40 60, B 80 100
  REQUIRE(real);
  const std::vector<float> want{39, 49, 18, 28, -3.5F, 6.5F};
  CHECK(std::vector<float>(real->as<float>().begin(), real->as<float>().end()) == want);

  const auto shifted = set->sample(1, DType::kInt8);
  REQUIRE(shifted);
  CHECK(shifted->as<std::int8_t>()[0] == -8);
  CHECK(shifted->as<std::int8_t>()[5] == 92);
}

TEST_CASE("A sample that does not fit the model's type is refused and not clipped", "[dataset]") {
  const Folder folder("misfit");
  const auto set = folder.load(kWhole + "[input.int8]\nscale = 1\n");
  REQUIRE(set);
  CHECK(set->sample(0, DType::kInt8));
  const auto r = set->sample(1, DType::kInt8);  // holds 140
  REQUIRE_FALSE(r);
  CHECK(r.error().what.find("140") != std::string::npos);
  CHECK_FALSE(set->sample(0, DType::kFloat32));
  CHECK_FALSE(set->sample(2, DType::kUint8));
  CHECK_FALSE(set->sample(-1, DType::kUint8));
}

TEST_CASE("Pixels stored with channels last are turned when read", "[dataset]") {
  const Folder folder("nhwc");
  Tensor x(DType::kUint8, {1, 1, 2, 3});
  for (std::size_t i = 0; i < 6; ++i) x.as<std::uint8_t>()[i] = static_cast<std::uint8_t>(i);
  REQUIRE(write_npy(folder.path() / "last.npy", x));
  const auto set = folder.load("inputs = 'last.npy'\nlayout = 'NHWC'\nlicence = ''\norigin = ''\n");
  REQUIRE(set);
  const auto s = set->sample(0, DType::kUint8);
  REQUIRE(s);
  CHECK(s->shape() == Shape{1, 3, 1, 2});
  const std::vector<std::uint8_t> want{0, 3, 1, 4, 2, 5};
  CHECK(std::vector<std::uint8_t>(s->as<std::uint8_t>().begin(), s->as<std::uint8_t>().end()) == want);
}

TEST_CASE("Every fault of a data set file names file and key", "[dataset]") {
  const Folder folder("faults");
  struct Fault {
    std::string text, key;
  };
  const std::string tail = "licence = ''\norigin = ''\n";
  const std::vector<Fault> faults{
      {"layout = 'NCHW'\n" + tail, "inputs"},
      {"inputs = 'gone.npy'\nlayout = 'NCHW'\n" + tail, "inputs"},
      {"inputs = 3\nlayout = 'NCHW'\n" + tail, "inputs"},
      {"inputs = 'x.npy'\n" + tail, "layout"},
      {"inputs = 'x.npy'\nlayout = 'CHW'\n" + tail, "layout"},
      {"inputs = 'y.npy'\nlayout = 'NCHW'\n" + tail, "layout"},
      {"inputs = 'x.npy'\nlayout = 'NCHW'\norigin = ''\n", "licence"},
      {"inputs = 'x.npy'\nlayout = 'NCHW'\nlicence = ''\n", "origin"},
      {"inputs = 'x.npy'\nlayout = 'NCHW'\nsamples = 3\n" + tail, "samples"},
      {"inputs = 'x.npy'\nlayout = 'NCHW'\nshape = [7]\n" + tail, "shape"},
      {"inputs = 'x.npy'\nlayout = 'NCHW'\nshape = [-6, -1]\n" + tail, "shape"},
      {"inputs = 'x.npy'\nlayout = 'NCHW'\ncolour = 1\n" + tail, "colour"},
      {"inputs = 'x.npy'\nlayout = 'NCHW'\nlabels = 'y.npy'\nclasses = ['one']\n" + tail, "labels"},
      {"inputs = 'x.npy'\nlayout = 'NCHW'\nclasses = [1]\n" + tail, "classes"},
      {"inputs = 'x.npy'\nlayout = 'NCHW'\ninput = 1\n" + tail, "input"},
      {"inputs = 'x.npy'\nlayout = 'NCHW'\n" + tail + "[input.int4]\nscale = 1\n", "input.int4"},
      {"inputs = 'x.npy'\nlayout = 'NCHW'\n" + tail + "[input.int8]\nscale = [1, 2]\n", "input.int8.scale"},
      {"inputs = 'x.npy'\nlayout = 'NCHW'\n" + tail + "[input.int8]\noffset = nan\n", "input.int8.offset"},
      {"inputs = 'x.npy'\nlayout = 'NCHW'\n" + tail + "[input.int8]\nreverse_channels = 1\n", "input.int8.reverse_channels"}};
  for (const auto& [text, key] : faults) {
    CAPTURE(text);
    const auto r = folder.load(text);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == ErrorCode::kInvalidInput);
    CHECK(r.error().where == (folder.path() / "set.toml").string());
    CHECK(r.error().what.find("'" + key + "'") != std::string::npos);
  }
  const auto syntax = folder.load("inputs = [");
  REQUIRE_FALSE(syntax);
  CHECK(syntax.error().code == ErrorCode::kInvalidInput);
  Tensor three(DType::kInt32, {3});
  REQUIRE(write_npy(folder.path() / "three.npy", three));
  const auto labels = folder.load("inputs = 'x.npy'\nlayout = 'NCHW'\nlabels = 'three.npy'\n" + tail);
  REQUIRE_FALSE(labels);
  CHECK(labels.error().where == (folder.path() / "three.npy").string());
}

TEST_CASE("An array alone is a data set without labels", "[dataset]") {
  const Folder folder("alone");
  const auto set = load_dataset(folder.path() / "x.npy");
  REQUIRE(set);
  CHECK(set->size() == 2);
  CHECK(set->labels.empty());
}

TEST_CASE("IDX files are read plain and gzipped and big-endian", "[dataset][idx]") {
  const Folder folder("idx");
  const auto pixels = text_of({0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 250, 251, 252});
  REQUIRE(write_atomically(folder.path() / "a-idx2-ubyte", pixels));
  gzip(folder.path() / "a-idx2-ubyte.gz", pixels);
  for (const char* name : {"a-idx2-ubyte", "a-idx2-ubyte.gz"}) {
    const auto t = read_idx(folder.path() / name);
    REQUIRE(t);
    CHECK(t->shape() == Shape{2, 3});
    CHECK(t->as<std::uint8_t>()[3] == 250);
  }
  REQUIRE(write_atomically(folder.path() / "wide", text_of({0, 0, 0x0B, 1, 0, 0, 0, 2, 1, 2, 0xFF, 0xFE})));
  const auto wide = read_idx(folder.path() / "wide");
  REQUIRE(wide);
  CHECK(wide->as<std::int16_t>()[0] == 258);
  CHECK(wide->as<std::int16_t>()[1] == -2);
}

TEST_CASE("Damaged IDX files are refused with the file named", "[dataset][idx]") {
  const Folder folder("bad-idx");
  const auto whole = text_of({0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9});
  const auto refuse = [&folder](const std::string& bytes) {
    const auto file = folder.path() / "bad";
    REQUIRE(write_atomically(file, bytes));
    const auto r = read_idx(file);
    REQUIRE_FALSE(r);
    CHECK(r.error().where == file.string());
  };
  for (std::size_t n = 0; n < whole.size(); ++n) refuse(whole.substr(0, n));
  refuse(whole + "x");
  refuse(text_of({1, 0, 8, 1, 0, 0, 0, 0}));
  refuse(text_of({0, 0, 7, 1, 0, 0, 0, 0}));
  refuse(text_of({0, 0, 8, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}));  // claims 2^64 bytes
  CHECK_FALSE(read_idx(folder.path() / "absent"));
}

TEST_CASE("A model card names its files and refuses unknown and missing keys", "[dataset]") {
  const Folder folder("card");
  REQUIRE(write_atomically(folder.path() / "m.onnx", "model"));
  const auto load = [&folder](const std::string& text) {
    REQUIRE(write_atomically(folder.path() / "m.toml", text));
    return load_model_card(folder.path() / "m.toml");
  };
  const std::string whole = "name = 'm'\ndescription = 'd'\nmodel = 'm.onnx'\nlicence = 'l'\norigin = 'o'\n";
  const auto card = load(whole);
  REQUIRE(card);
  CHECK(card->model == folder.path() / "m.onnx");
  CHECK(card->data.empty());
  CHECK_FALSE(load(whole + "data = 'gone.toml'\n"));
  CHECK_FALSE(load(whole + "extra = 1\n"));
  CHECK_FALSE(load("name = 'm'\ndescription = 'd'\nlicence = 'l'\norigin = 'o'\n"));
  CHECK_FALSE(load("description = 'd'\nmodel = 'm.onnx'\nlicence = 'l'\norigin = 'o'\n"));
}

TEST_CASE("The MNIST test set is read from its gzipped IDX files", "[dataset][data]") {
  const fs::path folder = VERNIER_SOURCE_DIR "/../shared/data/sets/mnist";
  if (!fs::exists(folder)) {
    std::puts("skipped: MNIST is not on this machine");
    return;
  }
  const auto images = read_idx(folder / "t10k-images-idx3-ubyte.gz");
  REQUIRE(images);
  CHECK(images->shape() == Shape{10000, 28, 28});
  const auto labels = read_idx(folder / "t10k-labels-idx1-ubyte.gz");
  REQUIRE(labels);
  CHECK(labels->shape() == Shape{10000});
  CHECK(std::ranges::count(labels->as<std::uint8_t>(), 0) == 980);  // published count of zeros
}
