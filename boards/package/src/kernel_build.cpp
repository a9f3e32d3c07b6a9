// SPDX-License-Identifier: Apache-2.0
#include "kernel_build.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include <vernier/core/files.hpp>
#include <vernier/core/home.hpp>

namespace vernier::package {
namespace {

namespace fs = std::filesystem;

bool is_package(const fs::path& file) { return file.stem().string().ends_with("_pkg"); }

Result<std::vector<fs::path>> sources_of(const KernelSource& source) {
  std::vector<fs::path> files = source.sources;
  if (files.empty()) {
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(source.folder, ec)) {
      const auto extension = entry.path().extension();
      if (extension == ".sv" || extension == ".v") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    std::ranges::stable_partition(files, is_package);
  }
  if (files.empty()) return fail(ErrorCode::kInvalidInput, "holds no .v or .sv file", source.folder.string());
  for (auto& file : files) {
    std::error_code ec;
    file = fs::absolute(file, ec);
    if (!fs::exists(file, ec)) return fail(ErrorCode::kInvalidInput, "no such source file", file.string());
  }
  return files;
}

/// What the build depends on and Verilator reads by itself.
void add_included(const fs::path& folder, std::vector<fs::path>& files) {
  std::error_code ec;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    const auto extension = entry.path().extension();
    if (extension == ".svh" || extension == ".vh" || extension == ".sv" || extension == ".v") found.push_back(entry.path());
  }
  std::ranges::sort(found);
  files.insert(files.end(), found.begin(), found.end());
}

Result<fs::path> cache_folder() {
  const char* own = std::getenv("VERNIER_CACHE");
  const fs::path folder = own != nullptr && *own != '\0' ? fs::path(own) : fs::path(VERNIER_MODEL_DIR);
  std::error_code ec;
  fs::create_directories(folder, ec);
  if (::access(folder.c_str(), W_OK) == 0) return folder;
  return fail(ErrorCode::kIo, "cannot be written; set VERNIER_CACHE to a folder for Verilated kernels", folder.string());
}

/// One builder at a time per kernel; the lock goes with the descriptor.
class FileLock {
 public:
  explicit FileLock(const fs::path& file) : fd_(::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
    if (fd_ >= 0) ::flock(fd_, LOCK_EX);
  }
  ~FileLock() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int fd_;
};

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

/// The first error of a build log, in words; a module nobody defines is most often a primitive of the vendor.
std::string first_error(const fs::path& log) {
  const auto text = read_text(log);
  if (!text) return "no log";
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("%Error")) continue;
    constexpr std::string_view kMissing = "Cannot find file containing module: ";
    const auto at = line.find(kMissing);
    if (at != std::string::npos) return fmt::format("{}: module {} is defined nowhere", line.substr(8, at - 10), line.substr(at + kMissing.size()));
    return line;
  }
  return fmt::format("the last lines are: {}", text->substr(text->size() > 400 ? text->size() - 400 : 0));
}

}  // namespace

Result<fs::path> build_kernel(const Kernel& kernel, const KernelSource& source, bool waves) {
  const auto sources = sources_of(source);
  if (!sources) return forward_error(sources);
  const std::string top = source.top.empty() ? kernel.top : source.top;
  std::vector<std::string> words;
  for (const auto& p : source.parameters) words.push_back("-G" + p);
  std::vector<fs::path> folders = source.include_folders;
  folders.push_back(source.folder);
  for (const auto& f : folders) words.push_back("+incdir+" + fs::absolute(f).string());
  for (const auto& f : *sources) words.push_back(f.string());

  const fs::path script = home() / "sim/hwemu/build_kernel.sh", plugin = home() / "sim/hwemu/plugin";
  std::string identity = fmt::format("{} march={} waves={}\n", top, VERNIER_SIM_MARCH, waves);
  for (const auto& p : source.parameters) identity += p + "\n";
  std::vector<fs::path> inputs = *sources;
  for (const auto& f : folders) add_included(f, inputs);
  inputs.insert(inputs.end(), {script, plugin / "kernel_api.h", plugin / "kernel_plugin.cpp"});
  for (const auto& file : inputs) {
    const auto bytes = read_bytes(file);
    if (!bytes) return forward_error(bytes);
    identity += file.filename().string() + " " + sha256_hex(*bytes) + "\n";
  }
  const auto hash = sha256_hex(std::as_bytes(std::span(identity))).substr(0, 24);

  const auto folder = cache_folder();
  if (!folder) return forward_error(folder);
  const fs::path object = *folder / fmt::format("kernel-{}-{}.so", kernel.name, hash);
  std::error_code ec;
  if (fs::exists(object, ec)) return object;
  const FileLock lock(object.string() + ".lock");
  if (fs::exists(object, ec)) return object;
  fmt::print(stderr, "vernier: building kernel {} (module {}) ...\n", kernel.name, top);
  std::vector<std::string> command{script.string(), object.string(), top, VERNIER_SIM_MARCH, waves ? "1" : "0"};
  command.insert(command.end(), words.begin(), words.end());
  const int code = run(command);
  if (code == 4) return fail(ErrorCode::kUnavailable, "Verilator or a C++ compiler is missing: apt-get install verilator clang-14 make", "kernel " + kernel.name);
  if (code != 0) {
    const fs::path log = object.string() + ".log";
    return fail(ErrorCode::kInvalidInput, fmt::format("the RTL does not build: {} (log: {})", first_error(log), log.string()), "kernel " + kernel.name);
  }
  return object;
}

}  // namespace vernier::package
