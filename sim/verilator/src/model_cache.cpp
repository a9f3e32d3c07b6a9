// SPDX-License-Identifier: Apache-2.0
#include <vernier/verilator/model_cache.hpp>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <vernier/core/file_lock.hpp>
#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>
#include <vernier/package/verilated.hpp>

namespace vernier::verilator {
namespace {
namespace fs = std::filesystem;

std::vector<fs::path> sources() {
  std::vector<fs::path> files;
  for (const char* folder : {"rtl/prim", "rtl/core", "rtl/top"}) {
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(home() / folder, ec)) {
      const auto ext = entry.path().extension();
      if (ext == ".sv" || ext == ".svh") files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  for (const char* file : {"rtl/lint/vernier.vlt", "sim/verilator/plugin/model_api.h",
                           "sim/verilator/plugin/model_plugin.cpp", "sim/verilator/plugin/backdoor.vlt", "sim/verilator/build_model.sh"}) {
    files.push_back(home() / file);
  }
  files.emplace_back(VERNIER_SPEC_SV);
  return files;
}

std::string_view word_of(runtime::WaveFormat waves) {
  switch (waves) {
    case runtime::WaveFormat::kNone: return "none";
    case runtime::WaveFormat::kFst: return "fst";
    case runtime::WaveFormat::kVcd: return "vcd";
  }
  return "none";
}

int run(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) < 0) return 127;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

}  // namespace

Result<std::string> model_hash(const program::Target& target, ModelVariant variant) {
  std::string text = fmt::format("march={} waves={} assertions={}\n", VERNIER_SIM_MARCH, word_of(variant.waves), variant.assertions);
  for (const auto& p : program::kernel_parameters(target)) text += p + "\n";
  for (const auto& file : sources()) {
    auto bytes = read_bytes(file);
    if (!bytes) return forward_error(bytes);
    text += file.filename().string() + " " + sha256_hex(*bytes) + "\n";
  }
  return sha256_hex(std::as_bytes(std::span(text.data(), text.size()))).substr(0, 24);
}

Result<fs::path> model_for(const program::Target& target, ModelVariant variant) {
  const auto hash = model_hash(target, variant);
  if (!hash) return forward_error(hash);
  const auto name = fmt::format("{}-{}x{}-{}.so", target.name, target.rows, target.columns, *hash);
  const auto folder = package::cache_folder();
  if (!folder) return forward_error(folder);
  const auto file = *folder / name;
  std::error_code ec;
  if (fs::exists(file, ec)) return file;
  const FileLock lock(file.string() + ".lock");
  if (fs::exists(file, ec)) return file;
  fmt::print(stderr, "vernier: building the RTL model of target {} ({} x {}) ...\n", target.name, target.rows, target.columns);
  std::vector<std::string> command{(home() / "sim/verilator/build_model.sh").string(), file.string(), VERNIER_SPEC_SV,
                                   VERNIER_SIM_MARCH, std::string(word_of(variant.waves)), variant.assertions ? "1" : "0"};
  for (const auto& p : program::kernel_parameters(target)) command.push_back(p);
  const int code = run(command);
  if (code == 4) return fail(ErrorCode::kUnavailable, "Verilator or a C++ compiler is missing: apt-get install verilator clang-14 make", "ruler rtl");
  if (code != 0) {
    return fail(ErrorCode::kInvalidInput, fmt::format("the RTL of this target does not build; the log is {}.log", file.string()), "target " + target.name);
  }
  return file;
}

}  // namespace vernier::verilator
