// SPDX-License-Identifier: Apache-2.0
// Packs kernels for the tests.
//
// usage: hwemu_pack vadd FOLDER UNITS X.xclbin [argument=BANK | Name=Value | waves]...
//        hwemu_pack npu TARGET.toml X.xclbin
#include <cstdio>
#include <cstdlib>
#include <string>

#include <vernier/package/pack.hpp>

namespace {

using namespace vernier;

int done(const Result<void>& result) {
  if (result) return 0;
  std::fprintf(stderr, "%s\n", to_string(result.error()).c_str());
  return static_cast<int>(result.error().code);
}

int pack_vadd(int argc, char** argv) {
  package::PackOptions options;
  options.xclbin = argv[4];
  package::KernelSource source;
  source.folder = argv[2];
  for (int i = 1; i <= std::atoi(argv[3]); ++i) source.units.push_back("vadd_" + std::to_string(i));
  for (int i = 5; i < argc; ++i) {
    const std::string word = argv[i];
    const auto equals = word.find('=');
    if (word == "waves") options.waves = true;
    else if (word.starts_with("board=")) options.board = word.substr(equals + 1);
    else if (word.find('[') != std::string::npos) options.banks[word.substr(0, equals)] = word.substr(equals + 1);
    else source.parameters.push_back(word);
  }
  options.kernels.push_back(source);
  return done(package::pack_kernel(options));
}

int pack_npu(char** argv) {
  const auto target = program::load_target(argv[2]);
  if (!target) return done(forward_error(target));
  return done(package::pack_kernel(package::npu_options(*target, argv[3])));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "vadd" && argc >= 5) return pack_vadd(argc, argv);
  if (what == "npu" && argc == 4) return pack_npu(argv);
  return 2;
}
